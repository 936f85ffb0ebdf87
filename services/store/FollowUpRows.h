#pragma once

#include "database/Database.h"
#include "records/Records.h"

namespace calldeck
{

Verdict insertFollowUp(Database &database, const FollowUpTask &task);
Verdict updateFollowUp(Database &database, const FollowUpTask &task); ///< by its id
Result<std::optional<FollowUpTask>> findFollowUp(Database &database, const QString &id);
/** Open ones: of a number, of a call, or all when both are empty; earliest first. */
Result<QList<FollowUpTask>> openFollowUps(Database &database, const QString &number, CallKey call);
/** What an edit of the call may touch: its own tasks and those of its number on other calls, closed ones too; oldest first. */
Result<QList<FollowUpTask>> followUpsTouching(Database &database, const QString &number, CallKey call);

} // namespace calldeck
