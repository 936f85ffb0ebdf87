#include "jobs/Tidy.h"

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

} // namespace

void tidyStore(SqlConnection &connection, const ExportParts &exports, TimeMs now)
{
    constexpr TimeMs second = 1000;
    const auto names = workspacesOf(connection);
    for (const QString &ws : names ? *names : QStringList())
        tidyWorkspace(connection, ws, now);
    (void)forgetFileTickets(connection, now);
    // Parts of exports that a crash left behind go with them.
    for (const QString &name : exports.folder ? exports.folder->olderThan(ExportLimits::life / second) : QStringList())
        (void)exports.folder->remove(name);
}

} // namespace calldeck
