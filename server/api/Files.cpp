#include "api/Files.h"

#include "api/Answers.h"
#include "api/Services.h"
#include "auth/Rights.h"
#include "store/Moment.h"

#include <QUrl>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

/** Made of the Idempotency-Key, so that the same request again means the same job, or new. */
Result<QString> jobIdFor(const ApiCall &call)
{
    const auto key = idempotencyKeyOf(call.request);
    if (!key)
        return key.error();
    if (key->isEmpty())
        return QString(u"j"_s % randomHex(16));
    const QByteArray name = sha256Hex(QByteArray(call.caller.account.toUtf8() + '\n' + call.request.path.join(u'/').toUtf8() + '\n' + *key));
    return QString(u"j"_s % QString::fromLatin1(name.left(32)));
}

struct Begun {
    Job job;
    bool key_reused = false; ///< it is another request's
};

/** The job that the same key began. */
Begun repeatedJob(const Job &job, const QJsonObject &args) { return {job, job.args != args}; }

Result<Begun> writeJob(ApiCall &call, const QString &id, const QString &kind, const std::function<Result<JobPlan>(WorkspaceTx &)> &plan)
{
    std::optional<JobPlan> planned;
    {
        // To look over many calls takes its time: nobody who writes waits for it.
        const auto reading = WorkspaceTx::begin(call.connection, call.caller.ws, WorkspaceTx::Mode::Read);
        if (!reading)
            return reading.error();
        const auto known = findJob(**reading, id);
        if (!known || *known)
            return known ? Result<Begun>(repeatedJob(**known, call.body)) : known.error();
        if (Verdict free = mayAddJob(**reading, call.caller.account, kind); !free)
            return free.error();
        auto made = plan(**reading);
        if (!made)
            return made.error();
        planned = *std::move(made);
    }
    const auto begun = WorkspaceTx::begin(call.connection, call.caller.ws, WorkspaceTx::Mode::Write);
    if (!begun)
        return begun.error();
    WorkspaceTx &tx = **begun;
    const auto known = findJob(tx, id);
    if (!known || *known)
        return known ? Result<Begun>(repeatedJob(**known, call.body)) : known.error();
    Job job;
    job.id = id;
    job.kind = kind;
    job.account = call.caller.account;
    job.args = call.body;
    job.total = planned->total;
    job.created_at = call.now;
    Verdict done = addJob(tx, job, planned->calls);
    if (done)
        done = tx.commit();
    return done ? Result<Begun>(Begun{job, false}) : done.error();
}

} // namespace

std::variant<Job, HttpResponse> beginJob(ApiCall &call, const QString &kind, const std::function<Result<JobPlan>(WorkspaceTx &)> &plan)
{
    const auto id = jobIdFor(call);
    if (!id)
        return failed(id.error());
    const auto begun = withRetries(call.connection, [&] { return writeJob(call, *id, kind, plan); });
    if (!begun)
        return failed(begun.error());
    if (begun->key_reused)
        return keyReused();
    call.services.jobs->wake();
    return begun->job;
}

Result<Job> jobOfCaller(WorkspaceTx &tx, const ApiCall &call, const QString &kind)
{
    const auto job = findJob(tx, pathPart(call, 2));
    if (!job)
        return job.error();
    const bool visible = *job && (*job)->kind == kind && ((*job)->account == call.caller.account || mayAct(call.caller.role, UserRole::MANAGER));
    if (!visible)
        return Error{Error::Code::NotFound, u"There is no such job."_s, {}, false};
    return **job;
}

Result<QJsonObject> downloadLink(ApiCall &call, const FileTicket &ticket, const QString &path)
{
    const auto text = openFileTicket(call.connection, ticket, call.now);
    if (!text)
        return text.error();
    return QJsonObject{{u"downloadUrl"_s, QString(path % u"?ticket="_s % *text)}, {u"expiresAt"_s, isoUtc(call.now + FileTicket::life)}};
}

Result<FileTicket> ticketOf(ApiCall &call, const QString &kind, const QString &id)
{
    const auto ticket = findFileTicket(call.connection, call.request.queryValue(u"ticket"_s), call.now);
    if (!ticket)
        return ticket.error();
    if (!*ticket || (*ticket)->kind != kind || (*ticket)->id != id)
        return Error{Error::Code::NotFound, u"This link is not good, or no longer."_s, {}, false};
    return **ticket;
}

HttpResponse downloadAnswer(HttpResponse::Stream stream, qint64 bytes, const QByteArray &type, const QString &name)
{
    HttpResponse answer;
    answer.content_type = type;
    answer.stream = std::move(stream);
    answer.stream_bytes = bytes;
    answer.headers = {{"Content-Disposition", "attachment; filename*=UTF-8''" + QUrl::toPercentEncoding(name)},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Content-Security-Policy", "sandbox; default-src 'none'"},
                      {"Cache-Control", "private, no-store"},
                      {"Referrer-Policy", "no-referrer"}};
    return answer;
}

} // namespace calldeck
