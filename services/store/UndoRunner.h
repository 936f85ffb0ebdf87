#pragma once

#include "rules/Workspace.h"
#include "store/Mutation.h"

namespace calldeck
{

/**
 * Takes back what the mutation `mutationId` did, as a new mutation: each value returns to what it was where nobody has decided
 * otherwise since, and past what was itself taken back meanwhile. Recorded dispositions stay in the history, marked as
 * retracted; while a later one stands, the call keeps showing that one. A contact that was made stays, unlinked.
 * Refuses a second undo of the same mutation and the undo of an undo.
 */
Result<Effect> undoMutation(const QString &mutationId, Mutation &mutation);

} // namespace calldeck
