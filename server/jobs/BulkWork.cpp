#include "jobs/BulkWork.h"

#include "auth/Accounts.h"
#include "rules/JsonReader.h"
#include "store/Moment.h"
#include "database/CrashPoint.h"
#include "sync/EditRules.h"
#include "sync/PushRun.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr int callsPerStep = 50; ///< pushes of the workspace wait for so many

Error invalid(const QString &message) { return {Error::Code::InvalidInput, message, {}, false}; }

Verdict onlyKeys(const QJsonObject &body, const QStringList &known)
{
    for (const QString &key : {u"tag"_s, u"remove"_s, u"reason"_s, u"disposition"_s, u"notes"_s}) {
        if (body.contains(key) && !known.contains(key))
            return invalid(u"%1 has no meaning for this operation."_s.arg(key));
    }
    return Done{};
}

BulkOrder tagOrder(JsonReader &body)
{
    constexpr qsizetype longest = 60;
    const QString tag = body.text(u"tag"_s).trimmed();
    if (tag.isEmpty() || tag.size() > longest)
        body.fail(u"tag"_s, u"must have 1 to %1 characters"_s.arg(longest));
    return {body.optionalBoolean(u"remove"_s) ? u"tag-"_s : u"tag+"_s, {{u"tag"_s, tag}}};
}

BulkOrder spamOrder(JsonReader &body)
{
    const bool spam = !body.optionalBoolean(u"remove"_s);
    QJsonObject fields{{u"spam"_s, spam}};
    if (spam && body.has(u"reason"_s))
        fields.insert(u"spam_reason"_s, body.text(u"reason"_s));
    return {u"set"_s, fields};
}

BulkOrder dispositionOrder(JsonReader &body)
{
    QJsonObject args{{u"disposition"_s, body.text(u"disposition"_s)}};
    if (body.has(u"notes"_s))
        args.insert(u"notes"_s, body.text(u"notes"_s));
    return {u"disposition"_s, args};
}

/** Who the job is done for, as they are now. */
Result<std::optional<Account>> accountNow(SqlConnection &connection, const QString &ws, const QString &id)
{
    const auto accounts = accountsOf(connection, ws);
    if (!accounts)
        return accounts.error();
    for (const Account &account : *accounts) {
        if (account.id == id)
            return std::optional(account);
    }
    return std::optional<Account>();
}

Result<bool> endAs(WorkspaceTx &tx, Job &job, const QString &state, const QString &message)
{
    const TimeMs now = serverNow();
    job.state = state;
    job.message = message;
    const auto ended = finishJob(tx, job, now);
    if (!ended)
        return ended;
    Verdict done = Done{};
    if (*ended)
        done = tx.audit({{u"at"_s, isoUtc(now)}, {u"actor"_s, job.account}, {u"action"_s, u"bulk"_s}, {u"job"_s, job.id}, {u"state"_s, state}, {u"calls"_s, job.total}, {u"failed"_s, job.failed}});
    if (done)
        done = tx.commit();
    if (!done)
        return done.error();
    return false;
}

class BulkStep
{
public:
    BulkStep(WorkspaceTx &tx, Job &job, BulkOrder order, EditSession session) : m_tx(tx), m_job(job), m_order(std::move(order)), m_run(std::move(session)) {}

    Verdict take(JobItem item)
    {
        const Edit edit = bulkEdit(m_job, m_order, item, m_tx.head().seq);
        const auto outcome = m_run.take(editToJson(edit), u"call"_s);
        if (!outcome)
            return outcome.error();
        const bool rejected = !*outcome || (*outcome)->status == EditOutcome::Status::Rejected;
        item.state = rejected ? u"failed"_s : u"done"_s;
        item.code = *outcome ? (*outcome)->code : u"left_out"_s;
        item.message = *outcome ? (*outcome)->message : QString();
        ++m_job.done;
        m_job.failed += rejected ? 1 : 0;
        return closeItem(m_tx, m_job.id, item);
    }

private:
    WorkspaceTx &m_tx;
    Job &m_job;
    const BulkOrder m_order;
    PushRun m_run;
};

Result<bool> takeSome(JobContext &context, Job &job)
{
    const auto begun = WorkspaceTx::begin(context.connection, context.ws, WorkspaceTx::Mode::Write);
    if (!begun)
        return begun.error();
    WorkspaceTx &tx = **begun;
    const auto ours = keepJob(tx, job, serverNow());
    if (!ours || !*ours)
        return ours;
    const auto order = bulkOrderOf(job.args);
    if (!order)
        return order.error();
    const auto account = accountNow(context.connection, context.ws, job.account);
    const auto workspace = account ? settingsOf(tx) : Result<SharedWorkspace>(account.error());
    if (!workspace)
        return workspace.error();
    if (!*account || (*account)->disabled)
        return endAs(tx, job, u"failed"_s, u"The account that asked for it was closed."_s);
    const auto items = itemsOf(tx, job.id, QString(), callsPerStep);
    if (!items)
        return items.error();
    if (items->isEmpty())
        return endAs(tx, job, u"completed"_s, QString());
    const EditSession session{tx, {job.account, (*account)->name, QString(job.account % u"/job-"_s % job.id)}, (*account)->role, *workspace, serverNow()};
    BulkStep step(tx, job, *order, session);
    Verdict done = Done{};
    for (const JobItem &item : *items) {
        if (done)
            done = step.take(item);
    }
    if (done) {
        const auto kept = keepJob(tx, job, serverNow());
        done = kept ? Verdict(Done{}) : Verdict(kept.error());
    }
    crashAt("J0");
    if (done)
        done = tx.commit();
    crashAt("J1");
    if (!done)
        return done.error();
    context.wrote(tx.head());
    return true;
}

} // namespace

Result<BulkOrder> bulkOrderOf(const QJsonObject &body)
{
    QString problem;
    JsonReader reader(body, QString(), problem);
    const QString operation = reader.text(u"operation"_s);
    BulkOrder order;
    Verdict known = invalid(u"operation must be tag, spam or disposition."_s);
    if (operation == u"tag"_s) {
        order = tagOrder(reader);
        known = onlyKeys(body, {u"tag"_s, u"remove"_s});
    } else if (operation == u"spam"_s) {
        order = spamOrder(reader);
        known = onlyKeys(body, {u"remove"_s, u"reason"_s});
    } else if (operation == u"disposition"_s) {
        order = dispositionOrder(reader);
        known = onlyKeys(body, {u"disposition"_s, u"notes"_s});
    }
    if (!known)
        return known.error();
    if (!problem.isEmpty())
        return invalid(problem);
    return order;
}

Edit bulkEdit(const Job &job, const BulkOrder &order, const JobItem &item, qint64 head)
{
    const QByteArray name = sha256Hex(QString(job.id % u'\n' % item.call_id).toUtf8());
    return {QString(u"job-"_s % QString::fromLatin1(name.left(32))), item.n, u"call"_s, item.call_id, order.op, order.args, head, job.created_at};
}

Result<bool> bulkStep(JobContext &context)
{
    Job job = context.job;
    auto more = takeSome(context, job);
    if (more)
        context.job = job;
    return more;
}

} // namespace calldeck
