#pragma once

#include "store/CallWriter.h"

namespace calldeck
{

/** A conflict as the store has it. */
struct StoredConflict {
    Conflict conflict;
    QString state; ///< OPEN, KEPT or REPLACED
    QString losing_account;
};

Verdict putConflict(WorkspaceTx &tx, const StoredConflict &stored, const Change &change);
/** Nothing when there is none of that id. */
Result<std::optional<StoredConflict>> findConflict(WorkspaceTx &tx, const QString &id);
/** With the call all its conflicts go. */
Verdict deleteConflictsOf(WorkspaceTx &tx, const QString &callId, const Change &change);

} // namespace calldeck
