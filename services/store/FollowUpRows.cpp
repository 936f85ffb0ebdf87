#include "store/FollowUpRows.h"

namespace calldeck
{

namespace
{

const QByteArray selectTask = "SELECT f.id, f.call_id, f.number, f.due_at, f.note, f.owner, f.state, f.automatic, f.created_at, f.closed_at, "
                              "coalesce(c.caller_name, c.business_name) FROM follow_ups f JOIN calls c ON c.id = f.call_id ";

FollowUpTask readTask(const Statement &row)
{
    FollowUpTask task;
    task.id = row.integer(0);
    task.call = row.integer(1);
    task.number = row.text(2);
    task.due_at = row.integer(3);
    task.note = row.text(4);
    task.owner = row.text(5);
    task.state = fromWireWord<FollowUpState>(row.text(6)).value_or(FollowUpState::OPEN);
    task.automatic = row.integer(7) != 0;
    task.created_at = row.integer(8);
    task.closed_at = row.optionalInteger(9);
    task.caller_name = row.text(10);
    return task;
}

} // namespace

Result<qint64> insertFollowUp(Database &database, const FollowUpTask &task)
{
    Statement insert = database.prepare("INSERT INTO follow_ups (call_id, number, due_at, note, owner, state, automatic, created_at) "
                                        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    insert.bind(1, task.call).bind(2, task.number).bind(3, task.due_at).bindText(4, task.note).bindText(5, task.owner);
    insert.bind(6, wireWord(task.state)).bind(7, task.automatic).bind(8, task.created_at);
    if (Verdict done = insert.run(); !done)
        return done.error();
    return database.lastInsertId();
}

Result<std::optional<FollowUpTask>> findFollowUp(Database &database, qint64 id)
{
    Statement select = database.prepare(selectTask + "WHERE f.id = ?");
    select.bind(1, id);
    if (select.step())
        return std::optional(readTask(select));
    if (select.failed())
        return database.lastError();
    return std::optional<FollowUpTask>();
}

Result<bool> hasOpenFollowUp(Database &database, const QString &number)
{
    return database.prepare("SELECT 1 FROM follow_ups WHERE number = ? AND state = 'OPEN'").bindAll(number).found();
}

Result<QList<FollowUpTask>> openFollowUps(Database &database, const QString &number, CallKey call)
{
    const bool all = number.isEmpty() && call == 0;
    Statement select = database.prepare(selectTask
                                        + (all ? "WHERE f.state = 'OPEN' ORDER BY f.due_at LIMIT 5000"
                                               : "WHERE f.state = 'OPEN' AND (f.number = ? OR f.call_id = ?) ORDER BY f.due_at"));
    if (!all)
        select.bindAll(number, call);
    QList<FollowUpTask> tasks;
    while (select.step())
        tasks.append(readTask(select));
    if (select.failed())
        return database.lastError();
    return tasks;
}

Verdict setFollowUpState(Database &database, qint64 id, FollowUpState state, std::optional<TimeMs> closedAt)
{
    Statement update = database.prepare("UPDATE follow_ups SET state = ?, closed_at = ? WHERE id = ?");
    return update.bindAll(wireWord(state), closedAt, id).run();
}

Verdict closeAutomaticFollowUps(Database &database, const QString &number, TimeMs madeBefore, TimeMs now)
{
    {
        // Most numbers have none, and an UPDATE of many rows opens a savepoint, at which FTS5 writes out its buffer.
        Statement look = database.prepare("SELECT 1 FROM follow_ups WHERE number = ? AND state = 'OPEN' AND automatic = 1 AND created_at <= ?");
        if (!look.bindAll(number, madeBefore).step())
            return look.failed() ? Verdict(database.lastError()) : Verdict(Done{});
    }
    Statement update = database.prepare("UPDATE follow_ups SET state = 'DONE', closed_at = ? WHERE number = ? AND state = 'OPEN' AND automatic = 1 AND created_at <= ?");
    return update.bindAll(now, number, madeBefore).run();
}

} // namespace calldeck
