#include "auth/Tokens.h"

#include "store/Moment.h"
#include "store/WorkspaceTx.h"

#include <QJsonObject>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr auto callerColumns = "SELECT a.id, a.ws, a.name, a.email, a.role, f.id, f.kind, f.expires_at, f.revoked_at, a.disabled";
using Answer = std::variant<Caller, Refusal>;

constexpr int secretBytes = 32;

QByteArray hashOf(const QString &token) { return sha256Hex(token.toUtf8()); }

/** From a row of callerColumns. */
Answer callerIn(SqlStatement &row, TimeMs now)
{
    if (!row.isNull(8) || row.integer(9) != 0)
        return Refusal::Revoked;
    if (row.integer(7) <= now)
        return Refusal::Expired;
    const UserRole role = fromWireWord<UserRole>(row.text(4)).value_or(UserRole::AGENT);
    return Caller{row.text(0), row.text(1), row.text(2), row.text(3), role, row.text(5), row.text(6) == u"service"_s};
}

Result<Answer> callerBy(SqlConnection &connection, const QByteArray &kind, const QString &token, TimeMs now)
{
    SqlStatement find = connection.query(QByteArray(callerColumns) + ", t.expires_at FROM token t JOIN token_family f ON f.id = t.family JOIN account a ON a.id = f.account "
                                                                     "WHERE t.hash = ? AND t.kind = ?",
                                         hashOf(token), kind);
    const auto found = find.found();
    if (!found)
        return found.error();
    if (!*found)
        return Answer(Refusal::Unknown);
    const Answer answer = callerIn(find, now);
    return std::holds_alternative<Caller>(answer) && find.integer(10) <= now ? Answer(Refusal::Expired) : answer;
}

Result<QString> newToken(SqlConnection &connection, const QString &family, const QByteArray &kind, TimeMs expiresAt)
{
    const QString token = QString::fromLatin1(kind.left(1)) + u'_' + randomHex(secretBytes);
    const Verdict done = connection.query("INSERT INTO token(hash, family, kind, expires_at) VALUES (?, ?, ?, ?)", hashOf(token), family, kind, expiresAt).run();
    if (!done)
        return done.error();
    return token;
}

Result<TokenPair> newPair(SqlConnection &connection, const QString &family, TimeMs sessionEnds, TimeMs now)
{
    TokenPair pair;
    pair.access_expires_at = std::min(now + TokenLife::access, sessionEnds);
    pair.session_expires_at = sessionEnds;
    const auto access = newToken(connection, family, "access", pair.access_expires_at);
    const auto refresh = newToken(connection, family, "refresh", sessionEnds);
    if (!access || !refresh)
        return !access ? access.error() : refresh.error();
    pair.access = *access;
    pair.refresh = *refresh;
    return pair;
}

Result<QString> newFamily(SqlConnection &connection, const Account &account, const QByteArray &kind, const QString &deviceName, TimeMs now, TimeMs ends)
{
    const QString family = u"f"_s + randomHex(16);
    const Verdict done = connection.query("INSERT INTO token_family(id, account, kind, device_name, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)", family, account.id, kind,
                                          deviceName, now, ends)
                             .run();
    if (!done)
        return done.error();
    return family;
}

Verdict revoke(SqlConnection &connection, const QString &family, TimeMs now)
{
    const Verdict done = connection.query("UPDATE token_family SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", now, family).run();
    return done ? noteAccessChange(connection) : done;
}

QJsonObject sessionLine(const QString &actor, const QString &action, const QString &account, const QString &family, TimeMs now)
{
    QJsonObject line = accountLine(actor, action, account, now);
    line.insert(u"session"_s, family);
    return line;
}

} // namespace

bool hasTokenForm(const QString &text)
{
    const auto isHex = [](QChar letter) { return (letter >= u'0' && letter <= u'9') || (letter >= u'a' && letter <= u'f'); };
    return text.size() == 2 + 2 * secretBytes && text.startsWith(u"a_"_s) && std::all_of(text.cbegin() + 2, text.cend(), isHex);
}

Result<Answer> authenticate(SqlConnection &connection, const QString &accessToken, TimeMs now) { return callerBy(connection, "access", accessToken, now); }

Result<TokenPair> openSession(SqlConnection &connection, const Account &account, const QString &deviceName, TimeMs now)
{
    return inOneWrite(connection, [&]() -> Result<TokenPair> {
        const auto family = newFamily(connection, account, "session", deviceName, now, now + TokenLife::session);
        return family ? newPair(connection, *family, now + TokenLife::session, now) : family.error();
    });
}

Result<TokenPair> openService(SqlConnection &connection, const Account &account, const QString &actor, TimeMs now)
{
    const TimeMs ends = now + TokenLife::service;
    return withRetries(connection, [&]() -> Result<TokenPair> {
        const auto tx = WorkspaceTx::begin(connection, account.ws, WorkspaceTx::Mode::Write);
        const auto family = tx ? newFamily(connection, account, "service", u"service"_s, now, ends) : Result<QString>(tx.error());
        const auto access = family ? newToken(connection, *family, "access", ends) : Result<QString>(family.error());
        if (!access)
            return access.error();
        Verdict done = (*tx)->audit(sessionLine(actor, u"token_add"_s, account.id, *family, now));
        if (done)
            done = (*tx)->commit();
        return done ? Result<TokenPair>(TokenPair{*access, ends, {}, ends}) : done.error();
    });
}

