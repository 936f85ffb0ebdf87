#pragma once

#include "records/Records.h"
#include "database/Database.h"

namespace calldeck
{

Result<qint64> insertFollowUp(Database &database, const FollowUpTask &task);
Result<std::optional<FollowUpTask>> findFollowUp(Database &database, qint64 id);
Result<bool> hasOpenFollowUp(Database &database, const QString &number);
/** Open ones: of a number, of a call, or all when both are empty; earliest first. */
Result<QList<FollowUpTask>> openFollowUps(Database &database, const QString &number, CallKey call);
Verdict setFollowUpState(Database &database, qint64 id, FollowUpState state, std::optional<TimeMs> closedAt);
/** Closes the missed-call tasks of a number that were made before `madeBefore`. */
Verdict closeAutomaticFollowUps(Database &database, const QString &number, TimeMs madeBefore, TimeMs now);

} // namespace calldeck
