#pragma once

#include "store/EntityTable.h"

namespace calldeck
{

/** Living records of one kind by their ids. */
struct EntityPage {
    QList<Entity> records;
    QString next; ///< "" at the end
};
/** InvalidInput naming the cursor when it is not of this list. */
Result<EntityPage> readEntities(WorkspaceTx &tx, const QString &kind, int limit, const QString &cursor);

/**
 * Contacts in which every word occurs (letter case aside; digits also inside the number, however it is spelled), by name, at most `limit`. Of very many that
 * fit, the first thousand are looked at.
 */
Result<QList<Entity>> findContacts(WorkspaceTx &tx, const QString &text, int limit);

} // namespace calldeck
