#include "api/Answers.h"
#include "api/CallChange.h"
#include "api/Query.h"
#include "api/RestHandlers.h"
#include "api/RestRun.h"
#include "api/RowTexts.h"
#include "rules/JsonReader.h"
#include "store/EntityTable.h"
#include "store/FollowUpList.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr TimeMs soon = 60LL * 60'000;

QByteArray taskText(const FollowUpTask &task, TimeMs now)
{
    QJsonObject json = followUpRow(task);
    json.insert(u"call_id"_s, task.call_id);
    json.insert(u"overdue"_s, task.state == FollowUpState::OPEN && task.due_at <= now);
    return compactJson(json);
}

HttpResponse pageAnswer(ApiCall &call, WorkspaceTx &tx, const FollowUpRequest &request)
{
    const auto page = readFollowUps(tx, request, call.now);
    if (!page)
        return failed(page.error());
    QByteArrayList texts;
    for (const FollowUpTask &task : page->tasks)
        texts.append(taskText(task, call.now));
    return listAnswer("follow_ups", texts, page->next);
}

Result<FollowUpRequest> requestOf(const HttpRequest &query)
{
    FollowUpRequest request;
    const auto page = pageQueryOf(query);
    const auto state = textIn(query, u"state"_s);
    const auto owner = textIn(query, u"owner"_s);
    const auto from = timeIn(query, u"due_from"_s);
    const auto to = timeIn(query, u"due_to"_s);
    const auto overdue = truthIn(query, u"overdue"_s);
    for (const Error *error : {page ? nullptr : &page.error(), state ? nullptr : &state.error(), owner ? nullptr : &owner.error(), from ? nullptr : &from.error(),
                               to ? nullptr : &to.error(), overdue ? nullptr : &overdue.error()}) {
        if (error)
            return *error;
    }
    request.state = fromWireWord<FollowUpState>(*state);
    if (!state->isEmpty() && !request.state)
        return Error{Error::Code::InvalidInput, QString(u"state must be "_s % wireWordList<FollowUpState>() % u'.'), {}, false};
    request.owner = *owner;
    request.due_at = {*from, *to};
    request.overdue = *overdue;
    request.limit = page->limit;
    request.cursor = page->cursor;
    return request;
}

/** The task as it is after the edits. */
Result<HttpResponse> taskAnswer(RestRun &run, const QString &id, TimeMs now, int status)
{
    const auto task = findFollowUp(run.tx(), id);
    if (!task)
        return task.error();
    if (!*task)
        return failed({Error::Code::NotFound, {}, {}, false});
    return oneAnswer("follow_up", taskText(**task, now), status);
}

/** What a request wants of a task. */
struct TaskChange {
    std::optional<FollowUpState> state;
    std::optional<TimeMs> due_at;
};

Result<TaskChange> changeOf(const QJsonObject &body)
{
    QString problem;
    JsonReader reader(body, QString(), problem);
    TaskChange change;
    if (reader.has(u"state"_s))
        change.state = reader.word<FollowUpState>(u"state"_s);
    change.due_at = reader.optionalTime(u"due_at"_s);
    if (change.state == FollowUpState::OPEN)
        reader.fail(u"state"_s, u"must be DONE or CANCELLED"_s);
    if (!change.state && !change.due_at)
        reader.fail(u"body"_s, u"must say what to change: state or due_at"_s);
    if (!problem.isEmpty())
        return Error{Error::Code::InvalidInput, problem, {}, false};
    return change;
}

} // namespace

HttpResponse listFollowUpsOfCall(ApiCall &call)
{
    const auto page = pageQueryOf(call.request);
    if (!page)
        return failed(page.error());
    const auto tx = reading(call);
    if (!tx)
        return failed(tx.error());
    const auto there = isThere(**tx, u"call"_s, pathPart(call, 2));
    if (!there || !*there)
        return failed(there ? Error{Error::Code::NotFound, {}, {}, false} : there.error());
    FollowUpRequest request;
    request.call_id = pathPart(call, 2);
    request.limit = page->limit;
    request.cursor = page->cursor;
    return pageAnswer(call, **tx, request);
}

HttpResponse addFollowUp(ApiCall &call)
{
    const auto base = baseVerOf(call.body);
    if (!base)
        return failed(base.error());
    QJsonObject args = call.body;
    args.remove(u"base_ver"_s);
    return inOneWrite(call, [&](RestRun &run) -> Result<HttpResponse> {
        const QString task = run.nextMid();
        if (!run.take({u"call"_s, pathPart(call, 2), u"follow_up"_s, args, u"due_at"_s, *base}))
            return run.refusal();
        return taskAnswer(run, task, call.now, 201);
    });
}

HttpResponse listFollowUps(ApiCall &call)
{
    const auto request = requestOf(call.request);
    if (!request)
        return failed(request.error());
    const auto tx = reading(call);
    return tx ? pageAnswer(call, **tx, *request) : failed(tx.error());
}

HttpResponse changeFollowUp(ApiCall &call)
{
    const auto change = changeOf(call.body);
    const auto base = baseVerOf(call.body);
    if (!change || !base)
        return failed(!change ? change.error() : base.error());
    const QString id = pathPart(call, 2);
    return inOneWrite(call, [&](RestRun &run) -> Result<HttpResponse> {
        const auto task = findFollowUp(run.tx(), id);
        if (!task)
            return task.error();
        if (!*task)
            return failed({Error::Code::NotFound, {}, {}, false});
        const bool settled = (*task)->state != FollowUpState::OPEN;
        const bool asWanted = settled && !change->due_at && change->state == (*task)->state;
        if (settled && !asWanted && !run.isRepeat())
            return problem(409, u"closed"_s, u"The follow-up is closed"_s, u"It is %1 already."_s.arg(wireWord((*task)->state)));
        if (change->due_at && !run.take({u"call"_s, (*task)->call_id, u"follow_up_move"_s, {{u"task"_s, id}, {u"due_at"_s, isoUtc(*change->due_at)}}, u"due_at"_s, *base}))
            return run.refusal();
        const bool closes = change->state && (!asWanted || run.isRepeat());
        if (closes && !run.take({u"call"_s, (*task)->call_id, u"follow_up_close"_s, {{u"task"_s, id}, {u"state"_s, wireWord(*change->state)}}, u"state"_s, *base}))
            return run.refusal();
        return taskAnswer(run, id, call.now, 200);
    });
}

HttpResponse countFollowUps(ApiCall &call)
{
    const auto tx = reading(call);
    if (!tx)
        return failed(tx.error());
    const auto counts = countFollowUps(**tx, call.now, soon);
    return counts ? jsonAnswer({{u"overdueCount"_s, counts->overdue}, {u"dueSoonCount"_s, counts->due_soon}}) : failed(counts.error());
}

} // namespace calldeck
