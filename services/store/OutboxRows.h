#pragma once

#include "database/Database.h"
#include "sync/Edit.h"

namespace calldeck
{

/** Puts an edit into the outbox, with the version of the record that its author has from the backend. Needs a transaction. */
Verdict insertOutgoing(Database &database, const Edit &edit, const QString &mutation);
/** The edits of one record that the backend's rows do not show yet (pending, or taken but not pulled), in their order. */
Result<QList<Edit>> openEdits(Database &database, const QString &kind, const QString &id);

} // namespace calldeck
