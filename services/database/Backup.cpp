#include "database/Backup.h"

#include "database/CrashPoint.h"
#include "database/DatabaseEncryption.h"
#include "database/DatabaseFile.h"

#include <QFile>
#include <QFileInfo>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace calldeck
{

namespace
{

Error ioError(const QString &message) { return {Error::Code::Io, message, {}, false}; }

Error existsAlready(const QString &file)
{
    return {Error::Code::InvalidInput, QStringLiteral("%1 exists already. Choose another name for the backup.").arg(file), {}, false};
}

/** The half copy while it is being written: whoever holds its lock is the one who writes it. */
class Part
{
public:
    explicit Part(const QString &file) : m_file(file + QStringLiteral(".part")) {}
    /** What an earlier one left there is gone then; says whether there was something. */
    Result<bool> take()
    {
        if (!m_file.open(QIODevice::ReadWrite, QFile::ReadOwner | QFile::WriteOwner))
            return ioError(QStringLiteral("%1 could not be written. Check that the folder exists and that you may write in it.").arg(m_file.fileName()));
        if (flock(m_file.handle(), LOCK_EX | LOCK_NB) != 0 || !isStillThere())
            return Error{Error::Code::Busy, QStringLiteral("Another backup is writing %1. Wait for it, or choose another name.").arg(m_file.fileName()), {}, true};
        bool left = m_file.size() > 0;
        for (const char *ending : {"-journal", "-wal", "-shm"})
            left = QFile::remove(m_file.fileName() + QLatin1String(ending)) || left;
        m_taken = m_file.resize(0);
        return m_taken ? Result<bool>(left) : ioError(QStringLiteral("%1 could not be emptied.").arg(m_file.fileName()));
    }
    /** On the disk, and under its own name. */
    Verdict finish(const QString &file)
    {
        if (::fsync(m_file.handle()) != 0)
            return ioError(QStringLiteral("%1 could not be written to the disk. Check the disk and try again.").arg(m_file.fileName()));
        crashAt("S8");
        if (QFileInfo::exists(file))
            return existsAlready(file);
        if (!QFile::rename(m_file.fileName(), file))
            return ioError(QStringLiteral("%1 could not be created.").arg(file));
        m_taken = false;
        syncDirectory(QFileInfo(file).absolutePath());
        return Done{};
    }
    ~Part()
    {
        if (m_taken)
            QFile::remove(m_file.fileName());
    }
    QString name() const { return m_file.fileName(); }

private:
    /** Whoever held the lock before may have given the file its name meanwhile. */
    bool isStillThere() const
    {
        struct stat held{}, named{};
        return ::fstat(m_file.handle(), &held) == 0 && ::stat(QFile::encodeName(m_file.fileName()).constData(), &named) == 0 && held.st_ino == named.st_ino;
    }
    QFile m_file;
    bool m_taken = false;
};

} // namespace

Result<BackupDone> writeBackup(Database &database, const QString &file, BackupForm form)
{
    if (QFileInfo::exists(file))
        return existsAlready(file);
    Part part(file);
    const auto left = part.take();
    if (!left)
        return left.error();
    Verdict done = database.backupTo(part.name());
    crashAt("S8a");
    if (done && form == BackupForm::Plain)
        done = decryptDatabaseFile(part.name(), database.key());
    if (done)
        done = part.finish(file);
    if (!done)
        return done.error();
    return BackupDone{*left ? part.name() : QString()};
}

} // namespace calldeck