Result<std::variant<TokenPair, Refusal>> refreshSession(SqlConnection &connection, const QString &refreshToken, TimeMs now)
{
    using Refreshed = std::variant<TokenPair, Refusal>;
    SqlTransaction transaction(connection, SqlTransaction::Mode::Write);
    if (!transaction.begun())
        return transaction.begun().error();
    const auto answer = callerBy(connection, "refresh", refreshToken, now);
    if (!answer)
        return answer.error();
    if (const Refusal *refusal = std::get_if<Refusal>(&*answer))
        return Refreshed(*refusal);
    // Written before it is looked at: of two that come at once, one waits here and then sees the other.
    SqlStatement take = connection.query("UPDATE token SET used_at = coalesce(used_at, ?) WHERE hash = ? RETURNING used_at", now, hashOf(refreshToken));
    const auto found = take.found();
    if (!found)
        return found.error();
    const TimeMs usedAt = *found ? take.integer(0) : 0;
    (void)take.run();
    const QString family = std::get<Caller>(*answer).family;
    if (now - usedAt > TokenLife::repeat) {
        Verdict done = revoke(connection, family, now);
        if (done)
            done = transaction.commit();
        if (!done)
            return done.error();
        return Refreshed(Refusal::Revoked);
    }
    SqlStatement ends = connection.query("SELECT expires_at FROM token_family WHERE id = ?", family);
    const auto known = ends.found();
    if (!known)
        return known.error();
    const TimeMs sessionEnds = ends.integer(0);
    (void)ends.run();
    auto pair = newPair(connection, family, sessionEnds, now);
    if (!pair)
        return pair.error();
    if (Verdict done = transaction.commit(); !done)
        return done.error();
    return Refreshed(*std::move(pair));
}

Result<QList<OpenSession>> openSessionsOf(SqlConnection &connection, const QString &account, TimeMs now)
{
    SqlStatement rows = connection.query("SELECT id, device_name, kind, created_at, expires_at FROM token_family WHERE account = ? AND revoked_at IS NULL AND expires_at > ? "
                                         "ORDER BY created_at DESC, id LIMIT 200",
                                         account, now);
    QList<OpenSession> sessions;
    while (rows.step())
        sessions.append({rows.text(0), rows.text(1), rows.text(2) == u"service"_s, rows.integer(3), rows.integer(4)});
    if (rows.failed())
        return rows.verdict().error();
    return sessions;
}

Verdict endSessionOf(SqlConnection &connection, const Caller &caller, const QString &family, TimeMs now)
{
    return withRetries(connection, [&]() -> Verdict {
        const auto tx = WorkspaceTx::begin(connection, caller.ws, WorkspaceTx::Mode::Write);
        Verdict done = tx ? revoke(connection, family, now) : Verdict(tx.error());
        if (done)
            done = (*tx)->audit(sessionLine(caller.account, u"session_end"_s, caller.account, family, now));
        return done ? (*tx)->commit() : done;
    });
}

Verdict revokeFamily(SqlConnection &connection, const QString &family, TimeMs now)
{
    return inOneWrite(connection, [&] { return revoke(connection, family, now); });
}

Result<QString> openTicket(SqlConnection &connection, const Caller &caller, TimeMs now)
{
    return inOneWrite(connection, [&] { return newToken(connection, caller.family, "ticket", now + TokenLife::ticket); });
}

Result<Answer> takeTicket(SqlConnection &connection, const QString &ticket, TimeMs now)
{
    const auto taken = inOneWrite(connection, [&]() -> Result<bool> {
        SqlStatement take = connection.query("UPDATE token SET used_at = ? WHERE hash = ? AND kind = 'ticket' AND used_at IS NULL", now, hashOf(ticket));
        const Verdict done = take.run();
        return done ? Result<bool>(take.changedRows() > 0) : done.error();
    });
    if (!taken)
        return taken.error();
    return *taken ? callerBy(connection, "ticket", ticket, now) : Answer(Refusal::Unknown);
}

Result<Answer> callerOfFamily(SqlConnection &connection, const QString &family, TimeMs now)
{
    SqlStatement find = connection.query(QByteArray(callerColumns) + " FROM token_family f JOIN account a ON a.id = f.account WHERE f.id = ?", family);
    const auto found = find.found();
    if (!found)
        return found.error();
    return *found ? callerIn(find, now) : Answer(Refusal::Unknown);
}

Result<qint64> accessChangeNumber(SqlConnection &connection)
{
    SqlStatement find = connection.prepare("SELECT n FROM access_change WHERE one = 1");
    const auto found = find.found();
    if (!found)
        return found.error();
    return *found ? find.integer(0) : 0;
}

Verdict noteAccessChange(SqlConnection &connection) { return connection.prepare("UPDATE access_change SET n = n + 1 WHERE one = 1").run(); }

Verdict forgetOldTokens(SqlConnection &connection, TimeMs now)
{
    constexpr TimeMs day = 24LL * 3'600'000;
    return inOneWrite(connection, [&] { return connection.query("DELETE FROM token WHERE expires_at < ?", now - day).run(); });
}

} // namespace calldeck
