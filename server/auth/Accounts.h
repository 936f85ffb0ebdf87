#pragma once

#include "records/Call.h"
#include "sql/SqlConnection.h"

namespace calldeck
{

/** Somebody who may sign in; belongs to one workspace. */
struct Account {
    QString id;
    QString ws;
    QString email; ///< lower case
    QString name;  ///< as it is written into calls
    UserRole role = UserRole::AGENT;
    QString password; ///< Argon2id hash
    bool disabled = false;
};

/** Of an address, which may have one in each workspace; the oldest first. */
Result<QList<Account>> accountsOfAddress(SqlConnection &connection, const QString &email);
/** The only one of an address. Nothing when there is none, and nothing when there are several. */
Result<std::optional<Account>> findAccount(SqlConnection &connection, const QString &email);
Result<std::optional<Account>> findAccountById(SqlConnection &connection, const QString &id);
Result<QList<Account>> accountsOf(SqlConnection &connection, const QString &ws);
/** The line of the audit trail about an account: its id, never its address or name. */
QJsonObject accountLine(const QString &actor, const QString &action, const QString &account, TimeMs now);
/** For a workspace that is being founded, whose trail begins after it. Conflict when the address has one in this workspace, InvalidInput naming what is wrong. Gives the new account. */
Result<Account> addAccount(SqlConnection &connection, const QString &ws, const QString &email, const QString &name, UserRole role, const QString &password, TimeMs now);
/** What may be changed about somebody. */
struct AccountChange {
    std::optional<QString> name;
    std::optional<UserRole> role;
    std::optional<bool> disabled;
};
/**
 * In one transaction with its line in the audit trail. Who is disabled loses all sessions; open sockets are closed or looked at again within seconds.
 * NotFound when the workspace has no such account, Conflict when nobody would be left to administer it. Gives the account as it then is.
 */
Result<Account> changeAccount(SqlConnection &connection, const QString &ws, const QString &id, const AccountChange &change, const QString &actor, TimeMs now);
/** Accounts of a workspace by their addresses, after `email`. */
Result<QList<Account>> accountsAfter(SqlConnection &connection, const QString &ws, const QString &email, int limit);
/** An account that is not stored yet: InvalidInput naming what is wrong. Its password's hash is like those of the address in other workspaces. Blocks as hashPassword(). */
Result<Account> newAccount(SqlConnection &connection, const QString &ws, const QString &email, const QString &name, UserRole role, const QString &password);
/** In one transaction with its line in the audit trail. Conflict when the address has one in this workspace. */
Verdict storeAccount(SqlConnection &connection, const Account &account, const QString &actor, TimeMs now);

} // namespace calldeck
