#include "api/Answers.h"
#include "api/Handlers.h"
#include "api/Services.h"
#include "sync/ProviderNews.h"

#include <QJsonArray>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr qsizetype mostCalls = 500;

struct Intake {
    Head head;
    QJsonArray results;
    int written = 0;
};

QJsonObject outcomeJson(const QJsonValue &call, const NewsOutcome &outcome)
{
    static const QStringList words{u"created"_s, u"updated"_s, u"unchanged"_s, u"rejected"_s};
    QJsonObject json{{u"provider_call_id"_s, call.toObject().value(u"provider_call_id"_s).toString().left(200)}, {u"status"_s, words.at(static_cast<int>(outcome.status))}};
    if (!outcome.id.isEmpty())
        json.insert(u"id"_s, outcome.id);
    if (!outcome.message.isEmpty())
        json.insert(u"message"_s, outcome.message);
    return json;
}

Result<Intake> takeAll(ApiCall &call, const QJsonArray &calls)
{
    const auto tx = WorkspaceTx::begin(call.connection, call.caller.ws, WorkspaceTx::Mode::Write);
    if (!tx)
        return tx.error();
    const auto workspace = settingsOf(**tx);
    if (!workspace)
        return workspace.error();
    Intake intake;
    for (qsizetype i = 0; i < calls.size(); ++i) {
        const auto incoming = incomingCallOf(calls.at(i), u"calls[%1]"_s.arg(i));
        auto outcome = incoming ? takeNews(**tx, *incoming, **workspace, call.caller.account, call.now)
                                : Result<NewsOutcome>(NewsOutcome{{}, NewsOutcome::Status::Rejected, incoming.error().message});
        if (!outcome)
            return outcome.error();
        intake.written += outcome->status == NewsOutcome::Status::Created || outcome->status == NewsOutcome::Status::Updated;
        intake.results.append(outcomeJson(calls.at(i), *outcome));
    }
    Verdict done = Done{};
    if (intake.written > 0)
        done = (*tx)->audit({{u"at"_s, isoUtc(call.now)}, {u"actor"_s, call.caller.account}, {u"action"_s, u"intake"_s}, {u"calls"_s, intake.written}});
    if (done)
        done = (*tx)->commit();
    if (!done)
        return done.error();
    intake.head = (*tx)->head();
    return intake;
}

} // namespace

HttpResponse takeCalls(ApiCall &call)
{
    const QJsonValue calls = call.body.value(u"calls"_s);
    if (!calls.isArray())
        return badField(u"calls"_s, u"must be a list"_s);
    if (calls.toArray().size() > mostCalls)
        return problem(413, u"too_many_calls"_s, u"Too many calls at once"_s, u"At most %1."_s.arg(mostCalls));
    const auto intake = withRetries(call.connection, [&] { return takeAll(call, calls.toArray()); });
    if (!intake)
        return failed(intake.error());
    call.services.hub.headMoved(call.caller.ws, intake->head.epoch, intake->head.seq);
    return jsonAnswer({{u"epoch"_s, intake->head.epoch}, {u"head"_s, intake->head.seq}, {u"results"_s, intake->results}});
}

} // namespace calldeck
