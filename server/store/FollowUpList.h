#pragma once

#include "records/Records.h"
#include "rules/CallFilter.h"
#include "store/WorkspaceTx.h"

namespace calldeck
{

/** Which tasks, and where the page begins. Default: the first of all, by their due time. */
struct FollowUpRequest {
    std::optional<FollowUpState> state;
    QString owner;   ///< exact
    QString call_id;
    Range due_at;    ///< from inclusive, to exclusive
    std::optional<bool> overdue; ///< open and due
    int limit = 50;
    QString cursor;
};
struct FollowUpPage {
    QList<FollowUpTask> tasks;
    QString next; ///< "" at the end
};
/** InvalidInput naming the cursor when it is not of this list. */
Result<FollowUpPage> readFollowUps(WorkspaceTx &tx, const FollowUpRequest &request, TimeMs now);
/** The task of that id; nothing when there is none. */
Result<std::optional<FollowUpTask>> findFollowUp(WorkspaceTx &tx, const QString &id);

struct FollowUpCounts {
    qint64 overdue = 0;
    qint64 due_soon = 0;
};
/** Of the open tasks: those due until `now`, and those due within `soon` ms after it. */
Result<FollowUpCounts> countFollowUps(WorkspaceTx &tx, TimeMs now, TimeMs soon);

} // namespace calldeck
