#include "auth/Identities.h"

#include "store/WorkspaceTx.h"

#include <QJsonObject>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

using Linked = std::variant<Account, IdentityRefusal>;

/** One try. Of two identities that come at once for an account the index lets one in. */
Result<bool> tryLink(SqlConnection &connection, const Identity &identity, const Account &account, TimeMs now)
{
    const auto tx = WorkspaceTx::begin(connection, account.ws, WorkspaceTx::Mode::Write);
    if (!tx)
        return tx.error();
    SqlStatement insert = connection.query("INSERT INTO identity(issuer, subject, account, linked_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                                           identity.issuer, identity.subject, account.id, now);
    Verdict done = insert.run();
    const bool linked = done && insert.changedRows() == 1;
    if (linked)
        done = (*tx)->audit(accountLine(account.id, u"identity_link"_s, account.id, now));
    if (linked && done)
        done = (*tx)->commit();
    if (!done)
        return done.error();
    return linked;
}

} // namespace

Result<std::optional<Account>> linkedAccount(SqlConnection &connection, const QString &issuer, const QString &subject)
{
    SqlStatement find = connection.query("SELECT account FROM identity WHERE issuer = ? AND subject = ?", issuer, subject);
    const auto found = find.found();
    if (!found)
        return found.error();
    if (!*found)
        return std::optional<Account>();
    const QString id = find.text(0);
    (void)find.run();
    return findAccountById(connection, id);
}

Result<Linked> linkIdentity(SqlConnection &connection, const Identity &identity, TimeMs now)
{
    if (!identity.email_verified || identity.email.isEmpty())
        return Linked(IdentityRefusal::NotVerified);
    const auto account = findAccount(connection, identity.email);
    if (!account)
        return account.error();
    if (!*account || (*account)->disabled)
        return Linked(IdentityRefusal::NoAccount);
    const auto linked = withRetries(connection, [&] { return tryLink(connection, identity, **account, now); });
    if (!linked)
        return linked.error();
    if (*linked)
        return Linked(**account);
    // The same person may have come in by another request meanwhile.
    const auto known = linkedAccount(connection, identity.issuer, identity.subject);
    if (!known)
        return known.error();
    return *known && (*known)->id == (*account)->id ? Linked(**known) : Linked(IdentityRefusal::Taken);
}

Verdict unlinkIdentities(SqlConnection &connection, const Account &account, TimeMs now)
{
    return withRetries(connection, [&]() -> Verdict {
        const auto tx = WorkspaceTx::begin(connection, account.ws, WorkspaceTx::Mode::Write);
        if (!tx)
            return tx.error();
        Verdict done = connection.query("DELETE FROM identity WHERE account = ?", account.id).run();
        if (done)
            done = (*tx)->audit(accountLine(programActor, u"identity_unlink"_s, account.id, now));
        return done ? (*tx)->commit() : done;
    });
}

} // namespace calldeck
