#include "api/RowTexts.h"

#include "api/Answers.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

/** `head` without its last brace, and the stored row without its first: the row goes out as the bytes it is. */
QByteArray joined(QByteArray head, const QByteArray &row)
{
    head.chop(1);
    return row.size() > 2 ? QByteArray(head + ',' + row.mid(1)) : QByteArray(head + '}');
}

} // namespace

QByteArray callText(const CallListRow &row) { return joined(JsonObjectText().add("id", row.id).add("ver", row.ver).add("sla_state", row.sla_state).end(), row.row); }

QByteArray rowText(qint64 ver, const QByteArray &row) { return joined(JsonObjectText().add("ver", ver).end(), row); }

QByteArray listText(const QByteArrayList &texts) { return '[' + texts.join(',') + ']'; }

HttpResponse listAnswer(const char *plural, const QByteArrayList &texts, const QString &next)
{
    JsonObjectText answer;
    return textAnswer(answer.addRaw(plural, listText(texts)).addRaw("next", next.isEmpty() ? QByteArray("null") : jsonString(next)).end());
}

HttpResponse callsAnswer(const char *plural, const CallListPage &page)
{
    QByteArrayList texts;
    for (const CallListRow &row : page.rows)
        texts.append(callText(row));
    return listAnswer(plural, texts, page.next);
}

HttpResponse oneAnswer(const char *name, const QByteArray &text, int status)
{
    HttpResponse answer = textAnswer(JsonObjectText().addRaw(name, text).end());
    answer.status = status;
    return answer;
}

QJsonObject userJson(const QString &id, const QString &name, const QString &email, UserRole role)
{
    return {{u"id"_s, id}, {u"name"_s, name}, {u"email"_s, email}, {u"role"_s, wireWord(role)}};
}

} // namespace calldeck
