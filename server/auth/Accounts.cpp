#include "auth/Accounts.h"

#include "auth/Passwords.h"
#include "auth/Tokens.h"
#include "store/Moment.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr auto accountColumns = "SELECT id, ws, email, name, role, password, disabled FROM account ";

Account accountOf(SqlStatement &row)
{
    return {row.text(0), row.text(1), row.text(2), row.text(3), fromWireWord<UserRole>(row.text(4)).value_or(UserRole::AGENT), row.text(5), row.integer(6) != 0};
}

Error invalid(const QString &message) { return {Error::Code::InvalidInput, message, {}, false}; }

Verdict checkNames(const QString &email, const QString &name)
{
    constexpr qsizetype longest = 200;
    const bool oneAt = email.count(u'@') == 1 && !email.startsWith(u'@') && !email.endsWith(u'@');
    const auto isOdd = [](QChar letter) { return letter.isSpace() || letter.category() == QChar::Other_Control; };
    if (!oneAt || email.size() > longest || std::any_of(email.cbegin(), email.cend(), isOdd))
        return invalid(u"email: \"%1\" is no e-mail address."_s.arg(email.left(80)));
    if (name.trimmed().isEmpty() || name.size() > longest)
        return invalid(u"name must have 1 to %1 characters."_s.arg(longest));
    return Done{};
}

Verdict mustExist(SqlStatement written, const QString &email)
{
    if (Verdict done = written.run(); !done)
        return done;
    if (written.changedRows() == 0)
        return Error{Error::Code::NotFound, u"There is no account %1."_s.arg(email), {}, false};
    return Done{};
}

} // namespace

Result<std::optional<Account>> findAccount(SqlConnection &connection, const QString &email)
{
    SqlStatement find = connection.query(QByteArray(accountColumns) + "WHERE email = ?", email.trimmed().toLower());
    const auto found = find.found();
    if (!found)
        return found.error();
    return *found ? std::optional(accountOf(find)) : std::nullopt;
}

Result<QList<Account>> accountsOf(SqlConnection &connection, const QString &ws)
{
    QList<Account> accounts;
    SqlStatement rows = connection.query(QByteArray(accountColumns) + "WHERE ws = ? ORDER BY email", ws);
    while (rows.step())
        accounts.append(accountOf(rows));
    if (rows.failed())
        return rows.verdict().error();
    return accounts;
}

Result<Account> addAccount(SqlConnection &connection, const QString &ws, const QString &email, const QString &name, UserRole role, const QString &password, TimeMs now)
{
    const QString address = email.trimmed().toLower();
    if (Verdict good = checkNames(address, name); !good)
        return good.error();
    if (Verdict good = checkPassword(password); !good)
        return good.error();
    const auto taken = findAccount(connection, address);
    if (!taken)
        return taken.error();
    if (*taken)
        return Error{Error::Code::Conflict, u"There is an account %1 already."_s.arg(address), {}, false};
    const auto hash = hashPassword(password);
    if (!hash)
        return hash.error();
    const Account account{u"u"_s + randomHex(10), ws, address, name.trimmed(), role, *hash, false};
    SqlStatement insert = connection.query("INSERT INTO account(id, ws, email, name, role, password, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)", account.id, ws, address,
                                           account.name, wireWord(role), account.password, now);
    if (Verdict done = insert.run(); !done)
        return done.error();
    return account;
}

Verdict disableAccount(SqlConnection &connection, const QString &email, TimeMs now)
{
    const QString address = email.trimmed().toLower();
    SqlTransaction transaction(connection, SqlTransaction::Mode::Write);
    Verdict done = transaction.begun();
    if (done)
        done = mustExist(connection.query("UPDATE account SET disabled = 1 WHERE email = ?", address), address);
    if (done)
        done = connection.query("UPDATE token_family SET revoked_at = ? WHERE revoked_at IS NULL AND account IN (SELECT id FROM account WHERE email = ?)", now, address).run();
    if (done)
        done = noteAccessChange(connection);
    return done ? transaction.commit() : done;
}

Verdict changeRole(SqlConnection &connection, const QString &email, UserRole role)
{
    const QString address = email.trimmed().toLower();
    SqlTransaction transaction(connection, SqlTransaction::Mode::Write);
    Verdict done = transaction.begun();
    if (done)
        done = mustExist(connection.query("UPDATE account SET role = ? WHERE email = ?", wireWord(role), address), address);
    if (done)
        done = noteAccessChange(connection);
    return done ? transaction.commit() : done;
}

} // namespace calldeck
