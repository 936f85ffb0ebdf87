#pragma once

#include "database/DatabaseFile.h"

namespace calldeck
{

/** Where the cache of a data directory lies. */
QString cachePath(const QString &dataDir);
/** Where the store of the desk's own backend lies, when it has one. */
QString ownStorePath(const QString &dataDir);
/** Who a directory of an account belongs to, in the account's own folder. */
QString accountRecordPath(const QString &dataDir);
/** The same, in a directory that was chosen for it. */
QString ownerMarkPath(const QString &dataDir);
/** Whether the directory holds the calls of an account on a server. */
bool isOfAccount(const QString &dataDir);
/** The cache's mark and its migrations (resources/migrations/cache). */
const DatabaseFormat &cacheFormat();
Result<std::unique_ptr<Database>> openCache(const QString &dataDir, Database::Access access, const DatabaseFormat &format = cacheFormat(), const DatabaseKey &key = {});
/** Moves the closed cache of `fromDir` into `dataDir`, which has none, on the same disk: whole or not at all. */
Verdict moveCache(const QString &fromDir, const QString &dataDir);

/** Removes the closed cache of a data directory with its journal; other files stay. The error names what is still there. */
Verdict removeCache(const QString &dataDir);

} // namespace calldeck
