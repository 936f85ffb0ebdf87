#include "store/CallFigures.h"

#include "store/CallList.h"

namespace calldeck
{

namespace
{

/** In the order of CallFigures, with the moment of asking for the last two. */
constexpr auto sums = "count(*), coalesce(sum(CASE WHEN status = 'COMPLETED' THEN 1 ELSE 0 END), 0), "
                      "coalesce(sum(CASE WHEN status IN ('FAILED', 'MISSED', 'CANCELLED') THEN 1 ELSE 0 END), 0), coalesce(sum(is_conversion), 0), "
                      "coalesce(sum(CASE WHEN outcome = 'BOOKED' THEN 1 ELSE 0 END), 0), count(duration), coalesce(sum(duration), 0), "
                      "coalesce(sum(insurance_verified), 0), coalesce(sum(payment_plan_cents), 0), coalesce(sum(collection_attempt), 0), "
                      "coalesce(sum(CASE WHEN collection_attempt = 1 THEN collection_success ELSE 0 END), 0), "
                      "coalesce(sum(CASE WHEN collection_attempt = 1 THEN collection_cents ELSE 0 END), 0), "
                      // As slaState() says it: what is met at the deadline itself is late.
                      "coalesce(sum(CASE WHEN sla_met_at < sla_due_at THEN 1 ELSE 0 END), 0), "
                      "coalesce(sum(CASE WHEN coalesce(sla_met_at, ?) >= sla_due_at THEN 1 ELSE 0 END), 0), "
                      "coalesce(sum(CASE WHEN sla_met_at IS NULL AND sla_due_at > ? THEN 1 ELSE 0 END), 0)";

} // namespace

Result<CallFigures> readFigures(WorkspaceTx &tx, const CallListFilter &filter, TimeMs now)
{
    const SqlCondition where = callCondition(tx.ws(), filter, now);
    SqlStatement row = tx.query("WITH chosen AS (SELECT * FROM call_index WHERE ws = ?" + where.text + ") SELECT " + sums + " FROM chosen");
    bindValues(row, where.values + QList<SqlValue>{now, now});
    const auto found = row.found();
    if (!found)
        return found.error();
    return CallFigures{row.integer(0), row.integer(1), row.integer(2), row.integer(3), row.integer(4),  row.integer(5),
                       row.integer(6), row.integer(7), row.integer(8), row.integer(9), row.integer(10), row.integer(11), row.integer(12), row.integer(13), row.integer(14)};
}

Result<QList<OutcomeCount>> readOutcomeCounts(WorkspaceTx &tx, const CallListFilter &filter, TimeMs now)
{
    const SqlCondition where = callCondition(tx.ws(), filter, now);
    SqlStatement rows = tx.query("SELECT outcome, count(*) FROM call_index WHERE ws = ?" + where.text + " GROUP BY outcome ORDER BY 2 DESC, 1");
    bindValues(rows, where.values);
    QList<OutcomeCount> counts;
    while (rows.step())
        counts.append({rows.text(0), rows.integer(1)});
    if (rows.failed())
        return rows.verdict().error();
    return counts;
}

} // namespace calldeck
