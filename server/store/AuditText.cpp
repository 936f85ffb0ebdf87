#include "store/AuditText.h"

#include "rules/OneLine.h"

#include <QJsonArray>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

/** Nothing that could be taken for the next word. */
bool isPlainWord(const QString &text)
{
    const auto plain = [](QChar letter) { return letter.unicode() < 0x80 && (letter.isLetterOrNumber() || u"_-.:/+@"_s.contains(letter)); };
    return !text.isEmpty() && std::all_of(text.cbegin(), text.cend(), plain);
}

/** A word as it is, anything else as JSON. */
QString wordOf(const QJsonValue &value)
{
    const QString text = value.isString() ? value.toString() : QString();
    if (isPlainWord(text))
        return text;
    const QByteArray json = oneLineJson({{u"v"_s, value}});
    return QString::fromUtf8(json.sliced(5, json.size() - 6));
}

QString valueOf(const QJsonValue &value)
{
    const QJsonArray list = value.toArray();
    if (list.isEmpty())
        return wordOf(value);
    QStringList words;
    for (const QJsonValue &one : list)
        words.append(wordOf(one));
    return words.join(u',');
}

} // namespace

QString auditText(const AuditEntry &entry)
{
    QJsonObject rest = entry.entry;
    QStringList columns;
    for (const QString &key : {u"at"_s, u"actor"_s, u"action"_s})
        columns.append(oneLine(rest.take(key).toString()));
    QStringList about;
    for (auto it = rest.constBegin(); it != rest.constEnd(); ++it)
        about.append(wordOf(it.key()) % u'=' % valueOf(it.value()));
    columns.append(entry.entry.isEmpty() ? u"entry %1 cannot be read"_s.arg(entry.n) : about.join(u' '));
    return columns.join(u'\t');
}

QByteArray auditJson(const AuditEntry &entry)
{
    QJsonObject json = entry.entry;
    json.insert(u"n"_s, entry.n);
    return oneLineJson(json);
}

} // namespace calldeck
