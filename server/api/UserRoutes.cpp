#include "api/Answers.h"
#include "api/Query.h"
#include "api/RestHandlers.h"
#include "api/RowTexts.h"
#include "rules/JsonReader.h"
#include "store/EntityTable.h"
#include "store/ListCursor.h"

#include <QJsonArray>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

const QByteArray listName = "users";

QByteArray accountText(const Account &account)
{
    QJsonObject json = userJson(account.id, account.name, account.email, account.role);
    json.insert(u"disabled"_s, account.disabled);
    return compactJson(json);
}

Result<AccountChange> accountChangeOf(const QJsonObject &body)
{
    QString problem;
    JsonReader reader(body, QString(), problem);
    AccountChange change;
    if (body.contains(u"name"_s))
        change.name = reader.text(u"name"_s);
    if (body.contains(u"role"_s))
        change.role = reader.word<UserRole>(u"role"_s);
    if (body.contains(u"disabled"_s))
        change.disabled = reader.boolean(u"disabled"_s);
    if (body.isEmpty())
        reader.fail(u"body"_s, u"must say what to change"_s);
    if (!problem.isEmpty())
        return Error{Error::Code::InvalidInput, problem, {}, false};
    return change;
}

} // namespace

HttpResponse listUsers(ApiCall &call)
{
    const auto query = pageQueryOf(call.request);
    if (!query)
        return failed(query.error());
    const auto place = query->cursor.isEmpty() ? std::optional(ListPlace()) : listPlaceOf(query->cursor, listName);
    if (!place)
        return badField(u"cursor"_s, u"must be the next of a page of this list"_s);
    auto accounts = accountsAfter(call.connection, call.caller.ws, place->id, query->limit + 1);
    if (!accounts)
        return failed(accounts.error());
    const bool more = accounts->size() > query->limit;
    if (more)
        accounts->removeLast();
    QByteArrayList texts;
    for (const Account &account : *accounts)
        texts.append(accountText(account));
    return listAnswer("users", texts, more ? listCursor({accounts->last().email, 0, {}, false, true}, listName) : QString());
}

HttpResponse addUser(ApiCall &call)
{
    constexpr qsizetype longest = 600;
    QString problem;
    JsonReader body(call.body, QString(), problem);
    const QString email = body.text(u"email"_s);
    const QString name = body.text(u"name"_s);
    const QString password = body.text(u"password"_s);
    const auto role = body.word<UserRole>(u"role"_s);
    if (password.size() > longest)
        body.fail(u"password"_s, u"is too long"_s);
    if (!problem.isEmpty())
        return failed({Error::Code::InvalidInput, problem, {}, false});
    const auto made = newAccount(call.connection, call.caller.ws, email, name, role, password);
    // What is wrong with a password is a sentence of its own.
    if (!made && made.error().code == Error::Code::InvalidInput && made.error().message.contains(u"password"_s))
        return badField(u"password"_s, u"is refused. "_s + made.error().message);
    if (!made)
        return failed(made.error());
    const Verdict stored = storeAccount(call.connection, *made, call.caller.account, call.now);
    return stored ? oneAnswer("user", accountText(*made), 201) : failed(stored.error());
}

HttpResponse changeUser(ApiCall &call)
{
    const auto change = accountChangeOf(call.body);
    if (!change)
        return failed(change.error());
    const auto changed = changeAccount(call.connection, call.caller.ws, pathPart(call, 2), *change, call.caller.account, call.now);
    return changed ? oneAnswer("user", accountText(*changed)) : failed(changed.error());
}

HttpResponse listSessions(ApiCall &call)
{
    const auto sessions = openSessionsOf(call.connection, call.caller.account, call.now);
    if (!sessions)
        return failed(sessions.error());
    QByteArrayList texts;
    for (const OpenSession &session : *sessions)
        texts.append(compactJson({{u"id"_s, session.id},
                                  {u"device_name"_s, session.device_name},
                                  {u"service"_s, session.service},
                                  {u"created_at"_s, isoUtc(session.created_at)},
                                  {u"expires_at"_s, isoUtc(session.expires_at)},
                                  {u"current"_s, session.id == call.caller.family}}));
    return listAnswer("sessions", texts, {});
}

HttpResponse endSession(ApiCall &call)
{
    const QString id = pathPart(call, 2);
    const auto sessions = openSessionsOf(call.connection, call.caller.account, call.now);
    if (!sessions)
        return failed(sessions.error());
    const bool own = std::any_of(sessions->cbegin(), sessions->cend(), [&](const OpenSession &session) { return session.id == id; });
    if (!own)
        return failed({Error::Code::NotFound, {}, {}, false});
    const Verdict done = endSessionOf(call.connection, call.caller, id, call.now);
    return done ? nothingAnswer() : failed(done.error());
}

} // namespace calldeck
