#pragma once

#include "store/WorkspaceTx.h"

#include <QJsonObject>

namespace calldeck
{

/** hash(n) = SHA-256 over hash(n-1), n and the entry: what is changed, left out, put in or swapped breaks the chain there. */
QByteArray auditHash(const QByteArray &previous, qint64 n, const QByteArray &entry);

struct AuditCheck {
    qint64 entries = 0;
    std::optional<qint64> broken_at; ///< number of the first entry that does not fit
};
/** Walks the whole chain of a workspace. A tail that was cut off shows only against a count kept elsewhere. */
Result<AuditCheck> checkAudit(WorkspaceTx &tx);

/** A line of the trail; empty when it is no JSON object. */
struct AuditEntry {
    qint64 n = 0;
    QJsonObject entry;
};
/** The newest `limit` entries, the oldest of them first. */
Result<QList<AuditEntry>> newestAudit(WorkspaceTx &tx, int limit);

} // namespace calldeck
