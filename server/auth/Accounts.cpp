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

Result<QList<Account>> accountsIn(SqlStatement rows)
{
    QList<Account> accounts;
    while (rows.step())
        accounts.append(accountOf(rows));
    if (rows.failed())
        return rows.verdict().error();
    return accounts;
}

Result<std::optional<Account>> oneAccount(SqlStatement find)
{
    const auto found = find.found();
    if (!found)
        return found.error();
    return *found ? std::optional(accountOf(find)) : std::nullopt;
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

Verdict mustExist(SqlStatement written)
{
    if (Verdict done = written.run(); !done)
        return done;
    if (written.changedRows() == 0)
        return Error{Error::Code::NotFound, u"There is no such account."_s, {}, false};
    return Done{};
}

} // namespace

Result<QList<Account>> accountsOfAddress(SqlConnection &connection, const QString &email)
{
    return accountsIn(connection.query(QByteArray(accountColumns) + "WHERE email = ? ORDER BY created_at, id", email.trimmed().toLower()));
}

Result<std::optional<Account>> findAccount(SqlConnection &connection, const QString &email)
{
    const auto found = accountsOfAddress(connection, email);
    if (!found)
        return found.error();
    return found->size() == 1 ? std::optional(found->first()) : std::nullopt;
}

Result<std::optional<Account>> findAccountById(SqlConnection &connection, const QString &id) { return oneAccount(connection.query(QByteArray(accountColumns) + "WHERE id = ?", id)); }

Result<QList<Account>> accountsOf(SqlConnection &connection, const QString &ws)
{
    return accountsIn(connection.query(QByteArray(accountColumns) + "WHERE ws = ? ORDER BY email", ws));
}

Result<Account> newAccount(SqlConnection &connection, const QString &ws, const QString &email, const QString &name, UserRole role, const QString &password)
{
    const QString address = email.trimmed().toLower();
    if (Verdict good = checkNames(address, name); !good)
        return good.error();
    if (Verdict good = checkPassword(password); !good)
        return good.error();
    const auto elsewhere = accountsOfAddress(connection, address);
    const auto hash = elsewhere ? hashPassword(password, elsewhere->isEmpty() ? QString() : elsewhere->first().password) : Result<QString>(elsewhere.error());
    if (!hash)
        return hash.error();
    return Account{u"u"_s + randomHex(10), ws, address, name.trimmed(), role, *hash, false};
}

Verdict storeAccount(SqlConnection &connection, const Account &account, TimeMs now)
{
    const auto taken = connection.query("SELECT 1 FROM account WHERE ws = ? AND email = ?", account.ws, account.email).found();
    if (!taken)
        return taken.error();
    if (*taken)
        return Error{Error::Code::Conflict, u"There is an account %1 already."_s.arg(account.email), {}, false};
    return connection
        .query("INSERT INTO account(id, ws, email, name, role, password, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)", account.id, account.ws, account.email, account.name,
               wireWord(account.role), account.password, now)
        .run();
}

Result<Account> addAccount(SqlConnection &connection, const QString &ws, const QString &email, const QString &name, UserRole role, const QString &password, TimeMs now)
{
    auto account = newAccount(connection, ws, email, name, role, password);
    if (!account)
        return account;
    if (Verdict done = storeAccount(connection, *account, now); !done)
        return done.error();
    return account;
}

Result<QList<Account>> accountsAfter(SqlConnection &connection, const QString &ws, const QString &email, int limit)
{
    return accountsIn(connection.query(QByteArray(accountColumns) + "WHERE ws = ? AND email > ? ORDER BY email LIMIT ?", ws, email, limit));
}

Result<Account> changeAccount(SqlConnection &connection, const QString &ws, const QString &id, const AccountChange &change, TimeMs now)
{
    SqlStatement find = connection.query(QByteArray(accountColumns) + "WHERE ws = ? AND id = ?", ws, id);
    const auto found = find.found();
    if (!found || !*found)
        return found ? Error{Error::Code::NotFound, u"There is no such account."_s, {}, false} : found.error();
    Account account = accountOf(find);
    (void)find.run();
    account.name = change.name.value_or(account.name).trimmed();
    account.role = change.role.value_or(account.role);
    account.disabled = change.disabled.value_or(account.disabled);
    if (Verdict good = checkNames(account.email, account.name); !good)
        return good.error();
    Verdict done = connection.query("UPDATE account SET name = ?, role = ?, disabled = ? WHERE id = ?", account.name, wireWord(account.role), account.disabled, id).run();
    if (done && account.disabled)
        done = connection.query("UPDATE token_family SET revoked_at = ? WHERE revoked_at IS NULL AND account = ?", now, id).run();
    if (done)
        done = noteAccessChange(connection);
    if (!done)
        return done.error();
    const auto left = connection.query("SELECT 1 FROM account WHERE ws = ? AND role = 'ADMIN' AND disabled = 0 LIMIT 1", ws).found();
    if (!left || !*left)
        return left ? Error{Error::Code::Conflict, u"Nobody would be left who may administer the workspace."_s, {}, false} : left.error();
    return account;
}

Verdict disableAccount(SqlConnection &connection, const QString &id, TimeMs now)
{
    return inOneWrite(connection, [&]() -> Verdict {
        Verdict done = mustExist(connection.query("UPDATE account SET disabled = 1 WHERE id = ?", id));
        if (done)
            done = connection.query("UPDATE token_family SET revoked_at = ? WHERE revoked_at IS NULL AND account = ?", now, id).run();
        return done ? noteAccessChange(connection) : done;
    });
}

Verdict changeRole(SqlConnection &connection, const QString &id, UserRole role)
{
    return inOneWrite(connection, [&]() -> Verdict {
        const Verdict done = mustExist(connection.query("UPDATE account SET role = ? WHERE id = ?", wireWord(role), id));
        return done ? noteAccessChange(connection) : done;
    });
}

} // namespace calldeck
