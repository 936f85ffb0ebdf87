#include "Command.h"

#include "OpenStore.h"

namespace calldeck
{

namespace
{

ExitCode runMigrate(const Invocation &run)
{
    auto store = openForWriting(run.data_dir, WhenMissing::Refuse);
    if (!store)
        return failure(run.console, store.error());
    run.console.print(QStringLiteral("The data is of version %1, the newest that this program knows.").arg(store->file->schemaVersion()));
    return ExitCode::Ok;
}

} // namespace

Command migrateCommand()
{
    return {QStringLiteral("migrate"),
            QStringLiteral("Brings data of an older version up to this program's."),
            QString(),
            QStringLiteral("Each step is one transaction: when it fails the data is left as it was. Data of a newer program is refused. Make a backup\n"
                           "first. The desk and the commands that write do the same when they open older data."),
            {},
            runMigrate};
}

} // namespace calldeck
