#include "store/CallTable.h"

#include "store/CallIndexRows.h"
#include "store/ErasedRecords.h"
#include "store/FollowUpRows.h"

#include <QCache>
#include <QJsonObject>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

Result<QList<FollowUpTask>> tasksOf(SqlStatement rows)
{
    QList<FollowUpTask> tasks;
    while (rows.step())
        tasks.append(followUpOf(rows));
    if (rows.failed())
        return rows.verdict().error();
    return tasks;
}

/** No index may go by the state: without statistics PostgreSQL took the one of all open tasks of the workspace, for each edit. */
QByteArray openTasks() { return QByteArray(followUpColumns) + "WHERE ws = ? AND number = ? AND state || '' = 'OPEN' AND call_id <> ? ORDER BY created_at, id"; }

/** The numbers of calls that were loaded lately, to guess by what will be asked of the next edit of one. Any thread. */
class KnownNumbers
{
public:
    void keep(const QString &name, const QString &number)
    {
        const std::lock_guard lock(m_mutex);
        m_numbers.insert(name, new QString(number));
    }
    QString of(const QString &name)
    {
        const std::lock_guard lock(m_mutex);
        const QString *number = m_numbers.object(name);
        return number ? *number : QString();
    }

private:
    static constexpr int most = 10'000;
    std::mutex m_mutex;
    QCache<QString, QString> m_numbers{most};
};

KnownNumbers &knownNumbers()
{
    static KnownNumbers numbers;
    return numbers;
}

QString nameOf(const WorkspaceTx &tx, const QString &callId) { return QString(tx.ws() % u'/' % callId); }

void foreseeNumber(WorkspaceTx &tx, const QString &number, const QString &callId)
{
    tx.foresee("follow_up", openTasks(), number, callId);
    foreseeEntity(tx, u"number"_s, number);
    foreseeErasedListing(tx, number);
}

/** Tasks on other calls that an edit names, open or not: an undo may open them again. */
Verdict addNamedTasks(WorkspaceTx &tx, CallState &state, const QStringList &names)
{
    for (const QString &id : names) {
        const bool there = std::any_of(state.follow_ups.cbegin(), state.follow_ups.cend(), [&](const FollowUpTask &task) { return task.id == id; });
        if (there)
            continue;
        auto named = tasksOf(tx.query(QByteArray(followUpColumns) + "WHERE ws = ? AND id = ? AND number = ?", id, state.call.customer_number));
        if (!named)
            return named.error();
        state.follow_ups.append(*named);
    }
    return Done{};
}

} // namespace

FollowUpTask followUpOf(SqlStatement &row)
{
    FollowUpTask task;
    task.id = row.text(0);
    task.call_id = row.text(1);
    task.number = row.text(2);
    task.due_at = row.integer(3);
    task.state = fromWireWord<FollowUpState>(row.text(4)).value_or(FollowUpState::OPEN);
    task.automatic = row.integer(5) != 0;
    task.owner = row.text(6);
    task.note = row.text(7);
    task.created_at = row.integer(8);
    task.closed_at = row.optionalInteger(9);
    return task;
}

void foreseeCall(WorkspaceTx &tx, const QString &id)
{
    if (!tx.connection().isPostgres())
        return;
    foreseeEntity(tx, u"call"_s, id);
    // A guess: was it wrong, the right one is asked for when it is known.
    if (const QString number = knownNumbers().of(nameOf(tx, id)); !number.isEmpty())
        foreseeNumber(tx, number, id);
}

Result<StoredCall> loadCallAlone(WorkspaceTx &tx, const QString &id)
{
    auto entity = findEntity(tx, u"call"_s, id);
    if (!entity)
        return entity.error();
    StoredCall stored;
    stored.state.call.call_id = id;
    if (!*entity)
        return stored;
    stored.ver = (*entity)->ver;
    stored.deleted = (*entity)->deleted;
    stored.row = (*entity)->row;
    if (stored.deleted)
        return stored;
    auto state = callStateFromRow(parsedObject(stored.row));
    if (!state)
        return Error{Error::Code::Damaged, u"The store holds a call that cannot be read."_s, QString(id % u": "_s % state.error().message.left(80)), false};
    stored.state = *std::move(state);
    stored.stamps = stampsFromJson(parsedObject((*entity)->stamps));
    return stored;
}

Result<StoredCall> loadCall(WorkspaceTx &tx, const QString &id, const QStringList &tasks)
{
    auto stored = loadCallAlone(tx, id);
    if (!stored || stored->state.call.customer_number.isEmpty())
        return stored;
    const QString number = stored->state.call.customer_number;
    foreseeNumber(tx, number, id);
    if (tx.connection().isPostgres())
        knownNumbers().keep(nameOf(tx, id), number);
    auto open = openTasksOf(tx, number, id);
    if (!open)
        return open.error();
    stored->state.follow_ups.append(*open);
    if (Verdict named = addNamedTasks(tx, stored->state, tasks); !named)
        return named.error();
    auto listed = findListed(tx, number);
    if (!listed)
        return listed.error();
    stored->state.listed = *listed;
    return stored;
}

Result<QList<FollowUpTask>> openTasksOf(WorkspaceTx &tx, const QString &number, const QString &callId)
{
    return tasksOf(tx.query(openTasks(), number, callId));
}

Result<std::optional<ListedNumber>> findListed(WorkspaceTx &tx, const QString &number)
{
    auto entity = findEntity(tx, u"number"_s, number);
    if (!entity)
        return entity.error();
    if (!*entity || (*entity)->deleted)
        return findErasedListing(tx, number);
    return std::optional(listedFromRow(parsedObject((*entity)->row)));
}

Result<QStringList> callsOfNumber(WorkspaceTx &tx, const QString &number)
{
    QStringList ids;
    SqlStatement rows = tx.query("SELECT id FROM call_index WHERE ws = ? AND customer_number = ? ORDER BY id", number);
    while (rows.step())
        ids.append(rows.text(0));
    if (rows.failed())
        return rows.verdict().error();
    return ids;
}

Verdict putCall(WorkspaceTx &tx, StoredCall &call, const CallState &before, const Change &change)
{
    const QJsonObject row = callRow(call.state);
    Entity entity{u"call"_s, call.state.call.call_id, 0, compactJson(row), compactJson(stampsToJson(call.stamps)), false};
    Verdict done = putEntity(tx, entity, change);
    call.ver = entity.ver;
    call.row = entity.row;
    if (done)
        done = putCallIndex(tx, call.state);
    if (done && call.state.call.tags != before.call.tags)
        done = putCallTags(tx, call.state.call);
    if (done && call.state.follow_ups != before.follow_ups)
        done = putFollowUps(tx, call.state);
    return done;
}

Verdict deleteCall(WorkspaceTx &tx, StoredCall &call, const Change &change)
{
    const QString id = call.state.call.call_id;
    Entity gone{u"call"_s, id, 0, "{}", "{}", true};
    Verdict done = putEntity(tx, gone, change);
    call.ver = gone.ver;
    call.deleted = true;
    if (done)
        done = removeCallIndex(tx, id);
    if (done)
        done = tx.write("DELETE FROM provider_payload WHERE ws = ? AND call_id = ?", id);
    Change effect = change;
    effect.op = u"effect"_s;
    effect.kind = u"turns"_s;
    if (done)
        done = deleteEntity(tx, u"turns"_s, id, effect);
    return done;
}

} // namespace calldeck
