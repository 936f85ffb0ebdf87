#pragma once

#include "Command.h"
#include "store/CacheFile.h"
#include "store/DataDirectory.h"

namespace calldeck
{

/** The cache of a data directory together with the right to write in it. */
struct WritableStore {
    std::unique_ptr<DirectoryLock> lock;
    std::unique_ptr<CacheFile> file;
};

enum class WhenMissing { Make, Refuse };

/** Takes the lock before it touches the file: a desk that works on the directory is the one that writes. */
Result<WritableStore> openForWriting(const QString &dataDir, WhenMissing whenMissing);
/** Reads go on beside a running desk. */
Result<std::unique_ptr<CacheFile>> openForReading(const QString &dataDir);

} // namespace calldeck
