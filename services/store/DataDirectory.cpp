#include "store/DataDirectory.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>


namespace calldeck
{

namespace
{

Error ioError(const QString &message) { return {Error::Code::Io, message, {}, false}; }

Verdict makeDirectory(const QString &dataDir)
{
    const QFileInfo info(dataDir);
    if (info.exists() && !info.isDir())
        return ioError(QStringLiteral("%1 is a file, not a folder. Choose another data directory.").arg(dataDir));
    if (info.exists())
        return Done{};
    if (!QDir().mkpath(dataDir))
        return ioError(QStringLiteral("The data directory %1 cannot be created. Check the permissions of the folder above it.").arg(dataDir));
    QFile::setPermissions(dataDir, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    return Done{};
}

void syncDirectory(const QString &dataDir)
{
    const int handle = ::open(QFile::encodeName(dataDir).constData(), O_RDONLY | O_DIRECTORY);
    if (handle >= 0) {
        ::fsync(handle);
        ::close(handle);
    }
}

Verdict putInPlace(const QString &file, const QString &dataDir)
{
    if (!QFile::rename(file, cachePath(dataDir)))
        return ioError(QStringLiteral("%1 could not be created.").arg(cachePath(dataDir)));
    syncDirectory(dataDir);
    return Done{};
}

Verdict createCache(const QString &dataDir, const QList<Migration> &steps)
{
    if (Verdict made = makeDirectory(dataDir); !made)
        return made;
    const QString aside = cachePath(dataDir) + QStringLiteral(".creating");
    QFile::remove(aside);
    QFile::remove(aside + QStringLiteral("-journal"));
    {
        auto database = Database::open(aside, Database::Access::Create);
        if (!database)
            return database.error();
        QFile::setPermissions(aside, QFile::ReadOwner | QFile::WriteOwner);
        Verdict done = (*database)->execute("PRAGMA page_size = 4096; PRAGMA synchronous = FULL");
        if (done)
            done = migrate(**database, steps);
        if (!done)
            return done;
    }
    return putInPlace(aside, dataDir);
}

Verdict checkFileOnDisk(const QString &file)
{
    const QFileInfo info(file);
    if (!info.exists()) {
        if (QFileInfo::exists(file + QStringLiteral("-wal"))) {
            return Error{Error::Code::Damaged,
                         QStringLiteral("%1 is missing but its journal is still there. Put the file back beside the journal, or restore a backup.").arg(info.fileName()),
                         {},
                         false};
        }
        return Error{Error::Code::NotFound, QStringLiteral("There is no Calldeck data in %1.").arg(info.path()), {}, false};
    }
    if (info.size() == 0) {
        return Error{Error::Code::Damaged,
                     QStringLiteral("%1 is empty: its data was cut off. Restore a backup; the file was not touched.").arg(info.fileName()),
                     {},
                     false};
    }
    if (!info.isReadable())
        return ioError(QStringLiteral("%1 may not be read by you. Check its owner and permissions.").arg(file));
    return Done{};
}

Verdict configure(Database &database, Database::Access access)
{
    Verdict done = Done{};
    if (access != Database::Access::ReadOnly)
        done = database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 20000");
    if (done)
        done = database.execute("PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = ON");
    return done;
}

} // namespace

QString cachePath(const QString &dataDir) { return QDir(dataDir).filePath(QStringLiteral("calldeck.db")); }

Result<std::unique_ptr<Database>> openCache(const QString &dataDir, Database::Access access, const QList<Migration> &steps)
{
    const QString file = cachePath(dataDir);
    Verdict ready = checkFileOnDisk(file);
    if (!ready && ready.error().code == Error::Code::NotFound && access == Database::Access::Create)
        ready = createCache(dataDir, steps);
    const int newest = steps.isEmpty() ? 0 : steps.last().version;
    if (ready)
        ready = checkHead(file, newest);
    if (!ready)
        return ready.error();
    const auto fileAccess = access == Database::Access::ReadOnly ? Database::Access::ReadOnly : Database::Access::ReadWrite;
    auto database = Database::open(file, fileAccess);
    if (!database)
        return database.error();
    (*database)->setCheckpointOnClose(false);
    if (Verdict ours = checkIdentity(**database, newest); !ours)
        return ours.error();
    (*database)->setCheckpointOnClose(true);
    if (Verdict done = configure(**database, fileAccess); !done)
        return done.error();
    if (fileAccess == Database::Access::ReadWrite) {
        if (Verdict done = migrate(**database, steps); !done)
            return done.error();
    } else if ((*database)->singleInteger("PRAGMA user_version").value_or(0) < newest) {
        return Error{Error::Code::Conflict, QStringLiteral("The data is of an older version. Run migrate first."), {}, false};
    }
    return database;
}

Verdict moveCache(const QString &fromDir, const QString &dataDir)
{
    const QString file = cachePath(fromDir);
    if (QFileInfo::exists(file + QStringLiteral("-wal")))
        return ioError(QStringLiteral("%1 was not closed completely. Free some space and try again.").arg(file));
    if (const Verdict there = checkFileOnDisk(cachePath(dataDir)); there || there.error().code != Error::Code::NotFound)
        return Error{Error::Code::Conflict, QStringLiteral("There is data in %1 already. Choose another data directory.").arg(dataDir), {}, false};
    return putInPlace(file, dataDir);
}

Result<std::unique_ptr<DirectoryLock>> DirectoryLock::take(const QString &dataDir)
{
    if (Verdict made = makeDirectory(dataDir); !made)
        return made.error();
    std::unique_ptr<DirectoryLock> lock(new DirectoryLock(QDir(dataDir).filePath(QStringLiteral("calldeck.lock"))));
    QFile &file = lock->m_file;
    const bool opened = file.open(QIODevice::ReadWrite);
    if (opened && flock(file.handle(), LOCK_EX | LOCK_NB) == 0) {
        // For whoever is refused meanwhile.
        file.resize(0);
        file.write(QStringLiteral("%1 %2\n").arg(QCoreApplication::applicationPid()).arg(QCoreApplication::applicationName()).toUtf8());
        file.flush();
        return lock;
    }
    if (opened) {
        const QString holder = QString::fromUtf8(file.readLine(200)).trimmed();
        const QString program = holder.section(u' ', 1);
        return Error{Error::Code::Locked,
                     QStringLiteral("This data directory is in use by %1 (process %2). Close it first, or choose another with --data-dir.")
                         .arg(program.isEmpty() ? QStringLiteral("another program") : program, holder.section(u' ', 0, 0)),
                     {},
                     true};
    }
    return Error{Error::Code::ReadOnly,
                 QStringLiteral("You may not write in %1. Check the permissions of the folder, or choose another with --data-dir.").arg(dataDir),
                 {},
                 false};
}

} // namespace calldeck
