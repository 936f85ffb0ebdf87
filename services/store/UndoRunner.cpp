#include "store/UndoRunner.h"

#include "store/FollowUpRows.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace calldeck
{

namespace
{

struct AuditRow {
    CallKey call;
    QJsonObject changes;
};

Result<QList<AuditRow>> auditOf(Database &database, const QString &mutationId)
{
    Statement select = database.prepare("SELECT call_id, changes FROM audit WHERE mutation_id = ? ORDER BY id");
    select.bind(1, mutationId);
    QList<AuditRow> rows;
    while (select.step())
        rows.append({select.integer(0), QJsonDocument::fromJson(select.text(1).toUtf8()).object()});
    if (select.failed())
        return database.lastError();
    return rows;
}

Verdict restoreFields(const AuditRow &row, Mutation &mutation)
{
    const QJsonObject fields = row.changes.value(QStringLiteral("fields")).toObject();
    if (fields.isEmpty())
        return Done{};
    auto call = mutation.load(row.call);
    if (!call)
        return call.error();
    Call after = *call;
    for (auto it = fields.begin(); it != fields.end(); ++it) {
        const auto field = callFieldNamed(it.key());
        const QJsonArray values = it->toArray();
        if (!field || values.size() != 2 || fieldText(after, *field) != values[1].toString())
            continue;
        if (Verdict done = setFieldText(after, *field, values[0].toString()); !done)
            return done;
    }
    return mutation.change(*call, after);
}

Verdict restoreTags(const AuditRow &row, Mutation &mutation)
{
    for (const bool added : {true, false}) {
        const QJsonArray tags = row.changes.value(added ? QStringLiteral("tags_added") : QStringLiteral("tags_removed")).toArray();
        for (const QJsonValue &tag : tags) {
            if (Verdict done = mutation.changeTag(row.call, tag.toString(), !added); !done)
                return done;
        }
    }
    return Done{};
}

Verdict restoreFollowUps(const AuditRow &row, Mutation &mutation)
{
    Database &database = mutation.database();
    for (const QJsonValue &id : row.changes.value(QStringLiteral("follow_up_made")).toArray()) {
        if (Verdict done = setFollowUpState(database, id.toInteger(), FollowUpState::CANCELLED, mutation.now()); !done)
            return done;
    }
    for (const QJsonValue &id : row.changes.value(QStringLiteral("follow_up_closed")).toArray()) {
        // Another automatic task may have been made for the number meanwhile; then that one stands for both.
        Statement reopen = database.prepare("UPDATE OR IGNORE follow_ups SET state = 'OPEN', closed_at = NULL WHERE id = ?");
        if (Verdict done = reopen.bindAll(id.toInteger()).run(); !done)
            return done;
    }
    for (const QJsonValue &moved : row.changes.value(QStringLiteral("follow_up_moved")).toArray()) {
        Statement back = database.prepare("UPDATE follow_ups SET due_at = ? WHERE id = ?");
        back.bindAll(moved[QStringLiteral("from")].toInteger(), moved[QStringLiteral("id")].toInteger());
        if (Verdict done = back.run(); !done)
            return done;
    }
    return Done{};
}

Verdict restoreLists(const AuditRow &row, Mutation &mutation)
{
    Database &database = mutation.database();
    for (const QJsonValue &id : row.changes.value(QStringLiteral("outcome")).toArray()) {
        Statement retract = database.prepare("UPDATE call_outcomes SET retracted_at = ? WHERE id = ?");
        if (Verdict done = retract.bindAll(mutation.now(), id.toInteger()).run(); !done)
            return done;
    }
    for (const QJsonValue &number : row.changes.value(QStringLiteral("do_not_contact_added")).toArray()) {
        Statement remove = database.prepare("DELETE FROM do_not_contact WHERE number = ?");
        if (Verdict done = remove.bindAll(number.toString()).run(); !done)
            return done;
    }
    for (const QJsonValue &number : row.changes.value(QStringLiteral("do_not_contact_removed")).toArray()) {
        Statement add = database.prepare("INSERT OR IGNORE INTO do_not_contact (number, reason, set_at, set_by) VALUES (?, 'Restored by undo', ?, ?)");
        if (Verdict done = add.bindAll(number.toString(), mutation.now(), mutation.actor()).run(); !done)
            return done;
    }
    return Done{};
}

} // namespace

Result<Effect> undoMutation(const QString &mutationId, Mutation &mutation)
{
    Database &database = mutation.database();
    auto rows = auditOf(database, mutationId);
    if (!rows)
        return rows.error();
    Statement undone = database.prepare("SELECT 1 FROM audit WHERE action = 'undo' AND changes LIKE ? AND call_id = ?");
    if (rows->isEmpty() || undone.bindAll(QString(u'%' + mutationId + u'%'), rows->first().call).step())
        return Error{Error::Code::Conflict, QStringLiteral("There is nothing left to undo here."), {}, false};
    for (const AuditRow &row : std::as_const(*rows)) {
        for (auto restore : {restoreFields, restoreTags, restoreFollowUps, restoreLists}) {
            if (Verdict done = restore(row, mutation); !done)
                return done.error();
        }
        mutation.remember(row.call, QStringLiteral("undone"), mutationId);
        mutation.send(row.call, QStringLiteral("undo"), {{QStringLiteral("of"), mutationId}});
    }
    return mutation.finish(QStringLiteral("undo"));
}

} // namespace calldeck
