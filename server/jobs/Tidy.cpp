#include "jobs/Tidy.h"

#include "auth/Tokens.h"
#include "store/Attachments.h"
#include "store/Events.h"
#include "store/FileTickets.h"
#include "store/Mail.h"

namespace calldeck
{

namespace
{

constexpr TimeMs eventLife = 30LL * 24 * 3'600'000;

void tidyWorkspace(SqlConnection &connection, const QString &ws, TimeMs now)
{
    (void)withRetries(connection, [&]() -> Verdict {
        const auto tx = WorkspaceTx::begin(connection, ws, WorkspaceTx::Mode::Write);
        Verdict done = tx ? forgetEvents(**tx, now - eventLife) : Verdict(tx.error());
        if (done)
            done = forgetJobs(**tx, now - JobLimits::life);
        if (done)
            done = forgetMail(**tx, now - MailLimits::life);
        return done ? (*tx)->commit() : done;
    });
}

/** False when the store does not do it: no use to ask it for more. */
bool removeGone(SqlConnection &connection, const QString &ws, BlobStore &store)
{
    constexpr int most = 1000;
    QStringList names;
    {
        const auto tx = WorkspaceTx::begin(connection, ws, WorkspaceTx::Mode::Read);
        const auto gone = tx ? goneBlobs(**tx, most) : Result<QStringList>(tx.error());
        if (!gone)
            return true;
        names = *gone;
    }
    for (const QString &name : std::as_const(names)) {
        if (!store.remove(name))
            return false;
        (void)withRetries(connection, [&]() -> Verdict {
            const auto tx = WorkspaceTx::begin(connection, ws, WorkspaceTx::Mode::Write);
            const Verdict done = tx ? forgetGoneBlob(**tx, name) : Verdict(tx.error());
            return done ? (*tx)->commit() : done;
        });
    }
    return true;
}

Result<bool> wasRestoredLately(WorkspaceTx &tx, TimeMs now)
{
    constexpr TimeMs fiveWeeks = 35LL * 24 * 3'600'000;
    return tx.query("SELECT 1 FROM epoch WHERE ws = ? AND epoch > 1 AND at > ?", now - fiveWeeks).found();
}

/** Is there a row for these bytes? A store that does not answer leaves them alone. */
bool isLeftOver(SqlConnection &connection, const QString &name, TimeMs now)
{
    const QStringList words = name.section(u'.', 0, 0).split(u'-');
    if (words.size() != 3)
        return false;
    const auto tx = WorkspaceTx::begin(connection, words[0], WorkspaceTx::Mode::Read);
    const auto restored = tx ? wasRestoredLately(**tx, now) : Result<bool>(tx.error());
    const auto found = restored ? findAttachment(**tx, words[2]) : Result<std::optional<Attachment>>(restored.error());
    return found && !*found && !*restored;
}

} // namespace

void tidyStore(SqlConnection &connection, const ExportParts &exports, const DataFolder *blobs, BlobStore *store, TimeMs now)
{
    constexpr TimeMs second = 1000;
    const auto names = workspacesOf(connection);
    for (const QString &ws : names ? *names : QStringList())
        tidyWorkspace(connection, ws, now);
    for (const QString &ws : names && store ? *names : QStringList()) {
        if (!removeGone(connection, ws, *store))
            break;
    }
    (void)forgetFileTickets(connection, now);
    (void)forgetOldTokens(connection, now);
    // Parts of exports that a crash left behind go with them.
    for (const QString &name : exports.folder ? exports.folder->olderThan(ExportLimits::life / second) : QStringList())
        (void)exports.folder->remove(name);
    constexpr qint64 hour = 3600; // an upload is under way for less
    for (const QString &name : blobs ? blobs->olderThan(hour) : QStringList()) {
        if (isLeftOver(connection, name, now))
            (void)blobs->remove(name);
    }
}

} // namespace calldeck
