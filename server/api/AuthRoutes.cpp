#include "api/Answers.h"
#include "api/Handlers.h"
#include "api/Query.h"
#include "api/RowTexts.h"
#include "api/Services.h"
#include "api/Trail.h"
#include "auth/Passwords.h"
#include "rules/JsonReader.h"
#include "store/WorkspaceTx.h"
#include "sync/Settings.h"

#include <QJsonArray>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr double minute = 60;

QJsonObject tokensJson(const TokenPair &pair)
{
    return {{u"access_token"_s, pair.access}, {u"access_expires_at"_s, isoUtc(pair.access_expires_at)}, {u"refresh_token"_s, pair.refresh}, {u"session_expires_at"_s, isoUtc(pair.session_expires_at)}};
}

/** Both limits, before any password is looked at. */
qint64 waitForLogin(ApiCall &call, const QString &email)
{
    const RequestLimits &limits = call.services.limits;
    const qint64 peer = call.services.loginsByPeer.take(call.request.peer, limits.peer_logins_per_minute / minute, limits.peer_logins_per_minute, call.now);
    const qint64 account = call.services.loginsByAccount.take(email.trimmed().toLower(), limits.logins_per_minute / minute, limits.logins_per_minute, call.now);
    return std::max(peer, account);
}

/** Those of the address whose password this is. As long for one account as for several, and for none. */
Result<QList<Account>> accountsOpenedBy(SqlConnection &connection, const QString &email, const QString &password, const QString &ws)
{
    const auto accounts = accountsOfAddress(connection, email);
    if (!accounts)
        return accounts.error();
    QStringList hashes;
    for (const Account &account : *accounts)
        hashes.append(account.password);
    QList<Account> opened;
    for (const qsizetype place : fittingPasswords(hashes, password)) {
        const Account &account = (*accounts)[place];
        if (!account.disabled && (ws.isEmpty() || account.ws == ws))
            opened.append(account);
    }
    return opened;
}

/** Told only to who knows the password of all of them. */
HttpResponse askWhich(SqlConnection &connection, const QList<Account> &accounts)
{
    QJsonArray workspaces;
    for (const Account &account : accounts) {
        const auto tx = WorkspaceTx::begin(connection, account.ws, WorkspaceTx::Mode::Read);
        const auto settings = tx ? settingsOf(**tx) : Result<SharedWorkspace>(tx.error());
        if (!settings)
            return failed(settings.error());
        workspaces.append(QJsonObject{{u"id"_s, account.ws}, {u"name"_s, (*settings)->name}});
    }
    return problemWith(409, u"several_workspaces"_s, u"This is the password of several workspaces"_s, {{u"workspaces"_s, workspaces}},
                       u"Name one of them as workspace, or ask an administrator for different passwords."_s);
}

HttpResponse refusedLogin() { return problem(401, u"credentials"_s, u"E-mail address or password is not right"_s); }

} // namespace

HttpResponse logIn(ApiCall &call)
{
    constexpr qsizetype longest = 600;
    QString wrong;
    JsonReader body(call.body, QString(), wrong);
    const QString email = body.text(u"email"_s);
    const QString password = body.text(u"password"_s);
    (void)body.optionalText(u"device_name"_s);
    const QString ws = body.optionalText(u"workspace"_s);
    if (email.size() > longest || password.size() > longest)
        body.fail(u"password"_s, u"is too long"_s);
    if (!wrong.isEmpty())
        return failed({Error::Code::InvalidInput, wrong, {}, false});
    if (const qint64 wait = waitForLogin(call, email); wait > 0)
        return tooMany(wait);
    const auto opened = accountsOpenedBy(call.connection, email, password, ws);
    if (!opened)
        return failed(opened.error());
    if (opened->isEmpty())
        return refusedLogin();
    if (opened->size() > 1)
        return askWhich(call.connection, *opened);
    return sessionAnswer(call, opened->first());
}

HttpResponse sessionAnswer(ApiCall &call, const Account &account)
{
    const auto pair = openSession(call.connection, account, call.body.value(u"device_name"_s).toString().left(100), call.now);
    if (!pair)
        return failed(pair.error());
    QJsonObject answer = tokensJson(*pair);
    answer.insert(u"user"_s, userJson(account.id, account.name, account.email, account.role));
    return jsonAnswer(answer);
}

HttpResponse refreshTokens(ApiCall &call)
{
    QString wrong;
    JsonReader body(call.body, QString(), wrong);
    const QString token = body.text(u"refresh_token"_s);
    if (!wrong.isEmpty())
        return failed({Error::Code::InvalidInput, wrong, {}, false});
    const auto answer = withRetries(call.connection, [&] { return refreshSession(call.connection, token, call.now); });
    if (!answer)
        return failed(answer.error());
    if (const auto *pair = std::get_if<TokenPair>(&*answer))
        return jsonAnswer(tokensJson(*pair));
    return problem(401, u"session_ended"_s, u"This session was ended"_s, u"Sign in again; work that is not sent yet is kept."_s);
}

HttpResponse logOut(ApiCall &call)
{
    constexpr qint64 mostEdits = 10'000'000;
    const auto discarded = numberIn(call.request, u"discarded"_s, 0, mostEdits);
    if (!discarded)
        return failed(discarded.error());
    Verdict done = Done{};
    // What somebody decided to lose leaves a line.
    if (discarded->value_or(0) > 0)
        done = auditAlone(call, {{u"at"_s, isoUtc(call.now)}, {u"actor"_s, call.caller.account}, {u"action"_s, u"edits_discarded"_s}, {u"edits"_s, **discarded}});
    if (done)
        done = endSessionOf(call.connection, call.caller, call.caller.family, call.now);
    if (!done)
        return failed(done.error());
    return nothingAnswer();
}

HttpResponse showSession(ApiCall &call)
{
    const auto tx = WorkspaceTx::begin(call.connection, call.caller.ws, WorkspaceTx::Mode::Read);
    if (!tx)
        return failed(tx.error());
    const auto settings = settingsOf(**tx);
    if (!settings)
        return failed(settings.error());
    const Head head = (*tx)->head();
    return jsonAnswer({{u"user"_s, userJson(call.caller.account, call.caller.name, call.caller.email, call.caller.role)},
                       {u"workspace"_s, QJsonObject{{u"id"_s, call.caller.ws}, {u"name"_s, (*settings)->name}}},
                       {u"epoch"_s, head.epoch},
                       {u"head"_s, head.seq},
                       {u"server_time"_s, isoUtc(call.now)}});
}

HttpResponse giveTicket(ApiCall &call)
{
    const auto ticket = openTicket(call.connection, call.caller, call.now);
    if (!ticket)
        return failed(ticket.error());
    return jsonAnswer({{u"ticket"_s, *ticket}, {u"expires_at"_s, isoUtc(call.now + TokenLife::ticket)}});
}

} // namespace calldeck
