#include "store/DataDirectory.h"

#include <QDir>

namespace calldeck
{

QString cachePath(const QString &dataDir) { return QDir(dataDir).filePath(QStringLiteral("calldeck.db")); }

QString ownStorePath(const QString &dataDir) { return QDir(dataDir).filePath(QStringLiteral("backend/calldeckd.db")); }

QString accountRecordPath(const QString &dataDir) { return QDir(dataDir).filePath(QStringLiteral("account.json")); }
QString ownerMarkPath(const QString &dataDir) { return QDir(dataDir).filePath(QStringLiteral("calldeck.owner")); }
bool isOfAccount(const QString &dataDir) { return QFile::exists(accountRecordPath(dataDir)) || QFile::exists(ownerMarkPath(dataDir)); }

const DatabaseFormat &cacheFormat()
{
    static const DatabaseFormat format{0x43444b31, migrationsIn(QStringLiteral(":/calldeck/migrations/cache"))};
    return format;
}

Result<std::unique_ptr<Database>> openCache(const QString &dataDir, Database::Access access, const DatabaseFormat &format, const DatabaseKey &key)
{
    return openDatabaseFile(cachePath(dataDir), access, format, key);
}

Verdict removeCache(const QString &dataDir)
{
    // The journal last: with the database gone it means nothing, the other way round it would be missed.
    for (const char *part : {"", "-wal", "-shm"}) {
        const QString file = cachePath(dataDir) + QLatin1String(part);
        if (QFile::exists(file) && !QFile::remove(file))
            return Error{Error::Code::Io, QStringLiteral("%1 could not be removed. Check the permissions of its folder.").arg(file), {}, false};
    }
    syncDirectory(dataDir);
    return Done{};
}

Verdict moveCache(const QString &fromDir, const QString &dataDir) { return moveDatabaseFile(cachePath(fromDir), cachePath(dataDir)); }

} // namespace calldeck
