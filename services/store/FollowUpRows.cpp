#include "store/FollowUpRows.h"

namespace calldeck
{

namespace
{

const QByteArray selectTask = "SELECT f.uid, f.call_id, f.number, f.due_at, f.note, f.owner, f.state, f.automatic, f.created_at, f.closed_at, "
                              "coalesce(c.caller_name, c.business_name), c.call_id FROM follow_ups f JOIN calls c ON c.id = f.call_id ";

FollowUpTask readTask(const Statement &row)
{
    FollowUpTask task;
    task.id = row.text(0);
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
    task.call_id = row.text(11);
    return task;
}

Result<QList<FollowUpTask>> tasksOf(Database &database, Statement &select)
{
    QList<FollowUpTask> tasks;
    while (select.step())
        tasks.append(readTask(select));
    if (select.failed())
        return database.lastError();
    return tasks;
}

} // namespace

Verdict insertFollowUp(Database &database, const FollowUpTask &task)
{
    Statement insert = database.prepare("INSERT INTO follow_ups (uid, call_id, number, due_at, note, owner, state, automatic, created_at, closed_at) "
                                        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    insert.bind(1, task.id).bind(2, task.call).bind(3, task.number).bind(4, task.due_at).bindText(5, task.note).bindText(6, task.owner);
    insert.bind(7, wireWord(task.state)).bind(8, task.automatic).bind(9, task.created_at).bind(10, task.closed_at);
    return insert.run();
}

Verdict updateFollowUp(Database &database, const FollowUpTask &task)
{
    Statement update = database.prepare("UPDATE follow_ups SET number = ?, due_at = ?, note = ?, owner = ?, state = ?, automatic = ?, created_at = ?, closed_at = ? WHERE uid = ?");
    update.bind(1, task.number).bind(2, task.due_at).bindText(3, task.note).bindText(4, task.owner);
    update.bind(5, wireWord(task.state)).bind(6, task.automatic).bind(7, task.created_at).bind(8, task.closed_at).bind(9, task.id);
    return update.run();
}

Result<std::optional<FollowUpTask>> findFollowUp(Database &database, const QString &id)
{
    Statement select = database.prepare(selectTask + "WHERE f.uid = ?");
    select.bind(1, id);
    if (select.step())
        return std::optional(readTask(select));
    if (select.failed())
        return database.lastError();
    return std::optional<FollowUpTask>();
}

Result<QList<FollowUpTask>> openFollowUps(Database &database, const QString &number, CallKey call)
{
    const bool all = number.isEmpty() && call == 0;
    Statement select = database.prepare(selectTask
                                        + (all ? "WHERE f.state = 'OPEN' ORDER BY f.due_at LIMIT 5000"
                                               : "WHERE f.state = 'OPEN' AND (f.number = ? OR f.call_id = ?) ORDER BY f.due_at"));
    if (!all)
        select.bindAll(number, call);
    return tasksOf(database, select);
}

Result<QList<FollowUpTask>> followUpsTouching(Database &database, const QString &number, CallKey call)
{
    // Two looks at two indexes: the number is NULL for many calls.
    Statement own = database.prepare(selectTask + "WHERE f.call_id = ? ORDER BY f.id");
    auto tasks = tasksOf(database, own.bindAll(call));
    if (!tasks || number.isEmpty())
        return tasks;
    Statement others = database.prepare(selectTask + "WHERE f.number = ? AND f.call_id <> ? ORDER BY f.id");
    const auto more = tasksOf(database, others.bindAll(number, call));
    if (!more)
        return more;
    return *tasks + *more;
}

} // namespace calldeck
