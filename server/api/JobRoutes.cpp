#include "api/Answers.h"
#include "api/Files.h"
#include "api/Handlers.h"
#include "api/Services.h"
#include "auth/Rights.h"
#include "jobs/BulkWork.h"
#include "rules/JsonReader.h"
#include "store/CallList.h"
#include "sync/Settings.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

Error invalid(const QString &message) { return {Error::Code::InvalidInput, message, {}, false}; }

Result<QStringList> namedCalls(const QJsonObject &body)
{
    constexpr qsizetype longestId = 128;
    QString problem;
    JsonReader reader(body, QString(), problem);
    QStringList ids = reader.texts(u"callIds"_s);
    ids.removeDuplicates();
    if (ids.isEmpty() || ids.size() > JobLimits::items)
        reader.fail(u"callIds"_s, u"must have 1 to %1 ids"_s.arg(JobLimits::items));
    if (std::any_of(ids.cbegin(), ids.cend(), [](const QString &id) { return id.isEmpty() || id.size() > longestId; }))
        reader.fail(u"callIds"_s, u"must be ids of 1 to %1 characters"_s.arg(longestId));
    if (!problem.isEmpty())
        return invalid(problem);
    return ids;
}

Result<QStringList> filteredCalls(WorkspaceTx &tx, const QJsonValue &filters, TimeMs now)
{
    if (!filters.isObject())
        return invalid(u"filters must be an object."_s);
    const auto settings = settingsOf(tx);
    if (!settings)
        return settings.error();
    const auto filter = callFilterFromJson(filters.toObject(), (*settings)->region);
    if (!filter)
        return filter.error();
    auto ids = callIdsOf(tx, *filter, now, QString(), JobLimits::items + 1);
    if (ids && ids->size() > JobLimits::items)
        return invalid(u"filters mean more than %1 calls. Narrow them."_s.arg(JobLimits::items));
    return ids;
}

Result<JobPlan> planBulk(ApiCall &call, WorkspaceTx &tx)
{
    const auto ids = call.body.contains(u"callIds"_s) ? namedCalls(call.body) : filteredCalls(tx, call.body.value(u"filters"_s), call.now);
    if (!ids)
        return ids.error();
    return JobPlan{*ids, ids->size()};
}

/** The edit that a job would make is asked for its right before anything is written. */
std::optional<HttpResponse> refuseRole(const ApiCall &call, const BulkOrder &order)
{
    const auto least = leastRoleFor({u"m"_s, 1, u"call"_s, u"c"_s, order.op, order.args, 0, call.now});
    if (!least || mayAct(call.caller.role, *least))
        return std::nullopt;
    return problem(403, u"forbidden"_s, u"Your role may not do this"_s);
}

QJsonObject bulkJson(const Job &job, const QList<JobItem> &failedItems)
{
    QJsonArray errors;
    for (const JobItem &item : failedItems)
        errors.append(QJsonObject{{u"callId"_s, item.call_id}, {u"code"_s, item.code}, {u"message"_s, item.message}});
    QJsonObject json{{u"jobId"_s, job.id}, {u"status"_s, job.state}, {u"progress"_s, job.progress()}, {u"total"_s, job.total}, {u"done"_s, job.done}, {u"failed"_s, job.failed}, {u"errors"_s, errors}};
    if (!job.message.isEmpty())
        json.insert(u"message"_s, job.message);
    return json;
}

} // namespace

HttpResponse beginBulk(ApiCall &call)
{
    const auto order = bulkOrderOf(call.body);
    if (!order)
        return failed(order.error());
    if (auto refusal = refuseRole(call, *order))
        return *std::move(refusal);
    if (call.body.contains(u"callIds"_s) == call.body.contains(u"filters"_s))
        return badField(u"callIds"_s, u"or filters: exactly one of them says which calls"_s);
    const auto begun = beginJob(call, u"bulk"_s, [&](WorkspaceTx &tx) { return planBulk(call, tx); });
    if (const auto *refusal = std::get_if<HttpResponse>(&begun))
        return *refusal;
    const Job &job = std::get<Job>(begun);
    return jsonAnswer({{u"jobId"_s, job.id}, {u"affectedCount"_s, job.total}}, 202);
}

HttpResponse showBulk(ApiCall &call)
{
    constexpr int mostErrors = 100;
    const auto tx = WorkspaceTx::begin(call.connection, call.caller.ws, WorkspaceTx::Mode::Read);
    const auto job = tx ? jobOfCaller(**tx, call, u"bulk"_s) : Result<Job>(tx.error());
    const auto errors = job ? itemsOf(**tx, job->id, u"failed"_s, mostErrors) : Result<QList<JobItem>>(job.error());
    return errors ? jsonAnswer(bulkJson(*job, *errors)) : failed(errors.error());
}

HttpResponse cancelBulk(ApiCall &call)
{
    const Verdict done = withRetries(call.connection, [&]() -> Verdict {
        const auto tx = WorkspaceTx::begin(call.connection, call.caller.ws, WorkspaceTx::Mode::Write);
        const auto job = tx ? jobOfCaller(**tx, call, u"bulk"_s) : Result<Job>(tx.error());
        // What has ended stays as it is.
        const auto cancelled = job ? cancelJob(**tx, job->id, call.now) : Result<bool>(job.error());
        if (!cancelled)
            return cancelled.error();
        return (*tx)->commit();
    });
    return done ? nothingAnswer() : failed(done.error());
}

} // namespace calldeck
