#include "store/AuditChain.h"

#include "store/EntityTable.h"
#include "store/Moment.h"

namespace calldeck
{

QByteArray auditHash(const QByteArray &previous, qint64 n, const QByteArray &entry)
{
    return sha256Hex(QByteArray(previous + '\n' + QByteArray::number(n) + '\n' + entry));
}

Result<AuditCheck> checkAudit(WorkspaceTx &tx)
{
    AuditCheck check;
    QByteArray previous;
    SqlStatement rows = tx.query("SELECT n, entry, hash FROM audit WHERE ws = ? ORDER BY n");
    while (rows.step()) {
        const qint64 expected = ++check.entries;
        const QByteArray hash = rows.bytes(2);
        const bool fits = rows.integer(0) == expected && hash == auditHash(previous, expected, rows.bytes(1));
        if (!fits && !check.broken_at)
            check.broken_at = expected;
        previous = hash;
    }
    if (rows.failed())
        return rows.verdict().error();
    return check;
}

Result<QList<AuditEntry>> newestAudit(WorkspaceTx &tx, int limit)
{
    QList<AuditEntry> entries;
    SqlStatement rows = tx.query("SELECT n, entry FROM audit WHERE ws = ? ORDER BY n DESC LIMIT ?", limit);
    while (rows.step())
        entries.append({rows.integer(0), parsedObject(rows.bytes(1))});
    if (rows.failed())
        return rows.verdict().error();
    std::reverse(entries.begin(), entries.end());
    return entries;
}

} // namespace calldeck
