#pragma once

#include "auth/Accounts.h"
#include "database/DatabaseKey.h"

#include <functional>

namespace calldeck
{

class CacheFile;

/** Where the store of a desk that works by itself lies, and who works there. */
struct OwnPlace {
    QString data_dir;
    DatabaseKey key; ///< of the data directory; empty: not encrypted
    QString person; ///< as it is written into calls; "" leaves whoever is known
    QString name() const { return person.trimmed().left(200); } ///< as an account has it
    std::function<bool()> cancelled; ///< asked for each record that a new store takes over; may be empty. Any thread
    std::function<void(const Error &)> damaged = {}; ///< told when the running backend meets damage in the store, more than once; may be empty. Any thread
};

struct OpenedStore {
    std::unique_ptr<SqlConnection> connection;
    Account account; ///< the one it has
};

/**
 * Makes the store where there is none, for the business that `cache` names, and takes over what `cache` holds. A store that `cache` does not belong to, because one of them
 * was put here from elsewhere, is moved aside first, never away. A plain store whose directory has been encrypted since is encrypted. `cache` is open for writing; the
 * caller holds the DirectoryLock.
 */
Result<OpenedStore> openOwnStore(const OwnPlace &place, CacheFile &cache);
/**
 * The next openOwnStore() that finds the store damaged makes another of the desk's file, and only then moves the damaged one aside, never away. Where the desk's file is damaged too it
 * changes nothing and gives bothDamaged().
 */
Verdict wishNewOwnStore(const QString &dataDir);
Error bothDamaged(const QString &dataDir);
/** A store that is plain though its directory has a key; what was interrupted is finished. Nothing to do without a store. */
Verdict encryptOwnStore(const QString &dataDir, const DatabaseKey &key);
/** Whether all of the store can be read under the key that opens the desk's file. Reads all of it, asking `cancelled` (may be empty) on the way. The error says why nobody can tell. */
Result<bool> isOwnStoreWhole(const QString &dataDir, const DatabaseKey &key, const std::function<bool()> &cancelled = {});
/** A sentence for each thing that is wrong with the store of a directory or its audit trail; none where there is no store. Changes nothing, also beside whoever has the directory. */
Result<QStringList> ownStoreProblems(const QString &dataDir, const DatabaseKey &key);

} // namespace calldeck
