#include "store/DataDirectory.h"

#include <QDir>

namespace calldeck
{

QString cachePath(const QString &dataDir) { return QDir(dataDir).filePath(QStringLiteral("calldeck.db")); }

const DatabaseFormat &cacheFormat()
{
    static const DatabaseFormat format{0x43444b31, migrationsIn(QStringLiteral(":/calldeck/migrations/cache"))};
    return format;
}

Result<std::unique_ptr<Database>> openCache(const QString &dataDir, Database::Access access, const DatabaseFormat &format, const DatabaseKey &key)
{
    return openDatabaseFile(cachePath(dataDir), access, format, key);
}

Verdict moveCache(const QString &fromDir, const QString &dataDir) { return moveDatabaseFile(cachePath(fromDir), cachePath(dataDir)); }

} // namespace calldeck
