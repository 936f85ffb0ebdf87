#pragma once

#include "store/CallTable.h"

namespace calldeck
{

/** Who writes, for the log and the stamps. */
struct Author {
    QString account;
    QString name;   ///< as it is written into calls
    QString device; ///< name of the device within the workspace; "provider:<name>" for news of a provider
};

/** What one edit made of a call. */
struct CallChange {
    const StoredCall &before;
    StoredCall &after;
    bool number_marked = false; ///< somebody set do-not-contact, also where it was set: others of the number must know of this setting
    Change change;
};

/**
 * Writes a changed call under the next number, and what follows from it under numbers of its own: other calls whose follow-ups were
 * closed or opened, the number's entry on the do-not-contact list, and the flag on every other call of that number.
 */
Verdict writeCallWithEffects(WorkspaceTx &tx, const CallChange &change);

} // namespace calldeck
