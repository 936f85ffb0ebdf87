#pragma once

#include "store/WorkspaceTx.h"

namespace calldeck
{

/** Something that became due: "follow_up_due" of an open task, "sla_breach" of a call's deadline. Raised once whatever happens. */
struct WorkspaceEvent {
    qint64 n = 0; ///< in the workspace, from 1 without gaps
    QString type;
    QString call_id;
    QString task_id; ///< "" of a breach
    TimeMs due_at = 0;
    TimeMs at = 0;
};

/**
 * Raises what is due at `now` and was not raised before, at most `most` events, and with `mails` queues the letters about those of the last hour: the claim and the event are one transaction, so of several
 * processes only one raises it. A task that was moved, or a deadline that was set anew, is raised anew. Gives the number of events.
 */
Result<qint64> raiseDue(SqlConnection &connection, const QString &ws, TimeMs now, int most, bool mails);

/** Events after number `n`, oldest first. */
Result<QList<WorkspaceEvent>> eventsAfter(WorkspaceTx &tx, qint64 n, int most);
/** The number of the newest event, 0 when there was none. */
Result<qint64> lastEvent(WorkspaceTx &tx);
/** Forgets events older than `before`; the numbers go on. */
Verdict forgetEvents(WorkspaceTx &tx, TimeMs before);

} // namespace calldeck
