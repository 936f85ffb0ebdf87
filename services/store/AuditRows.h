#pragma once

#include "database/Database.h"
#include "sync/Intake.h"

#include <QJsonObject>

namespace calldeck
{

/** What one mutation did to one call. */
struct AuditRow {
    CallKey call = 0;
    QString mutation_id;
    TimeMs at = 0;
    QString action;
    QJsonObject changes; ///< as Mutation writes it: "fields" {name: [old, new]}, "tags_added", ...
    bool undone = false; ///< taken back by a later undo; known in a call's trail only

    bool isUndo() const { return action == QStringLiteral("undo"); }
    QJsonObject fields() const { return changes.value(QStringLiteral("fields")).toObject(); }
};

Result<QList<AuditRow>> auditOfMutation(Database &database, const QString &mutationId);
/** Oldest first. */
Result<QList<AuditRow>> auditOfCall(Database &database, CallKey call);

/** What the trail says that people decided. */
Handwork handworkIn(const QList<AuditRow> &trail);

} // namespace calldeck
