#pragma once

#include "database/Database.h"

namespace calldeck
{

struct BackupDone {
    QString removed; ///< the half copy of an earlier backup that was cut off; "" when there was none
};

enum class BackupForm { SameKey, Plain };

/**
 * A consistent copy made while others read and write. It appears whole, flushed to the disk, or not at all: until then it is FILE.part, which the next backup to
 * the same file removes. A file that exists is never replaced.
 */
Result<BackupDone> writeBackup(Database &database, const QString &file, BackupForm form);

} // namespace calldeck
