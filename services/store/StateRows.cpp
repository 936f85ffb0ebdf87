#include "store/StateRows.h"

#include "store/CallDetails.h"
#include "store/CallRows.h"
#include "store/CallSearch.h"
#include "store/FollowUpRows.h"

namespace calldeck
{

namespace
{

Verdict runFor(Database &database, const QByteArray &sql, CallKey key)
{
    Statement statement = database.prepare(sql);
    return statement.bindAll(key).run();
}

Result<QList<CallNote>> notesOf(Database &database, CallKey key)
{
    Statement select = database.prepare("SELECT id, text, author, at, copy_of FROM call_notes WHERE call_id = ? ORDER BY at, id");
    select.bind(1, key);
    QList<CallNote> notes;
    while (select.step())
        notes.append({select.text(0), select.text(1), select.text(2), select.integer(3), select.text(4)});
    if (select.failed())
        return database.lastError();
    return notes;
}

Verdict writeOutcome(Database &database, CallKey key, const CallOutcomeRecord &outcome)
{
    Statement write = database.prepare("INSERT INTO call_outcomes (call_id, mutation_id, disposition, outcome, notes, agent_id, at, retracted_at, beside) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
                                       "ON CONFLICT (call_id, mutation_id) DO UPDATE SET disposition = excluded.disposition, outcome = excluded.outcome, notes = excluded.notes, "
                                       "agent_id = excluded.agent_id, at = excluded.at, retracted_at = excluded.retracted_at, beside = excluded.beside");
    write.bind(1, key).bind(2, outcome.mutation_id).bind(3, outcome.disposition).bind(4, wireWord(outcome.outcome)).bindText(5, outcome.notes);
    write.bindText(6, outcome.agent_id).bind(7, outcome.at).bind(8, outcome.retracted_at).bind(9, outcome.beside);
    return write.run();
}

Verdict writeNote(Database &database, CallKey key, const CallNote &note)
{
    Statement write = database.prepare("INSERT OR REPLACE INTO call_notes (id, call_id, text, author, at, copy_of) VALUES (?, ?, ?, ?, ?, ?)");
    write.bind(1, note.id).bind(2, key).bindText(3, note.text).bindText(4, note.author).bind(5, note.at).bindText(6, note.copy_of);
    return write.run();
}

/** Calls write(one) for what is new or different, and remove(one) for what is gone. `id` names one. */
template <class T, class Id, class Write, class Remove> Verdict saveList(const QList<T> &before, const QList<T> &after, Id id, Write write, Remove remove)
{
    const auto named = [&](const QList<T> &all, const QString &name) { return std::find_if(all.cbegin(), all.cend(), [&](const T &one) { return id(one) == name; }); };
    for (const T &one : after) {
        const auto known = named(before, id(one));
        if (known != before.cend() && *known == one)
            continue;
        if (Verdict done = write(one, known != before.cend()); !done)
            return done;
    }
    for (const T &one : before) {
        if (named(after, id(one)) != after.cend())
            continue;
        if (Verdict done = remove(one); !done)
            return done;
    }
    return Done{};
}

Verdict deleteById(Database &database, const QByteArray &sql, CallKey key, const QString &id)
{
    Statement remove = database.prepare(sql);
    return remove.bindAll(key, id).run();
}

Verdict saveTags(Database &database, const Call &before, const Call &after)
{
    return saveList(
        before.tags, after.tags, [](const QString &tag) { return tag; }, [&](const QString &tag, bool) { return addTag(database, after.key, tag); },
        [&](const QString &tag) { return removeTag(database, after.key, tag); });
}

/** The history is read in the order of its rows: where the backend tells it in another order than it came about here, it is written again. */
bool isInOrder(const QList<CallOutcomeRecord> &before, const QList<CallOutcomeRecord> &after)
{
    for (qsizetype i = 0; i < std::min(before.size(), after.size()); ++i) {
        if (before[i].mutation_id != after[i].mutation_id)
            return false;
    }
    return true;
}

Verdict saveOutcomes(Database &database, const CallState &before, const CallState &after)
{
    if (!isInOrder(before.outcomes, after.outcomes)) {
        if (Verdict done = runFor(database, "DELETE FROM call_outcomes WHERE call_id = ?", after.call.key); !done)
            return done;
        CallState emptied = before;
        emptied.outcomes.clear();
        return saveOutcomes(database, emptied, after);
    }
    return saveList(
        before.outcomes, after.outcomes, [](const CallOutcomeRecord &outcome) { return outcome.mutation_id; },
        [&](const CallOutcomeRecord &outcome, bool) { return writeOutcome(database, after.call.key, outcome); },
        [&](const CallOutcomeRecord &outcome) { return deleteById(database, "DELETE FROM call_outcomes WHERE call_id = ? AND mutation_id = ?", after.call.key, outcome.mutation_id); });
}

Verdict saveNotes(Database &database, const CallState &before, const CallState &after)
{
    return saveList(
        before.notes, after.notes, [](const CallNote &note) { return note.id; }, [&](const CallNote &note, bool) { return writeNote(database, after.call.key, note); },
        [&](const CallNote &note) { return deleteById(database, "DELETE FROM call_notes WHERE call_id = ? AND id = ?", after.call.key, note.id); });
}

Verdict saveFollowUps(Database &database, const CallState &before, const CallState &after)
{
    return saveList(
        before.follow_ups, after.follow_ups, [](const FollowUpTask &task) { return task.id; },
        [&](const FollowUpTask &task, bool known) {
            FollowUpTask row = task;
            if (after.owns(task))
                row.call = after.call.key;
            return known ? updateFollowUp(database, row) : insertFollowUp(database, row);
        },
        [&](const FollowUpTask &task) {
            return after.owns(task) ? deleteById(database, "DELETE FROM follow_ups WHERE call_id = ? AND uid = ?", after.call.key, task.id) : Verdict(Done{});
        });
}

} // namespace

Result<std::optional<ListedNumber>> listedNumber(Database &database, const QString &number)
{
    if (number.isEmpty())
        return std::optional<ListedNumber>();
    Statement select = database.prepare("SELECT reason, set_at, set_by FROM do_not_contact WHERE number = ?");
    if (select.bindAll(number).step())
        return std::optional(ListedNumber{select.text(0), select.integer(1), select.text(2)});
    if (select.failed())
        return database.lastError();
    return std::optional<ListedNumber>();
}

Verdict writeListed(Database &database, const QString &number, const std::optional<ListedNumber> &listed)
{
    if (!listed) {
        Statement remove = database.prepare("DELETE FROM do_not_contact WHERE number = ?");
        return remove.bindAll(number).run();
    }
    Statement write = database.prepare("INSERT OR REPLACE INTO do_not_contact (number, reason, set_at, set_by) VALUES (?, ?, ?, ?)");
    return write.bind(1, number).bindText(2, listed->reason).bind(3, listed->set_at).bindText(4, listed->set_by).run();
}

Result<CallState> loadState(Database &database, const Call &call, StateParts parts)
{
    CallState state;
    state.call = call;
    if (parts == StateParts::Row)
        return state;
    auto outcomes = callOutcomes(database, call.key);
    if (!outcomes)
        return outcomes.error();
    auto notes = notesOf(database, call.key);
    if (!notes)
        return notes.error();
    auto tasks = followUpsTouching(database, call.customer_number, call.key);
    if (!tasks)
        return tasks.error();
    auto listed = listedNumber(database, call.customer_number);
    if (!listed)
        return listed.error();
    state.outcomes = *std::move(outcomes);
    state.notes = *std::move(notes);
    state.follow_ups = *std::move(tasks);
    state.listed = *std::move(listed);
    return state;
}

Verdict removeCallRows(Database &database, CallKey key)
{
    Verdict done = forgetWords(database, key);
    for (const char *table : {"call_tags", "call_outcomes", "call_notes", "follow_ups", "drafts", "call_payloads", "search_queue"}) {
        if (done)
            done = runFor(database, QByteArray("DELETE FROM ") + table + " WHERE call_id = ?", key);
    }
    if (done)
        done = runFor(database, "UPDATE audit SET changes = '{}' WHERE call_id = ?", key);
    return done ? runFor(database, "DELETE FROM calls WHERE id = ?", key) : done;
}

Verdict saveState(Database &database, const CallState &before, const CallState &after)
{
    Verdict done = updateCall(database, before.call, after.call);
    if (done)
        done = saveTags(database, before.call, after.call);
    return done ? saveBeside(database, before, after) : done;
}

Verdict saveBeside(Database &database, const CallState &before, const CallState &after)
{
    Verdict done = saveOutcomes(database, before, after);
    if (done)
        done = saveNotes(database, before, after);
    if (done)
        done = saveFollowUps(database, before, after);
    if (done && before.listed != after.listed && !after.call.customer_number.isEmpty())
        done = writeListed(database, after.call.customer_number, after.listed);
    return done;
}

} // namespace calldeck
