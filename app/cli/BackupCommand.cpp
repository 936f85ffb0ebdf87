#include "Command.h"

#include "OpenStore.h"

namespace calldeck
{

namespace
{

ExitCode runBackup(const Invocation &run)
{
    auto file = openForReading(run.data_dir);
    if (!file)
        return failure(run.console, file.error());
    if (Verdict done = (*file)->backupTo(run.arguments[0]); !done)
        return failure(run.console, done.error());
    run.console.print(QStringLiteral("Backup written to %1.").arg(run.arguments[0]));
    return ExitCode::Ok;
}

} // namespace

Command backupCommand()
{
    return {QStringLiteral("backup"),
            QStringLiteral("Copies the data to one file while others go on working."),
            QStringLiteral("FILE"),
            QStringLiteral("FILE must not exist. To restore, put the copy as calldeck.db into a data directory that has no other files."),
            {},
            runBackup};
}

} // namespace calldeck
