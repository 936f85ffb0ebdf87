#pragma once

#include "database/DatabaseKey.h"
#include "records/Result.h"

namespace calldeck
{

/** How much of something that exists in a damaged cache alone could be carried over. */
struct RescueCount {
    int carried = 0;
    int known = 0; ///< that were there, as far as could be seen; what had perhaps been sent already counts too
};

struct RescueReport {
    RescueCount edits;   ///< that were not sent
    RescueCount refused; ///< dead letters
    RescueCount drafts;
    bool whole = true;   ///< the damage hides no more than the counts say
    QString aside;       ///< the folder in which the damaged file lies now
    /** For a person. */
    QString sentence() const;
};

/**
 * Puts a new cache in the place of a damaged one of a desk with a backend, which sends all else again. The damaged file goes aside with its journal, never away.
 * What was not sent, what was refused and what was being typed is read row by row and carried over under its own ids; a row that does not fit its digest stays
 * behind. The caller holds the DirectoryLock and no connection. Blocks for as long as reading takes. Whatever ends the program, finishRescue() ends it.
 */
Result<RescueReport> rescueCache(const QString &dataDir, const DatabaseKey &key);
/** Ends a rescue that was cut off after its new cache was whole; nothing when there is none. The caller holds the DirectoryLock. */
Verdict finishRescue(const QString &dataDir);
/** What rescues have put aside goes with the data of whoever leaves for good. The error names what is still there. */
Verdict removeDamaged(const QString &dataDir);

} // namespace calldeck
