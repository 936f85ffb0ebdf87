#include "api/Answers.h"
#include "api/Query.h"
#include "api/RestHandlers.h"
#include "api/RestRun.h"
#include "api/RowTexts.h"
#include "api/Services.h"
#include "api/Trail.h"
#include "rules/CsvCells.h"
#include "rules/JsonReader.h"
#include "rules/Lead.h"
#include "store/CallTable.h"
#include "sync/ProviderNews.h"

#include <future>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

struct SortWord {
    const char16_t *word;
    CallListSort sort;
};
constexpr SortWord sortWords[] = {{u"date", CallListSort::StartedAt}, {u"lead_score", CallListSort::LeadScore}, {u"duration", CallListSort::Duration}, {u"business", CallListSort::Business}};

/** This route's names for the filters of the calls. */
struct Renamed {
    QString here;
    QString there;
};
const QList<Renamed> renamed{{u"search"_s, u"q"_s}, {u"from"_s, u"started_from"_s}, {u"to"_s, u"started_to"_s}, {u"call_type"_s, u"call_type"_s}, {u"lead_status"_s, u"lead_status"_s}};

Result<CallListFilter> filterOf(const HttpRequest &request, const QString &region)
{
    QList<std::pair<QString, QString>> query;
    for (const auto &[name, value] : request.query) {
        for (const Renamed &filter : renamed) {
            if (filter.here == name)
                query.emplaceBack(filter.there, value);
        }
    }
    auto filter = callFilterFromQuery(query, region);
    if (filter)
        return filter;
    Error error = filter.error();
    for (const Renamed &one : renamed) {
        if (error.message.startsWith(one.there + u' '))
            error.message.replace(0, one.there.size(), one.here);
    }
    return error;
}

Result<CallListRequest> requestOf(ApiCall &call, WorkspaceTx &tx)
{
    const auto settings = settingsOf(tx);
    if (!settings)
        return settings.error();
    const auto filter = filterOf(call.request, (*settings)->region);
    QStringList words;
    for (const SortWord &word : sortWords)
        words.append(QString::fromUtf16(word.word));
    const auto sort = wordIn(call.request, u"sort"_s, words, words.first());
    const auto order = wordIn(call.request, u"order"_s, {u"asc"_s, u"desc"_s}, u"desc"_s);
    const auto page = pageQueryOf(call.request);
    if (!filter || !sort || !order || !page)
        return !filter ? filter.error() : !sort ? sort.error() : !order ? order.error() : page.error();
    return CallListRequest{*filter, sortWords[words.indexOf(*sort)].sort, *order == u"desc"_s, page->limit, page->cursor};
}

/** A lead's new status with what it brings, as edits. */
QList<RestEdit> leadEdits(const Call &before, const QString &id, LeadStatus status, OptionalInt priority, const std::optional<TimeMs> &followUp, TimeMs now)
{
    const LeadStep step = leadStep(before, status, now);
    QList<RestEdit> edits{{u"call"_s, id, u"set"_s, {{u"lead_status"_s, wireWord(status)}, {u"priority"_s, priority.value_or(step.priority)}}, u"leadStatus"_s}};
    if (const auto due = followUp ? followUp : step.follow_up_at)
        edits.append({u"call"_s, id, u"follow_up"_s, {{u"due_at"_s, isoUtc(*due)}, {u"note"_s, QString(u"Lead: "_s % labelOf(status))}}, u"followUpAt"_s});
    if (step.do_not_contact)
        edits.append({u"call"_s, id, u"flag+"_s, {{u"flag"_s, u"do_not_contact"_s}, {u"reason"_s, u"Lead: do not call"_s}}, u"leadStatus"_s});
    return edits;
}

constexpr int mostExported = 10'000;

/** The rows of an export as they are asked for, some at a time and each as it is then. */
class CsvRows
{
public:
    CsvRows(SqlPool &pool, QString ws, QStringList ids, TimeMs now) : m_pool(pool), m_ws(std::move(ws)), m_ids(std::move(ids)), m_now(now) {}

    Result<QByteArray> next()
    {
        if (!std::exchange(m_begun, true))
            return callCsvHeader();
        // Calls that were removed meanwhile have no line, and an empty piece would be the end.
        QByteArray lines;
        while (lines.isEmpty() && m_at < m_ids.size()) {
            const auto some = readSome();
            if (!some)
                return some;
            lines = *some;
        }
        return lines;
    }

private:
    Result<QByteArray> readSome()
    {
        std::promise<Result<QByteArray>> promise;
        auto lines = promise.get_future();
        const bool posted = m_pool.post([&](Result<SqlConnection *> connection) { promise.set_value(connection ? read(**connection) : Result<QByteArray>(connection.error())); });
        return posted ? lines.get() : Error{Error::Code::Busy, u"The backend is busy."_s, {}, true};
    }
    Result<QByteArray> read(SqlConnection &connection)
    {
        constexpr qsizetype atOnce = 200;
        const auto tx = WorkspaceTx::begin(connection, m_ws, WorkspaceTx::Mode::Read);
        if (!tx)
            return tx.error();
        QByteArray lines;
        for (const qsizetype end = std::min(m_at + atOnce, m_ids.size()); m_at < end; ++m_at) {
            const auto row = readCallRow(**tx, m_ids[m_at], m_now);
            if (!row)
                return row.error();
            const auto state = *row ? callStateFromRow(parsedObject((*row)->row)) : Result<CallState>(CallState());
            if (!state)
                return state.error();
            if (*row)
                lines += callCsvLine(state->call);
        }
        return lines;
    }

