#include "jobs/JobTable.h"

#include "store/EntityTable.h"
#include "store/UpdateText.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr auto jobColumns = "SELECT id, kind, account, args, state, total, done, failed, message, result, lease, tries, created_at, finished_at FROM job ";
constexpr auto heldByUs = "id = ? AND lease = ? AND state = 'running'";
constexpr auto claimable = "state IN ('pending', 'running') AND lease_until <= ?";

Job jobOf(SqlStatement &row)
{
    return {row.text(0),    row.text(1),    row.text(2), parsedObject(row.bytes(3)),   row.text(4), row.integer(5),  row.integer(6),
            row.integer(7), row.text(8), parsedObject(row.bytes(9)), row.text(10), row.integer(11), row.integer(12), row.optionalInteger(13)};
}

QByteArray updateJob(const QByteArray &values, const QByteArray &condition)
{
    return QByteArray(inThisWorkspace) + "UPDATE job SET " + values + "WHERE ws = (SELECT ws FROM here) AND " + condition;
}

Result<std::optional<Job>> oneJob(SqlStatement row)
{
    const auto found = row.found();
    if (!found)
        return found.error();
    return *found ? std::optional(jobOf(row)) : std::nullopt;
}

Result<bool> wroteOne(SqlStatement statement)
{
    if (Verdict done = statement.run(); !done)
        return done.error();
    return statement.changedRows() == 1;
}

} // namespace

int Job::progress() const
{
    if (total == 0)
        return state == u"completed"_s ? 100 : 0;
    return static_cast<int>(std::min<qint64>(100, done * 100 / total));
}

Verdict mayAddJob(WorkspaceTx &tx, const QString &account, const QString &kind)
{
    SqlStatement open = tx.query("SELECT count(*) FROM job WHERE ws = ? AND account = ? AND kind = ? AND state IN ('pending', 'running')", account, kind);
    const auto counted = open.found();
    if (!counted)
        return counted.error();
    if (open.integer(0) >= JobLimits::open_per_account)
        return Error{Error::Code::Conflict, u"You have %1 of these under way already. Wait for one to end, or cancel it."_s.arg(open.integer(0)), {}, false};
    return Done{};
}

Verdict addJob(WorkspaceTx &tx, const Job &job, const QStringList &callIds)
{
    if (Verdict free = mayAddJob(tx, job.account, job.kind); !free)
        return free;
    Verdict done = tx.query("INSERT INTO job(ws, id, kind, account, args, state, total, created_at) VALUES (?, ?, ?, ?, ?, 'pending', ?, ?)", job.id, job.kind, job.account,
                            compactJson(job.args), job.total, job.created_at)
                       .run();
    for (qsizetype i = 0; i < callIds.size() && done; ++i)
        done = tx.query("INSERT INTO job_item(ws, job, n, call_id) VALUES (?, ?, ?, ?)", job.id, static_cast<qint64>(i + 1), callIds[i]).run();
    return done;
}

Result<std::optional<Job>> findJob(WorkspaceTx &tx, const QString &id) { return oneJob(tx.query(QByteArray(jobColumns) + "WHERE ws = ? AND id = ?", id)); }

Result<std::optional<Job>> claimJob(WorkspaceTx &tx, const QString &lease, TimeMs now)
{
    auto job = oneJob(tx.query(QByteArray(jobColumns) + "WHERE ws = ? AND " + claimable + " ORDER BY lease_until, created_at, id LIMIT 1", now));
    if (!job || !*job)
        return job;
    (*job)->state = u"running"_s;
    (*job)->lease = lease;
    ++(*job)->tries;
    const Verdict done = tx.query(updateJob("state = 'running', lease = ?, lease_until = ?, tries = tries + 1 ", "id = ?"), lease, now + JobLimits::lease, (*job)->id).run();
    if (!done)
        return done.error();
    return job;
}

Result<bool> anyJob(WorkspaceTx &tx, TimeMs now) { return tx.query(QByteArray("SELECT 1 FROM job WHERE ws = ? AND ") + claimable + " LIMIT 1", now).found(); }

Result<bool> keepJob(WorkspaceTx &tx, const Job &job, TimeMs now)
{
    return wroteOne(tx.query(updateJob("lease_until = ?, done = ?, failed = ?, total = ?, tries = 0 ", heldByUs), now + JobLimits::lease, job.done, job.failed, job.total, job.id, job.lease));
}

Verdict releaseJob(WorkspaceTx &tx, const Job &job, TimeMs again) { return tx.query(updateJob("lease = '', lease_until = ? ", heldByUs), again, job.id, job.lease).run(); }

Result<bool> finishJob(WorkspaceTx &tx, const Job &job, TimeMs now)
{
    return wroteOne(tx.query(updateJob("state = ?, message = ?, result = ?, done = ?, failed = ?, total = ?, finished_at = ? ", heldByUs), job.state, job.message,
                             compactJson(job.result), job.done, job.failed, job.total, now, job.id, job.lease));
}

Result<bool> cancelJob(WorkspaceTx &tx, const QString &id, TimeMs now)
{
    return wroteOne(tx.query(updateJob("state = 'cancelled', finished_at = ? ", "id = ? AND state IN ('pending', 'running')"), now, id));
}

Result<QList<JobItem>> itemsOf(WorkspaceTx &tx, const QString &job, const QString &state, int most)
{
    QList<JobItem> items;
    SqlStatement rows = tx.query("SELECT n, call_id, state, code, message FROM job_item WHERE ws = ? AND job = ? AND state = ? ORDER BY n LIMIT ?", job, state, most);
    while (rows.step())
        items.append({rows.integer(0), rows.text(1), rows.text(2), rows.text(3), rows.text(4)});
    if (rows.failed())
        return rows.verdict().error();
    return items;
}

Verdict closeItem(WorkspaceTx &tx, const QString &job, const JobItem &item)
{
    return tx.query(QByteArray(inThisWorkspace) + "UPDATE job_item SET state = ?, code = ?, message = ? WHERE ws = (SELECT ws FROM here) AND job = ? AND n = ?", item.state, item.code,
                    item.message, job, item.n)
        .run();
}

Verdict removeJob(WorkspaceTx &tx, const QString &id)
{
    Verdict done = tx.query("DELETE FROM job_item WHERE ws = ? AND job = ?", id).run();
    return done ? tx.query("DELETE FROM job WHERE ws = ? AND id = ?", id).run() : done;
}

Result<QStringList> endedJobs(WorkspaceTx &tx)
{
    QStringList ids;
    SqlStatement rows = tx.query("SELECT id FROM job WHERE ws = ? AND state NOT IN ('pending', 'running') ORDER BY id");
    while (rows.step())
        ids.append(rows.text(0));
    if (rows.failed())
        return rows.verdict().error();
    return ids;
}

Verdict forgetJobs(WorkspaceTx &tx, TimeMs before)
{
    Verdict done = tx.query("DELETE FROM job_item WHERE ws = ? AND EXISTS (SELECT 1 FROM job WHERE job.ws = job_item.ws AND job.id = job_item.job AND job.finished_at < ?)", before).run();
    if (done)
        done = tx.query("DELETE FROM job WHERE ws = ? AND finished_at < ?", before).run();
    return done;
}

} // namespace calldeck
