#pragma once

#include "store/Mutation.h"

namespace calldeck
{

/**
 * Takes back what the mutation `mutationId` did, as a new mutation: each value returns to what it was where it has not been
 * changed again since; recorded dispositions stay in the history, marked as retracted. Refuses a second undo of the same one.
 */
Result<Effect> undoMutation(const QString &mutationId, Mutation &mutation);

} // namespace calldeck
