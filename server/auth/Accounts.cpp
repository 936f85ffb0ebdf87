#include "auth/Accounts.h"

#include "auth/Passwords.h"
#include "auth/Tokens.h"
#include "store/Moment.h"
#include "store/WorkspaceTx.h"

#include <QJsonArray>
#include <QJsonObject>

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

Verdict insertAccount(SqlConnection &connection, const Account &account, TimeMs now)
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

Result<Account> applyChange(SqlConnection &connection, const QString &ws, const QString &id, const AccountChange &change, TimeMs now)
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

/** Names of what a change is about, never what it is changed to. */
QStringList fieldsOf(const AccountChange &change)
{
    QStringList fields;
    if (change.disabled)
        fields.append(u"disabled"_s);
    if (change.name)
        fields.append(u"name"_s);
    if (change.role)
        fields.append(u"role"_s);
    return fields;
}

/** Who changes an account, and how the trail calls it. */
struct Deed {
    QString ws;
    QString actor;
    QString action;
    QStringList fields;
};

/** One transaction with its line in the audit trail; `work` gives the account as it then is. */
Result<Account> inTrail(SqlConnection &connection, const Deed &deed, TimeMs now, const std::function<Result<Account>()> &work)
{
    return withRetries(connection, [&]() -> Result<Account> {
        const auto tx = WorkspaceTx::begin(connection, deed.ws, WorkspaceTx::Mode::Write);
        if (!tx)
            return tx.error();
        const auto account = work();
        if (!account)
            return account;
        QJsonObject line = accountLine(deed.actor, deed.action, account->id, now);
        line.insert(u"fields"_s, QJsonArray::fromStringList(deed.fields));
        Verdict done = (*tx)->audit(line);
        if (done)
            done = (*tx)->commit();
        if (!done)
            return done.error();
        return account;
    });
}

} // namespace

QJsonObject accountLine(const QString &actor, const QString &action, const QString &account, TimeMs now)
{
    return {{u"at"_s, isoUtc(now)}, {u"actor"_s, actor}, {u"action"_s, action}, {u"id"_s, account}};
}

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

Verdict storeAccount(SqlConnection &connection, const Account &account, const QString &actor, TimeMs now)
{
    const auto stored = inTrail(connection, {account.ws, actor, u"user_add"_s, {u"role"_s}}, now, [&]() -> Result<Account> {
        if (Verdict done = insertAccount(connection, account, now); !done)
            return done.error();
        return account;
    });
    return stored ? Verdict(Done{}) : Verdict(stored.error());
}

Result<Account> addAccount(SqlConnection &connection, const QString &ws, const QString &email, const QString &name, UserRole role, const QString &password, TimeMs now)
{
    auto account = newAccount(connection, ws, email, name, role, password);
    if (!account)
        return account;
    if (Verdict done = insertAccount(connection, *account, now); !done)
        return done.error();
    return account;
}

Result<QList<Account>> accountsAfter(SqlConnection &connection, const QString &ws, const QString &email, int limit)
{
    return accountsIn(connection.query(QByteArray(accountColumns) + "WHERE ws = ? AND email > ? ORDER BY email LIMIT ?", ws, email, limit));
}

Result<Account> changeAccount(SqlConnection &connection, const QString &ws, const QString &id, const AccountChange &change, const QString &actor, TimeMs now)
{
    return inTrail(connection, {ws, actor, u"user_change"_s, fieldsOf(change)}, now, [&] { return applyChange(connection, ws, id, change, now); });
}

} // namespace calldeck
