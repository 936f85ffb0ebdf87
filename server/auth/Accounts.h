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

Result<std::optional<Account>> findAccount(SqlConnection &connection, const QString &email);
Result<QList<Account>> accountsOf(SqlConnection &connection, const QString &ws);
/** Conflict when the e-mail address is taken, InvalidInput naming what is wrong. Gives the new account. */
Result<Account> addAccount(SqlConnection &connection, const QString &ws, const QString &email, const QString &name, UserRole role, const QString &password, TimeMs now);
/** Ends all their sessions too. NotFound without such an account. */
Verdict disableAccount(SqlConnection &connection, const QString &email, TimeMs now);
/** Open sockets of theirs are closed within seconds. */
Verdict changeRole(SqlConnection &connection, const QString &email, UserRole role);

} // namespace calldeck
