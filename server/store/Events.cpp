#include "store/Events.h"

#include "store/CallIndexRows.h"
#include "store/Mail.h"
#include "database/CrashPoint.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

/** Open tasks whose time has come and of which nobody was told. */
Result<QList<WorkspaceEvent>> dueTasks(WorkspaceTx &tx, TimeMs now, int most)
{
    QList<WorkspaceEvent> due;
    SqlStatement rows = tx.query("SELECT id, call_id, due_at FROM follow_up WHERE ws = ? AND due_at <= ? AND notified = 0 AND state = 'OPEN' ORDER BY due_at, id LIMIT ?", now, most);
    while (rows.step())
        due.append({0, u"follow_up_due"_s, rows.text(1), rows.text(0), rows.integer(2), now});
    if (rows.failed())
        return rows.verdict().error();
    return due;
}

/** Calls whose deadline is over by the rule of models/rules/Sla.h. */
Result<QList<WorkspaceEvent>> breachedCalls(WorkspaceTx &tx, TimeMs now, int most)
{
    QList<WorkspaceEvent> due;
    SqlStatement rows = tx.query("SELECT id, sla_warning_at, sla_critical_at, sla_due_at FROM call_index WHERE ws = ? AND sla_due_at <= ? AND sla_met_at IS NULL "
                                 "AND sla_notified <> sla_due_at ORDER BY sla_due_at, id LIMIT ?",
                                 now, most);
    while (rows.step()) {
        if (slaStateIn(rows, 1, now) == SlaState::OVERDUE)
            due.append({0, u"sla_breach"_s, rows.text(0), QString(), rows.integer(3), now});
    }
    if (rows.failed())
        return rows.verdict().error();
    return due;
}

Result<QList<WorkspaceEvent>> whatIsDue(WorkspaceTx &tx, TimeMs now, int most)
{
    auto due = dueTasks(tx, now, most);
    if (!due)
        return due;
    const auto breached = breachedCalls(tx, now, most - static_cast<int>(due->size()));
    if (!breached)
        return breached.error();
    return *due + *breached;
}

/** Marks it as told; nothing else may do so while this transaction has the workspace. */
Verdict claim(WorkspaceTx &tx, const WorkspaceEvent &event)
{
    if (event.task_id.isEmpty())
        return tx.write("UPDATE call_index SET sla_notified = sla_due_at WHERE ws = ? AND id = ?", event.call_id);
    return tx.write("UPDATE follow_up SET notified = 1 WHERE ws = ? AND id = ?", event.task_id);
}

Verdict raise(WorkspaceTx &tx, const WorkspaceEvent &event)
{
    SqlStatement next = tx.query("INSERT INTO event_head(ws, n) VALUES (?, 1) ON CONFLICT(ws) DO UPDATE SET n = event_head.n + 1 RETURNING n");
    const auto found = next.found();
    if (!found)
        return found.error();
    const qint64 n = next.integer(0);
    (void)next.run();
    tx.tellEvent(n);
    return tx.query("INSERT INTO event(ws, n, type, call_id, task_id, due_at, at) VALUES (?, ?, ?, ?, ?, ?, ?)", n, event.type, event.call_id, event.task_id, event.due_at, event.at)
        .run();
}

Verdict queueLetters(WorkspaceTx &tx, const WorkspaceEvent &event)
{
    // Old calls that were read in, or a backend that was away for a night, are no reason for a thousand letters.
    constexpr TimeMs news = 3'600'000;
    if (event.at - event.due_at > news)
        return Done{};
    if (event.task_id.isEmpty())
        return queueBreachMail(tx, event.call_id, event.due_at, event.at);
    QString owner;
    {
        SqlStatement task = tx.query("SELECT owner FROM follow_up WHERE ws = ? AND id = ?", event.task_id);
        const auto found = task.found();
        if (!found)
            return found.error();
        owner = *found ? task.text(0) : QString();
    }
    return queueReminderMail(tx, event.task_id, owner, event.call_id, event.due_at, event.at);
}

Result<bool> isAnythingDue(SqlConnection &connection, const QString &ws, TimeMs now)
{
    const auto tx = WorkspaceTx::begin(connection, ws, WorkspaceTx::Mode::Read);
    const auto due = tx ? whatIsDue(**tx, now, 1) : Result<QList<WorkspaceEvent>>(tx.error());
    if (!due)
        return due.error();
    return !due->isEmpty();
}

} // namespace

Result<qint64> raiseDue(SqlConnection &connection, const QString &ws, TimeMs now, int most, bool mails)
{
    // Almost always nothing is, and a writer would keep others waiting.
    if (const auto any = isAnythingDue(connection, ws, now); !any || !*any)
        return any ? Result<qint64>(0) : any.error();
    return withRetries(connection, [&]() -> Result<qint64> {
        const auto tx = WorkspaceTx::begin(connection, ws, WorkspaceTx::Mode::Write);
        const auto due = tx ? whatIsDue(**tx, now, most) : Result<QList<WorkspaceEvent>>(tx.error());
        if (!due)
            return due.error();
        Verdict done = Done{};
        for (const WorkspaceEvent &event : *due) {
            if (done)
                done = claim(**tx, event);
            if (done)
                done = raise(**tx, event);
            if (done && mails)
                done = queueLetters(**tx, event);
        }
        crashAt("T0");
        if (done)
            done = (*tx)->commit();
        if (!done)
            return done.error();
        return static_cast<qint64>(due->size());
    });
}

Result<QList<WorkspaceEvent>> eventsAfter(WorkspaceTx &tx, qint64 n, int most)
{
    QList<WorkspaceEvent> events;
    SqlStatement rows = tx.query("SELECT n, type, call_id, task_id, due_at, at FROM event WHERE ws = ? AND n > ? ORDER BY n LIMIT ?", n, most);
    while (rows.step())
        events.append({rows.integer(0), rows.text(1), rows.text(2), rows.text(3), rows.integer(4), rows.integer(5)});
    if (rows.failed())
        return rows.verdict().error();
    return events;
}

Result<qint64> lastEvent(WorkspaceTx &tx)
{
    SqlStatement head = tx.query("SELECT n FROM event_head WHERE ws = ?");
    const auto found = head.found();
    if (!found)
        return found.error();
    return *found ? head.integer(0) : 0;
}

Verdict forgetEvents(WorkspaceTx &tx, TimeMs before) { return tx.query("DELETE FROM event WHERE ws = ? AND at < ?", before).run(); }

} // namespace calldeck
