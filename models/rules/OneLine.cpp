#include "rules/OneLine.h"

#include <QJsonDocument>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

bool isSteering(QChar letter)
{
    switch (letter.category()) {
    case QChar::Other_Control:
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph: return true;
    // Not all that is invisible: joiners are part of names and of pictures.
    case QChar::Other_Format: return letter.direction() != QChar::DirBN;
    default: return false;
    }
}

} // namespace

QString oneLine(const QString &text)
{
    QString plain = text;
    std::replace_if(plain.begin(), plain.end(), isSteering, QChar(u' '));
    return plain;
}

QByteArray oneLineJson(const QJsonObject &object)
{
    // Compact JSON has no such character but inside its texts.
    const QString json = QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact));
    QString plain;
    plain.reserve(json.size());
    for (const QChar letter : json) {
        if (isSteering(letter))
            plain += u"\\u%1"_s.arg(letter.unicode(), 4, 16, QChar(u'0'));
        else
            plain += letter;
    }
    return plain.toUtf8();
}

} // namespace calldeck
