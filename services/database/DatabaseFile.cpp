#include "database/DatabaseFile.h"

#include "database/Cipher.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QMutex>
#include <algorithm>
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

Verdict putInPlace(const QString &from, const QString &file)
{
    if (!QFile::rename(from, file))
        return ioError(QStringLiteral("%1 could not be created.").arg(file));
    syncDirectory(QFileInfo(file).path());
    return Done{};
}

/** What a file on disk looks like from outside: a key that had no effect must never go unnoticed. */
Verdict checkEncrypted(const QString &file, const DatabaseKey &key)
{
    if (key.isEmpty() || !looksPlain(file))
        return Done{};
    return Error{Error::Code::WrongKey,
                 QStringLiteral("%1 is not encrypted, though a key was given. Encrypt it with calldeck-cli encrypt, or start without the key; the file was not touched.")
                     .arg(QFileInfo(file).fileName()),
                 {},
                 false};
}

Verdict createFile(const QString &file, const DatabaseFormat &format, const DatabaseKey &key)
{
    if (Verdict made = makeDirectory(QFileInfo(file).path()); !made)
        return made;
    const QString aside = file + QStringLiteral(".creating");
    QFile::remove(aside);
    QFile::remove(aside + QStringLiteral("-journal"));
    {
        auto database = Database::open(aside, Database::Access::Create, key);
        if (!database)
            return database.error();
        QFile::setPermissions(aside, QFile::ReadOwner | QFile::WriteOwner);
        Verdict done = (*database)->execute("PRAGMA page_size = 4096; PRAGMA synchronous = FULL");
        if (done)
            done = migrate(**database, format);
        if (!done)
            return done;
    }
    if (Verdict encrypted = checkEncrypted(aside, key); !encrypted) {
        QFile::remove(aside);
        return encrypted;
    }
    return putInPlace(aside, file);
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

/** The look at the file's head comes before the first connection of the process only: see Database::isOpenHere(). */
Result<std::unique_ptr<Database>> openChecked(const QString &file, Database::Access access, const DatabaseFormat &format, const DatabaseKey &key)
{
    static QMutex oneAtATime;
    const QMutexLocker lock(&oneAtATime);
    if (!Database::isOpenHere(file)) {
        Verdict ours = checkHead(file, format);
        if (ours)
            ours = checkEncrypted(file, key);
        if (!ours)
            return ours.error();
    }
    return Database::open(file, access, key);
}

Verdict configure(Database &database, Database::Access access)
{
    Verdict done = Done{};
    if (access != Database::Access::ReadOnly)
        done = database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 20000");
    if (done)
        done = database.execute("PRAGMA cache_size = -" + QByteArray::number(usualPageMemory));
    return done ? database.execute("PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = ON") : done;
}

} // namespace

int bulkPageMemory()
{
    const qint64 memory = static_cast<qint64>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGESIZE);
    return static_cast<int>(std::clamp<qint64>(memory / 1024 / 16, usualPageMemory, 256 * 1024));
}

void syncDirectory(const QString &dataDir)
{
    const int handle = ::open(QFile::encodeName(dataDir).constData(), O_RDONLY | O_DIRECTORY);
    if (handle >= 0) {
        ::fsync(handle);
        ::close(handle);
    }
}

Result<std::unique_ptr<Database>> openDatabaseFile(const QString &file, Database::Access access, const DatabaseFormat &format, const DatabaseKey &key)
{
    Verdict ready = checkFileOnDisk(file);
    if (!ready && ready.error().code == Error::Code::NotFound && access == Database::Access::Create)
        ready = createFile(file, format, key);
    if (!ready)
        return ready.error();
    const auto fileAccess = access == Database::Access::ReadOnly ? Database::Access::ReadOnly : Database::Access::ReadWrite;
    auto database = openChecked(file, fileAccess, format, key);
    if (!database)
        return database.error();
    (*database)->setCheckpointOnClose(false);
    if (Verdict ours = checkIdentity(**database, format); !ours)
        return ours.error();
    (*database)->setCheckpointOnClose(true);
    if (Verdict done = configure(**database, fileAccess); !done)
        return done.error();
    if (fileAccess == Database::Access::ReadWrite) {
        if (Verdict done = migrate(**database, format); !done)
            return done.error();
    } else if ((*database)->singleInteger("PRAGMA user_version").value_or(0) < format.newestVersion()) {
        return Error{Error::Code::Conflict, QStringLiteral("The data is of an older version. Run migrate first."), {}, false};
    }
    return database;
}

Verdict moveDatabaseFile(const QString &from, const QString &to)
{
    if (QFileInfo::exists(from + QStringLiteral("-wal")))
        return ioError(QStringLiteral("%1 was not closed completely. Free some space and try again.").arg(from));
    if (const Verdict there = checkFileOnDisk(to); there || there.error().code != Error::Code::NotFound)
        return Error{Error::Code::Conflict, QStringLiteral("There is data in %1 already. Choose another data directory.").arg(QFileInfo(to).path()), {}, false};
    return putInPlace(from, to);
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
