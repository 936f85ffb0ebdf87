#include "api/Answers.h"
#include "api/Files.h"
#include "api/Handlers.h"
#include "api/Services.h"
#include "jobs/ExportWork.h"
#include "rules/JsonReader.h"
#include "store/CallList.h"
#include "sync/Settings.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

QString statusOf(const Job &job)
{
    if (job.isOpen())
        return u"processing"_s;
    return job.state == u"completed"_s ? u"ready"_s : job.state;
}

struct ExportAsk {
    QString format;
    bool email = false;
};

Result<ExportAsk> exportAskOf(const ApiCall &call)
{
    QString problem;
    JsonReader reader(call.body, QString(), problem);
    ExportAsk ask{reader.text(u"format"_s), reader.optionalBoolean(u"email"_s)};
    if (ask.format != u"csv"_s && ask.format != u"pdf"_s)
        reader.fail(u"format"_s, u"must be csv or pdf"_s);
    if (ask.email && !call.services.mails)
        reader.fail(u"email"_s, u"is not possible: this backend sends no mail"_s);
    if (call.body.contains(u"filters"_s) && !call.body.value(u"filters"_s).isObject())
        reader.fail(u"filters"_s, u"must be an object"_s);
    if (!problem.isEmpty())
        return Error{Error::Code::InvalidInput, problem, {}, false};
    return ask;
}

Result<JobPlan> planExport(const ApiCall &call, WorkspaceTx &tx, const ExportAsk &ask)
{
    const auto settings = settingsOf(tx);
    if (!settings)
        return settings.error();
    const auto filter = callFilterFromJson(call.body.value(u"filters"_s).toObject(), (*settings)->region);
    const auto total = filter ? countCalls(tx, *filter, call.now) : Result<qint64>(filter.error());
    if (!total)
        return total.error();
    if (ask.format == u"pdf"_s && *total > ExportLimits::pdf_rows)
        return Error{Error::Code::InvalidInput, u"filters mean %1 calls and a PDF has at most %2. Narrow them, or ask for csv."_s.arg(*total).arg(ExportLimits::pdf_rows), {}, false};
    return JobPlan{{}, *total};
}

} // namespace

HttpResponse beginExport(ApiCall &call)
{
    if (!call.services.exports.folder)
        return noFolder();
    const auto ask = exportAskOf(call);
    if (!ask)
        return failed(ask.error());
    const auto begun = beginJob(call, u"export"_s, [&](WorkspaceTx &tx) { return planExport(call, tx, *ask); });
    if (const auto *refusal = std::get_if<HttpResponse>(&begun))
        return *refusal;
    const Job &job = std::get<Job>(begun);
    return jsonAnswer({{u"jobId"_s, job.id}, {u"estimatedTime"_s, exportSeconds(job.total, ask->format)}}, 202);
}

HttpResponse showExport(ApiCall &call)
{
    Job job;
    {
        const auto tx = WorkspaceTx::begin(call.connection, call.caller.ws, WorkspaceTx::Mode::Read);
        const auto found = tx ? jobOfCaller(**tx, call, u"export"_s) : Result<Job>(tx.error());
        if (!found)
            return failed(found.error());
        job = *found;
    }
    QJsonObject answer{{u"jobId"_s, job.id}, {u"status"_s, statusOf(job)}, {u"progress"_s, job.progress()}, {u"rows"_s, job.total}};
    if (!job.message.isEmpty())
        answer.insert(u"message"_s, job.message);
    if (job.state == u"completed"_s && call.services.exports.folder && !call.services.exports.folder->has(exportFileName(job))) {
        answer.insert(u"status"_s, u"failed"_s);
        answer.insert(u"message"_s, u"The file is no longer kept. Export again."_s);
    } else if (job.state == u"completed"_s) {
        const auto link = downloadLink(call, {call.caller.ws, u"export"_s, job.id, call.caller.account}, u"/api/exports/%1/file"_s.arg(job.id));
        if (!link)
            return failed(link.error());
        for (auto it = link->begin(); it != link->end(); ++it)
            answer.insert(it.key(), *it);
    }
    return jsonAnswer(answer);
}

HttpResponse removeExport(ApiCall &call)
{
    const Verdict removed = withRetries(call.connection, [&]() -> Verdict {
        const auto tx = WorkspaceTx::begin(call.connection, call.caller.ws, WorkspaceTx::Mode::Write);
        const auto job = tx ? jobOfCaller(**tx, call, u"export"_s) : Result<Job>(tx.error());
        if (!job)
            return job.error();
        // One that is under way is left behind as cancelled; of what has ended nothing stays but the audit trail.
        Verdict done = Done{};
        if (job->isOpen()) {
            const auto cancelled = cancelJob(**tx, job->id, call.now);
            done = cancelled ? Verdict(Done{}) : Verdict(cancelled.error());
        } else {
            done = removeJob(**tx, job->id);
        }
        return done ? (*tx)->commit() : done;
    });
    if (!removed)
        return failed(removed.error());
    if (call.services.exports.folder)
        removeExportFiles(*call.services.exports.folder, pathPart(call, 2));
    return nothingAnswer();
}

HttpResponse giveExport(ApiCall &call)
{
    const QString id = pathPart(call, 2);
    const auto ticket = ticketOf(call, u"export"_s, id);
    if (!ticket)
        return failed(ticket.error());
    if (!call.services.exports.folder)
        return noFolder();
    QString format;
    std::shared_ptr<QFile> shared;
    {
        const auto tx = WorkspaceTx::begin(call.connection, ticket->ws, WorkspaceTx::Mode::Write);
        const auto job = tx ? findJob(**tx, id) : Result<std::optional<Job>>(tx.error());
        if (!job)
            return failed(job.error());
        if (!*job || (*job)->state != u"completed"_s)
            return failed({Error::Code::NotFound, u"There is no such export."_s, {}, false});
        format = (*job)->args.value(u"format"_s).toString();
        // The trail tells of what was given, not of what was asked for.
        auto file = call.services.exports.folder->read(exportFileName(**job));
        if (!file)
            return failed(file.error());
        shared = *std::move(file);
        Verdict done = (*tx)->audit({{u"at"_s, isoUtc(call.now)}, {u"actor"_s, ticket->account}, {u"action"_s, u"export_download"_s}, {u"job"_s, id}});
        if (done)
            done = (*tx)->commit();
        if (!done)
            return failed(done.error());
    }
    const qint64 bytes = shared->size();
    const QByteArray type = format == u"pdf"_s ? "application/pdf" : "text/csv; charset=utf-8";
    return downloadAnswer([shared](qint64 most) -> Result<QByteArray> { return shared->read(most); }, bytes, type, QString(u"calls-"_s % isoUtc(call.now).left(10) % u'.' % format));
}

} // namespace calldeck
