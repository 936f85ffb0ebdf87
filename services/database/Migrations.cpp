#include "database/Migrations.h"

#include <QDir>
#include <QFileInfo>
#include <QtEndian>

// A static library's resources are linked only when somebody asks for them, and Q_INIT_RESOURCE must stand outside namespaces.
static void loadMigrationResources() { Q_INIT_RESOURCE(migrations); }

namespace calldeck
{

namespace
{

Verdict checkMarks(const QString &name, qint64 id, qint64 version, const DatabaseFormat &format)
{
    if (id != format.application_id || version < 1) {
        return Error{Error::Code::Foreign,
                     QStringLiteral("%1 is not a Calldeck database. Choose another data directory; the file was not touched.").arg(name),
                     {},
                     false};
    }
    if (version > format.newestVersion()) {
        return Error{Error::Code::NewerVersion,
                     QStringLiteral("%1 was written by a newer Calldeck (data version %2, this program knows %3). Install the newer program; the file was not touched.")
                         .arg(name)
                         .arg(version)
                         .arg(format.newestVersion()),
                     {},
                     false};
    }
    return Done{};
}

} // namespace

QList<Migration> migrationsIn(const QString &path)
{
    loadMigrationResources();
    QList<Migration> steps;
    const QDir folder(path);
    const QStringList names = folder.entryList({QStringLiteral("*.sql")}, QDir::Files, QDir::Name);
    for (const QString &name : names) {
        QFile file(folder.filePath(name));
        if (file.open(QIODevice::ReadOnly))
            steps.append({name.left(3).toInt(), file.readAll()});
    }
    return steps;
}

Verdict migrate(Database &database, const DatabaseFormat &format)
{
    const auto isDone = [&](const Migration &step) { return database.singleInteger("PRAGMA user_version").value_or(0) >= step.version; };
    for (const Migration &step : format.steps) {
        if (isDone(step))
            continue;
        Transaction transaction(database);
        if (!transaction.begun())
            return transaction.begun();
        // Another program may have taken this step while we waited for the lock.
        if (isDone(step))
            continue;
        Verdict done = database.execute(step.sql);
        if (done)
            done = database.execute("PRAGMA application_id = " + QByteArray::number(format.application_id));
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

Verdict checkIdentity(Database &database, const DatabaseFormat &format)
{
    const auto id = database.singleInteger("PRAGMA application_id");
    const auto version = id ? database.singleInteger("PRAGMA user_version") : std::nullopt;
    // What could not be read says nothing of whose file it is.
    if (!version)
        return database.lastError();
    return checkMarks(QFileInfo(database.file()).fileName(), *id, *version, format);
}

Verdict checkHead(const QString &path, const DatabaseFormat &format)
{
    constexpr qint64 headBytes = 100;
    constexpr int versionAt = 60;
    constexpr int idAt = 68;
    QFile file(path);
    const QByteArray head = file.open(QIODevice::ReadOnly) ? file.read(headBytes) : QByteArray();
    if (head.size() < headBytes || !head.startsWith("SQLite format 3"))
        return Done{};
    return checkMarks(QFileInfo(path).fileName(), qFromBigEndian<quint32>(head.constData() + idAt), qFromBigEndian<qint32>(head.constData() + versionAt), format);
}

} // namespace calldeck
