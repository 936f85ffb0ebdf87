#include "store/AuditRows.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace calldeck
{

namespace
{

const QByteArray selectRow = "SELECT call_id, mutation_id, at, action, changes FROM audit WHERE ";

Result<QList<AuditRow>> rowsOf(Database &database, Statement &select)
{
    QList<AuditRow> rows;
    while (select.step())
        rows.append({select.integer(0), select.text(1), select.integer(2), select.text(3), QJsonDocument::fromJson(select.text(4).toUtf8()).object(), false});
    if (select.failed())
        return database.lastError();
    return rows;
}

} // namespace

Result<QList<AuditRow>> auditOfMutation(Database &database, const QString &mutationId)
{
    Statement select = database.prepare(selectRow + "mutation_id = ? ORDER BY id");
    select.bind(1, mutationId);
    return rowsOf(database, select);
}

Result<QList<AuditRow>> auditOfCall(Database &database, CallKey call)
{
    Statement select = database.prepare(selectRow + "call_id = ? ORDER BY id");
    select.bind(1, call);
    auto rows = rowsOf(database, select);
    if (!rows)
        return rows;
    QSet<QString> undone;
    for (const AuditRow &row : std::as_const(*rows)) {
        for (const QJsonValue &id : row.changes.value(QStringLiteral("undone")).toArray())
            undone.insert(id.toString());
    }
    for (AuditRow &row : *rows)
        row.undone = undone.contains(row.mutation_id);
    return rows;
}

Handwork handworkIn(const QList<AuditRow> &trail)
{
    Handwork work;
    for (const AuditRow &row : trail) {
        if (row.undone || row.isUndo())
            continue;
        const QStringList names = row.fields().keys();
        for (const QString &name : names) {
            if (const auto field = callFieldNamed(name))
                work.fields.insert(*field);
        }
        for (const QJsonValue &tag : row.changes.value(QStringLiteral("tags_removed")).toArray())
            work.removed_tags.insert(tag.toString());
        for (const QJsonValue &tag : row.changes.value(QStringLiteral("tags_added")).toArray())
            work.removed_tags.remove(tag.toString());
    }
    return work;
}

} // namespace calldeck
