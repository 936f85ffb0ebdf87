#include "api/Log.h"

#include "store/Moment.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <cstdio>
#include <mutex>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr const char16_t *names[] = {u"method", u"route", u"status", u"ms", u"bytes", u"peer", u"request", u"port", u"store", u"error", u"detail", u"workspace", u"count", u"version", u"account"};

/** JSON escapes all below U+0020; terminals also obey U+007F and what follows it, and some readers of lines end one at U+2028. */
QByteArray harmless(const QByteArray &json)
{
    QString text;
    for (const QChar letter : QString::fromUtf8(json)) {
        if ((letter >= u'\x7f' && letter <= u'\x9f') || letter == QChar::LineSeparator || letter == QChar::ParagraphSeparator)
            text += u"\\u%1"_s.arg(int{letter.unicode()}, 4, 16, QChar(u'0'));
        else
            text += letter;
    }
    return text.toUtf8();
}

} // namespace

void logLine(const QString &event, const QList<std::pair<LogField, QJsonValue>> &fields)
{
    constexpr qsizetype longest = 500;
    QJsonObject line{{u"at"_s, isoUtc(serverNow())}, {u"event"_s, event}};
    for (const auto &[field, value] : fields)
        line.insert(QString::fromUtf16(names[static_cast<size_t>(field)]), value.isString() ? QJsonValue(value.toString().left(longest)) : value);
    const QByteArray text = harmless(QJsonDocument(line).toJson(QJsonDocument::Compact)) + '\n';
    static std::mutex mutex;
    const std::lock_guard lock(mutex);
    fwrite(text.constData(), 1, static_cast<size_t>(text.size()), stderr);
}

} // namespace calldeck
