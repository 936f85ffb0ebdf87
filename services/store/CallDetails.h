#pragma once

#include "desk/DeskService.h"
#include "database/Database.h"

namespace calldeck
{

// Reads for the drawer and the side views, each a few indexed queries on one connection.

Result<QList<Call>> callsByKey(Database &database, const QList<CallKey> &keys);
Result<CallDetail> callDetail(Database &database, CallKey key);
Result<QList<TimelineEntry>> callTimeline(Database &database, CallKey key, const Workspace &workspace);
Result<QList<CallOutcomeRecord>> callOutcomes(Database &database, CallKey key);
Result<QList<ConversationTurn>> callTurns(Database &database, CallKey key, int limit);
Result<QList<Contact>> contactsMatching(Database &database, const QString &text, const QString &region);
Result<QList<Contact>> allContacts(Database &database);
Result<QList<TagCount>> tagCounts(Database &database);
Result<QStringList> distinctValues(Database &database, CallField field);
Result<QList<SavedView>> savedViews(Database &database);
/** Everything but `calls`, which the index knows. */
Result<DeskCounts> deskCounts(Database &database, TimeMs now);

} // namespace calldeck
