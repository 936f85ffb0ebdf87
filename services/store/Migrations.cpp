#include "store/Migrations.h"

#include <QDir>
#include <QFileInfo>

// A static library's resources are linked only when somebody asks for them, and Q_INIT_RESOURCE must stand outside namespaces.
static void loadMigrationResources() { Q_INIT_RESOURCE(migrations); }

namespace calldeck
{

QList<Migration> cacheMigrations()
{
    loadMigrationResources();
    QList<Migration> steps;
    const QDir folder(QStringLiteral(":/calldeck/migrations"));
    const QStringList names = folder.entryList({QStringLiteral("*.sql")}, QDir::Files, QDir::Name);
    for (const QString &name : names) {
        QFile file(folder.filePath(name));
        if (file.open(QIODevice::ReadOnly))
            steps.append({name.left(3).toInt(), file.readAll()});
    }
    return steps;
}

Verdict migrate(Database &database, const QList<Migration> &steps)
{
    for (const Migration &step : steps) {
        if (database.singleInteger("PRAGMA user_version").value_or(0) >= step.version)
            continue;
        Transaction transaction(database);
        if (!transaction.begun())
            return transaction.begun();
        Verdict done = database.execute(step.sql);
        if (done)
            done = database.execute("PRAGMA application_id = " + QByteArray::number(cacheApplicationId));
        if (done)
            done = database.execute("PRAGMA user_version = " + QByteArray::number(step.version));
        if (done)
            done = transaction.commit();
        if (!done) {
            Error error = done.error();
            error.message = QStringLiteral("The data could not be brought to version %1 and was left as it was. %2").arg(step.version).arg(error.message);
            return error;
        }
    }
    return Done{};
}

Verdict checkIdentity(Database &database, int newestVersion)
{
    const auto id = database.singleInteger("PRAGMA application_id");
    if (!id)
        return database.lastError();
    const QString name = QFileInfo(database.file()).fileName();
    const qint64 version = database.singleInteger("PRAGMA user_version").value_or(0);
    if (*id != cacheApplicationId || version < 1) {
        return Error{Error::Code::Foreign,
                     QStringLiteral("%1 is not a Calldeck database. Choose another data directory; the file was not touched.").arg(name),
                     {},
                     false};
    }
    if (version > newestVersion) {
        return Error{Error::Code::NewerVersion,
                     QStringLiteral("%1 was written by a newer Calldeck (data version %2, this program knows %3). Install the newer program; the file was not touched.")
                         .arg(name)
                         .arg(version)
                         .arg(newestVersion),
                     {},
                     false};
    }
    return Done{};
}

} // namespace calldeck
