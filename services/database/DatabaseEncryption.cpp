#include "database/DatabaseEncryption.h"

#include "database/Cipher.h"
#include "database/DatabaseFile.h"

#include <QFileInfo>
#include <QMap>
#include <sys/stat.h>
#include <unistd.h>

namespace calldeck
{

namespace
{

QString encryptedAside(const QString &file) { return file + QStringLiteral(".encrypting"); }
QString plainAside(const QString &file) { return file + QStringLiteral(".plain"); }

Error failure(const QString &message) { return {Error::Code::Io, message + QStringLiteral(" The data is as it was, not encrypted."), {}, true}; }

/** Overwrites, then removes. Flash memory may keep old pages all the same; docs/security.md says so. */
void wipe(const QString &path)
{
    QFile file(path);
    if (file.open(QIODevice::ReadWrite)) {
        const QByteArray nothing(1 << 20, '\0');
        for (qint64 left = file.size(); left > 0; left -= nothing.size())
            file.write(nothing.constData(), std::min<qint64>(left, nothing.size()));
        file.flush();
        ::fsync(file.handle());
    }
    file.remove();
}

bool isSameFile(const QString &a, const QString &b)
{
    struct stat left {
    };
    struct stat right {
    };
    return ::stat(QFile::encodeName(a).constData(), &left) == 0 && ::stat(QFile::encodeName(b).constData(), &right) == 0 && left.st_dev == right.st_dev
        && left.st_ino == right.st_ino;
}

/** Rows of every table, with the marks of the file: what a copy must have too. */
Result<QMap<QString, qint64>> figuresOf(Database &database)
{
    QMap<QString, qint64> figures;
    Statement tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'");
    while (tables.step()) {
        const QString name = tables.text(0);
        const QByteArray quoted = '"' + name.toUtf8().replace('"', "\"\"") + '"';
        figures.insert(name, database.singleInteger("SELECT count(*) FROM " + quoted).value_or(-1));
    }
    if (tables.failed())
        return database.lastError();
    figures.insert(QStringLiteral("application_id"), database.singleInteger("PRAGMA application_id").value_or(-1));
    figures.insert(QStringLiteral("user_version"), database.singleInteger("PRAGMA user_version").value_or(-1));
    return figures;
}

/** Nobody else can open the file from here on until the connection closes; its journal is gone. */
Verdict takeAlone(Database &database)
{
    // Rekeying and renaming know nothing of a -wal.
    if (database.singleText("PRAGMA journal_mode = DELETE") != QStringLiteral("delete"))
        return Error{Error::Code::Busy, QStringLiteral("Another program has the data open, so it cannot be encrypted now. Close it and try again."), {}, true};
    return database.execute("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT");
}

Verdict encryptCopy(const QString &file, const DatabaseKey &key)
{
    auto copy = Database::open(file, Database::Access::ReadWrite);
    if (!copy)
        return copy.error();
    if (Verdict alone = takeAlone(**copy); !alone)
        return alone;
    return changeKey((*copy)->handle(), key);
}

Verdict verifyCopy(const QString &file, const DatabaseKey &key, const QMap<QString, qint64> &expected)
{
    if (looksPlain(file))
        return failure(QStringLiteral("The encrypted copy turned out not to be encrypted."));
    auto copy = Database::open(file, Database::Access::ReadWrite, key);
    if (!copy)
        return copy.error();
    if ((*copy)->singleText("PRAGMA integrity_check") != QStringLiteral("ok"))
        return failure(QStringLiteral("The encrypted copy is damaged."));
    const auto figures = figuresOf(**copy);
    if (!figures)
        return figures.error();
    return *figures == expected ? Verdict(Done{}) : failure(QStringLiteral("The encrypted copy is not complete."));
}

Verdict syncFile(const QString &path)
{
    QFile file(path);
    if (file.open(QIODevice::ReadWrite) && ::fsync(file.handle()) == 0)
        return Done{};
    return failure(QStringLiteral("The encrypted copy could not be written to the disk."));
}

/** The copy in the place of the file, with the old one kept under another name until that has reached the disk. */
Verdict swap(const QString &file, const std::function<void(EncryptionStep)> &reached)
{
    const QByteArray from = QFile::encodeName(encryptedAside(file));
    const QByteArray to = QFile::encodeName(file);
    const QByteArray old = QFile::encodeName(plainAside(file));
    ::unlink(old.constData());
    if (::link(to.constData(), old.constData()) != 0)
        return failure(QStringLiteral("%1 could not be kept aside.").arg(file));
    reached(EncryptionStep::OldKept);
    if (::rename(from.constData(), to.constData()) != 0)
        return failure(QStringLiteral("%1 could not be replaced.").arg(file));
    syncDirectory(QFileInfo(file).path());
    reached(EncryptionStep::Swapped);
    return Done{};
}

void removeCopy(const QString &copy)
{
    for (const char *suffix : {"", "-journal", "-wal", "-shm"}) {
        if (const QString path = copy + QLatin1String(suffix); QFileInfo::exists(path))
            wipe(path);
    }
}

Verdict encryptAside(const QString &file, const DatabaseFormat &format, const DatabaseKey &key, const std::function<void(EncryptionStep)> &reached)
{
    auto plain = openDatabaseFile(file, Database::Access::ReadWrite, format);
    if (!plain)
        return plain.error();
    if (Verdict alone = takeAlone(**plain); !alone)
        return alone;
    const auto figures = figuresOf(**plain);
    if (!figures)
        return figures.error();
    const QString aside = encryptedAside(file);
    Verdict done = (*plain)->backupTo(aside);
    if (!done)
        return done;
    reached(EncryptionStep::Copied);
    done = encryptCopy(aside, key);
    if (!done)
        return done;
    reached(EncryptionStep::Encrypted);
    done = verifyCopy(aside, key, *figures);
    if (done)
        done = syncFile(aside);
    if (!done)
        return done;
    reached(EncryptionStep::Verified);
    // While the plain file is still locked: nobody writes into what is about to go.
    return swap(file, reached);
}

} // namespace

Verdict encryptDatabaseFile(const QString &file, const DatabaseFormat &format, const DatabaseKey &key, const std::function<void(EncryptionStep)> &reached)
{
    const auto tell = reached ? reached : [](EncryptionStep) {};
    clearAfterEncryption(file);
    if (Verdict done = encryptAside(file, format, key, tell); !done) {
        removeCopy(encryptedAside(file));
        return done;
    }
    clearAfterEncryption(file);
    tell(EncryptionStep::OldGone);
    return Done{};
}

void clearAfterEncryption(const QString &file)
{
    removeCopy(encryptedAside(file));
    const QString old = plainAside(file);
    if (!QFileInfo::exists(old) || !QFileInfo::exists(file))
        return;
    // Before the rename both names are the one file.
    if (isSameFile(old, file))
        QFile::remove(old);
    else if (!looksPlain(file))
        wipe(old);
    syncDirectory(QFileInfo(file).path());
}

Verdict decryptDatabaseFile(const QString &file, const DatabaseKey &key)
{
    if (key.isEmpty())
        return Done{};
    auto copy = Database::open(file, Database::Access::ReadWrite, key);
    Verdict done = copy ? takeAlone(**copy) : Verdict(copy.error());
    if (done)
        done = changeKey((*copy)->handle(), {});
    copy = Error{};
    if (!done)
        removeCopy(file);
    return done;
}

} // namespace calldeck
