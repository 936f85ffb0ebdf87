#pragma once

#include "auth/Accounts.h"

namespace calldeck
{

/** Who an identity provider says that somebody is, already proved. */
struct Identity {
    QString issuer;
    QString subject; ///< never given to another person by that issuer
    QString email;
    bool email_verified = false;
};

enum class IdentityRefusal {
    NoAccount,   ///< none has that address, or it is disabled
    NotVerified, ///< the provider does not vouch for the address
    Taken        ///< the account belongs to another identity of that provider
};

/** The account that this identity was linked to, disabled or not. */
Result<std::optional<Account>> linkedAccount(SqlConnection &connection, const QString &issuer, const QString &subject);
/** Links an identity for good to the enabled account with its address, with a line in the audit trail. Makes no account. */
Result<std::variant<Account, IdentityRefusal>> linkIdentity(SqlConnection &connection, const Identity &identity, TimeMs now);
/** Forgets all identities of an account: its next sign-in links anew. */
Verdict unlinkIdentities(SqlConnection &connection, const Account &account, TimeMs now);

} // namespace calldeck