    SqlPool &m_pool;
    const QString m_ws;
    const QStringList m_ids;
    const TimeMs m_now;
    qsizetype m_at = 0;
    bool m_begun = false;
};

/** Which calls, in their order; found out once. */
Result<QStringList> idsToExport(ApiCall &call)
{
    const auto tx = reading(call);
    auto request = tx ? requestOf(call, **tx) : Result<CallListRequest>(tx.error());
    if (!request)
        return request.error();
    request->limit = mostExported + 1;
    auto ids = orderedCallIds(**tx, *request, call.now);
    if (ids && ids->size() > mostExported)
        return Error{Error::Code::InvalidInput, u"Here go at most %1 calls and these are more. Narrow the filter, or begin a job with POST /api/calls/export."_s.arg(mostExported), {}, false};
    return ids;
}

} // namespace

HttpResponse storeConversation(ApiCall &call)
{
    return inOneWrite(call, [&](RestRun &run) -> Result<HttpResponse> {
        const auto incoming = incomingCallOf(call.body.value(u"conversation"_s), u"conversation"_s);
        if (!incoming)
            return incoming.error();
        const auto outcome = takeNews(run.tx(), *incoming, run.workspace(), call.caller.account, call.now);
        if (!outcome)
            return outcome.error();
        if (outcome->status == NewsOutcome::Status::Rejected)
            return badField(u"conversation"_s, outcome->message);
        if (outcome->status != NewsOutcome::Status::Unchanged) {
            if (Verdict done = run.tx().audit({{u"at"_s, isoUtc(call.now)}, {u"actor"_s, call.caller.account}, {u"action"_s, u"intake"_s}, {u"calls"_s, 1}}); !done)
                return done.error();
        }
        const auto row = readCallRow(run.tx(), outcome->id, call.now);
        if (!row || !*row)
            return row ? Error{Error::Code::NotFound, {}, {}, false} : row.error();
        return oneAnswer("conversation", callText(**row), outcome->status == NewsOutcome::Status::Created ? 201 : 200);
    });
}

HttpResponse listConversations(ApiCall &call)
{
    const auto tx = reading(call);
    if (!tx)
        return failed(tx.error());
    const auto request = requestOf(call, **tx);
    if (!request)
        return failed(request.error());
    const auto page = readCallPage(**tx, *request, call.now);
    return page ? callsAnswer("conversations", *page) : failed(page.error());
}

HttpResponse exportConversations(ApiCall &call)
{
    if (const auto format = wordIn(call.request, u"format"_s, {u"csv"_s}, u"csv"_s); !format)
        return failed(format.error());
    auto ids = idsToExport(call);
    if (!ids)
        return failed(ids.error());
    if (Verdict logged = auditAlone(call, {{u"at"_s, isoUtc(call.now)}, {u"actor"_s, call.caller.account}, {u"action"_s, u"export"_s}, {u"format"_s, u"csv"_s}, {u"rows"_s, ids->size()}}); !logged)
        return failed(logged.error());
    const auto rows = std::make_shared<CsvRows>(call.services.pool, call.caller.ws, *std::move(ids), call.now);
    HttpResponse answer;
    answer.content_type = "text/csv; charset=utf-8";
    answer.headers.emplaceBack("Content-Disposition", "attachment; filename=\"conversations.csv\"");
    answer.headers.emplaceBack("Cache-Control", "no-store");
    answer.stream = [rows](qint64) { return rows->next(); };
    return answer;
}

HttpResponse writeComments(ApiCall &call)
{
    const QJsonValue comments = call.body.value(u"comments"_s);
    if (!comments.isString())
        return badField(u"comments"_s, u"must be a text"_s);
    return inOneWrite(call, [&](RestRun &run) -> Result<HttpResponse> {
        const QString id = pathPart(call, 3);
        if (!run.take({u"call"_s, id, u"set"_s, {{u"call_notes"_s, comments}}, u"comments"_s}))
            return run.refusal();
        return run.callAnswer(id);
    });
}

HttpResponse writeLeadStatus(ApiCall &call)
{
    QString problem;
    JsonReader body(call.body, QString(), problem);
    const auto status = body.word<LeadStatus>(u"leadStatus"_s);
    const OptionalInt priority = body.optionalInteger(u"priority"_s);
    const auto followUp = body.optionalTime(u"followUpAt"_s);
    if (priority && (*priority < 1 || *priority > 5))
        body.fail(u"priority"_s, u"must be a whole number from 1 to 5"_s);
    if (!problem.isEmpty())
        return failed({Error::Code::InvalidInput, problem, {}, false});
    return inOneWrite(call, [&](RestRun &run) -> Result<HttpResponse> {
        const QString id = pathPart(call, 3);
        const auto before = loadCallAlone(run.tx(), id);
        if (!before)
            return before.error();
        for (const RestEdit &edit : leadEdits(before->state.call, id, status, priority, followUp, call.now)) {
            if (!run.take(edit))
                return run.refusal();
        }
        return run.callAnswer(id);
    });
}

} // namespace calldeck
