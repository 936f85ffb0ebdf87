#include "sync/ParkedEdits.h"

#include "records/Call.h"
#include "store/EntityTable.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

Result<QList<QJsonObject>> parkedEdits(WorkspaceTx &tx)
{
    QList<QJsonObject> edits;
    SqlStatement rows = tx.query("SELECT p.at, p.account, coalesce(a.email, ''), p.device, p.payload FROM parked p LEFT JOIN account a ON a.ws = p.ws AND a.id = p.account WHERE p.ws = ? ORDER BY p.at, p.mid");
    while (rows.step()) {
        edits.append({{u"at"_s, isoUtc(rows.integer(0))},
                      {u"account"_s, rows.text(1)},
                      {u"email"_s, rows.text(2)},
                      {u"device"_s, rows.text(3)},
                      {u"edit"_s, parsedObject(rows.bytes(4))}});
    }
    if (rows.failed())
        return rows.verdict().error();
    return edits;
}

} // namespace calldeck
