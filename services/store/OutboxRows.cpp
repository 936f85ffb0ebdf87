#include "store/OutboxRows.h"

#include <QJsonDocument>

namespace calldeck
{

Verdict insertOutgoing(Database &database, const Edit &edit, const QString &mutation)
{
    Statement insert = database.prepare("INSERT INTO outbox (mid, kind, id, op, args_json, base_ver, schema_ver, created_ms, mutation) VALUES (?1, ?2, ?3, ?4, ?5, "
                                        "coalesce(CASE ?2 WHEN 'call' THEN (SELECT ver FROM calls WHERE call_id = ?3) ELSE (SELECT ver FROM versions WHERE kind = ?2 AND id = ?3) END, 0), "
                                        "?6, ?7, ?8)");
    insert.bindAll(edit.mid, edit.kind, edit.id, edit.op, QString::fromUtf8(QJsonDocument(edit.args).toJson(QJsonDocument::Compact)), editSchemaVersion, edit.at, mutation);
    return insert.run();
}

Result<QList<Edit>> openEdits(Database &database, const QString &kind, const QString &id)
{
    Statement select = database.prepare("SELECT mid, lseq, op, args_json, base_ver, created_ms FROM outbox WHERE kind = ? AND id = ? ORDER BY lseq");
    select.bindAll(kind, id);
    QList<Edit> edits;
    while (select.step()) {
        edits.append({select.text(0), select.integer(1), kind, id, select.text(2), QJsonDocument::fromJson(select.text(3).toUtf8()).object(), select.integer(4),
                      select.integer(5)});
    }
    if (select.failed())
        return database.lastError();
    return edits;
}

} // namespace calldeck
