#include "ingest/JsonLinesReader.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLocale>

namespace calldeck
{

namespace
{

constexpr int deepest = 16;

QString textOf(const QJsonValue &value)
{
    switch (value.type()) {
    case QJsonValue::Bool: return value.toBool() ? QStringLiteral("true") : QStringLiteral("false");
    case QJsonValue::Double:
        return value.toVariant().typeId() == QMetaType::LongLong ? QString::number(value.toInteger())
                                                                  : QString::number(value.toDouble(), 'g', QLocale::FloatingPointShortest);
    case QJsonValue::String: return value.toString();
    case QJsonValue::Array: return QString::fromUtf8(QJsonDocument(value.toArray()).toJson(QJsonDocument::Compact));
    case QJsonValue::Object: return QString::fromUtf8(QJsonDocument(value.toObject()).toJson(QJsonDocument::Compact));
    default: return {};
    }
}

} // namespace

Verdict JsonLinesReader::begin()
{
    if (m_text->peek() == TextSource::end) {
        return m_text->failure() ? Verdict(*m_text->failure())
                                 : Verdict(Error{Error::Code::InvalidInput, QStringLiteral("%1 is empty.").arg(m_file), {}, false});
    }
    if (m_text->peek() == '[')
        return Error{Error::Code::InvalidInput, QStringLiteral("%1 is one JSON list. Write one object a line (JSON Lines) instead.").arg(m_file), {}, false};
    return Done{};
}

RowReader::Read JsonLinesReader::refuse(const QString &column, const QString &reason)
{
    m_problem.column = column;
    m_problem.reason = reason;
    return Read::Bad;
}

/** Reads a line into m_line; the sentence about what is wrong with its bytes, or nothing. */
std::optional<QString> JsonLinesReader::readLine()
{
    std::optional<QString> wrong;
    m_line.resize(0);
    for (int byte = m_text->next(); byte != TextSource::end && byte != '\n'; byte = m_text->next()) {
        if (m_line.size() < largestRow)
            m_line.append(static_cast<char>(byte));
        else
            wrong = QStringLiteral("the line is larger than 64 MB");
        if (auto bad = m_text->takeBadByte(); bad && !wrong)
            wrong = *bad;
    }
    if (auto bad = m_text->takeBadByte(); bad && !wrong)
        wrong = *bad;
    return wrong;
}

RowReader::Read JsonLinesReader::next(RawRow &row)
{
    while (m_text->peek() == '\n' || m_text->peek() == '\r')
        m_text->next();
    row.line = m_problem.line = m_text->line();
    m_problem.file = m_file;
    const bool ended = m_text->peek() == TextSource::end;
    const auto wrong = ended ? std::nullopt : readLine();
    if (m_text->failure()) {
        m_failure = *m_text->failure();
        return Read::Failed;
    }
    if (ended)
        return Read::End;
    if (wrong)
        return refuse({}, *wrong);
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(m_line, &error);
    if (!document.isObject()) {
        const QString reason = error.error == QJsonParseError::NoError ? QStringLiteral("is no JSON object") : error.errorString();
        return refuse(QStringLiteral("character %1").arg(error.offset), QStringLiteral("not a JSON object: %1").arg(reason));
    }
    row.cells.fill(QString(), m_columns.size());
    m_badColumn.reset();
    flatten(document.object(), {}, row);
    return m_badColumn ? refuse(*m_badColumn, m_badReason) : Read::Row;
}

void JsonLinesReader::flatten(const QJsonObject &object, const QString &prefix, RawRow &row)
{
    for (auto member = object.begin(); member != object.end(); ++member) {
        const QString name = QString(prefix + member.key());
        if (member.value().isObject() && prefix.count(u'.') < deepest) {
            flatten(member.value().toObject(), QString(name + u'.'), row);
            continue;
        }
        const QString text = textOf(member.value());
        if (text.size() >= largestCell || text.contains(QChar(0))) {
            m_badColumn = name;
            m_badReason = text.size() >= largestCell ? QStringLiteral("the text is larger than 10 MB") : QStringLiteral("holds a NUL character, which no text holds");
        }
        const auto known = m_indexes.constFind(name);
        if (known != m_indexes.cend()) {
            row.cells[*known] = text;
            continue;
        }
        if (m_columns.size() >= mostColumns) {
            m_badColumn = name;
            m_badReason = QStringLiteral("the file has more than %1 different keys, which no call log does").arg(mostColumns);
            continue;
        }
        m_indexes.insert(name, static_cast<int>(m_columns.size()));
        m_columns.append(name);
        row.cells.append(text);
    }
}

} // namespace calldeck
