#include "store/Verifier.h"

#include "rules/Disposition.h"
#include "store/CallRows.h"
#include "database/Database.h"

namespace calldeck
{

namespace
{

struct Check {
    const char *sql; ///< gives a count that must be 0
    const char *sentence;
};

// An edit without a mutation was carried over from a damaged file: its call comes with the sync.
constexpr Check checks[] = {
    {"SELECT count(*) FROM call_outcomes o LEFT JOIN calls c ON c.id = o.call_id WHERE c.id IS NULL", "%1 outcomes belong to no call."},
    {"SELECT count(*) FROM follow_ups f LEFT JOIN calls c ON c.id = f.call_id WHERE c.id IS NULL", "%1 follow-ups belong to no call."},
    {"SELECT count(*) FROM call_tags t LEFT JOIN calls c ON c.id = t.call_id WHERE c.id IS NULL", "%1 tags belong to no call."},
    {"SELECT count(*) FROM drafts d LEFT JOIN calls c ON c.id = d.call_id WHERE c.id IS NULL", "%1 drafts belong to no call."},
    {"SELECT count(*) FROM (SELECT call_id, disposition, max(id) FROM call_outcomes WHERE retracted_at IS NULL AND beside = 0 GROUP BY call_id) o "
     "JOIN calls c ON c.id = o.call_id WHERE c.disposition IS NOT o.disposition",
     "%1 calls show another outcome than the newest of their history."},
    {"SELECT count(*) FROM (SELECT call_id FROM call_outcomes WHERE retracted_at IS NULL AND beside = 0) o JOIN calls c ON c.id = o.call_id WHERE c.in_triage = 1",
     "%1 calls with a recorded outcome still stand in triage."},
    {"SELECT count(DISTINCT c.id) FROM call_outcomes o JOIN calls c ON c.id = o.call_id AND c.outcome_at = o.at AND c.last_outcome_agent_id = o.agent_id "
     "WHERE o.retracted_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM call_outcomes s WHERE s.call_id = c.id AND s.retracted_at IS NULL)",
     "%1 calls show an outcome that was taken back."},
    {"SELECT count(*) FROM outbox b WHERE b.op = 'disposition' AND b.mutation <> '' AND NOT EXISTS (SELECT 1 FROM call_outcomes o WHERE o.mutation_id = b.mid)",
     "%1 recorded outcomes are missing from their calls."},
    {"SELECT count(*) FROM outbox b WHERE b.op = 'disposition' AND b.mutation <> '' AND NOT EXISTS (SELECT 1 FROM audit a JOIN calls c ON c.id = a.call_id AND c.call_id = b.id "
     "WHERE a.mutation_id = b.mutation)",
     "%1 outcomes have no audit entry."},
    // Of what a backend has not confirmed, every outcome is on its way.
    {"WITH sent AS MATERIALIZED (SELECT mid FROM outbox UNION ALL SELECT mid FROM kept UNION ALL SELECT mutation FROM kept UNION ALL SELECT mid FROM dead) "
     "SELECT count(*) FROM call_outcomes o JOIN calls c ON c.id = o.call_id LEFT JOIN sent s ON s.mid = o.mutation_id WHERE c.ver = 0 AND o.retracted_at IS NULL AND s.mid IS NULL",
     "%1 outcomes are not on their way to the backend."},
    {"SELECT ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'outbox') - min(lseq) + 1 - count(*), 0) FROM "
     "(SELECT lseq FROM outbox UNION ALL SELECT lseq FROM kept UNION ALL SELECT lseq FROM dead)",
     "%1 edits are missing from the outbox."},
    {"SELECT count(*) FROM conversation_turns t LEFT JOIN calls c ON c.id = t.id / 4096 WHERE c.id IS NULL", "%1 lines of a transcript belong to no call."},
    {"SELECT count(*) FROM do_not_contact d JOIN calls c ON c.customer_number = d.number WHERE c.do_not_contact = 0",
     "%1 calls have a number that is on the do-not-contact list and are not marked."},
    {"SELECT count(*) FROM calls c WHERE NOT EXISTS (SELECT 1 FROM search_text s WHERE s.call_id = c.id) "
     "AND NOT EXISTS (SELECT 1 FROM search_queue q WHERE q.call_id = c.id)",
     "%1 calls cannot be found by search."},
};

Verdict checkPages(Database &database, VerifyReport &report)
{
    Statement check = database.prepare("PRAGMA integrity_check(20)");
    while (check.step()) {
        if (const QString line = check.text(0); line != QStringLiteral("ok"))
            report.problems.append(QStringLiteral("The file is damaged: %1").arg(line));
    }
    return check.failed() ? Verdict(database.lastError()) : Verdict(Done{});
}

Verdict checkFullText(Database &database, const char *table, VerifyReport &report)
{
    const QByteArray name(table);
    const Verdict agrees = database.execute("INSERT INTO " + name + " (" + name + ", rank) VALUES ('integrity-check', 1)");
    if (!agrees && agrees.error().code == Error::Code::ReadOnly)
        report.full_text_checked = false;
    else if (!agrees && agrees.error().code != Error::Code::Damaged)
        return agrees;
    if (agrees || !report.full_text_checked)
        return Done{};
    report.problems.append(QStringLiteral("The full-text index %1 does not agree with the calls.").arg(QLatin1String(table)));
    return Done{};
}

Verdict checkRows(Database &database, VerifyReport &report)
{
    for (const Check &check : checks) {
        const auto count = database.singleInteger(check.sql);
        if (!count)
            return database.lastError();
        if (*count > 0)
            report.problems.append(QString::fromLatin1(check.sentence).arg(*count));
    }
    return Done{};
}

Verdict checkTriageMarks(Database &database, VerifyReport &report)
{
    static const QByteArray sql = "SELECT " + callColumnList() + " FROM calls WHERE in_triage = 1 OR (outcome_required = 1 AND outcome IS NULL)";
    Statement select = database.prepare(sql);
    int wrong = 0;
    while (select.step()) {
        const Call call = readCall(select);
        wrong += call.in_triage != needsTriage(call) ? 1 : 0;
    }
    if (select.failed())
        return database.lastError();
    if (wrong > 0)
        report.problems.append(QStringLiteral("%1 calls are wrongly in or out of triage.").arg(wrong));
    return Done{};
}

} // namespace

Result<VerifyReport> verifyCache(Database &database)
{
    VerifyReport report;
    // One moment for all that is compared, also while a desk goes on writing.
    if (Verdict begun = database.execute("BEGIN"); !begun)
        return begun.error();
    report.calls = database.singleInteger("SELECT count(*) FROM calls").value_or(0);
    report.outcomes = database.singleInteger("SELECT count(*) FROM call_outcomes WHERE retracted_at IS NULL").value_or(0);
    report.outbox = database.singleInteger("SELECT count(*) FROM outbox").value_or(0);
    Verdict done = checkPages(database, report);
    if (done)
        done = checkRows(database, report);
    if (done)
        done = checkTriageMarks(database, report);
    (void)database.execute("COMMIT");
    // These ask for the right to write, which a transaction that has read an older moment no longer gets.
    for (const char *table : {"call_search", "turn_search"}) {
        if (done)
            done = checkFullText(database, table, report);
    }
    if (!done)
        return done.error();
    return report;
}

} // namespace calldeck
