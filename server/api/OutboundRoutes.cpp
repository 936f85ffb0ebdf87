#include "api/Answers.h"
#include "api/Period.h"
#include "api/Query.h"
#include "api/RestHandlers.h"
#include "api/RestRun.h"
#include "api/RowTexts.h"
#include "rules/Contactability.h"
#include "rules/JsonReader.h"
#include "rules/Phone.h"
#include "store/CallTable.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

/** A call to be made, as a request asks for it. */
struct Plan {
    QString number;
    CallType type = CallType::OUTBOUND_OTHER;
    TimeMs at = 0;
    QString purpose;
    QString campaign;
};

Result<Plan> planOf(const QJsonObject &body, TimeMs now)
{
    QString problem;
    JsonReader reader(body, QString(), problem);
    const Plan plan{reader.text(u"phoneNumber"_s), reader.word<CallType>(u"callType"_s), reader.time(u"scheduledAt"_s), reader.optionalText(u"purpose"_s), reader.optionalText(u"campaignId"_s)};
    if (!isOutbound(plan.type))
        reader.fail(u"callType"_s, u"must be one of the outbound types"_s);
    if (plan.at <= now)
        reader.fail(u"scheduledAt"_s, u"must lie in the future"_s);
    if (!problem.isEmpty())
        return Error{Error::Code::InvalidInput, problem, {}, false};
    return plan;
}

struct DialRefusal {
    QString code;
    HttpResponse answer;
};

DialRefusal refusedAs(const QString &code, const QString &title, const QString &reason) { return {code, problem(409, code, title, reason)}; }

/** Why the number must not be called then; nothing when it may. */
Result<std::optional<DialRefusal>> refusalFor(RestRun &run, const Plan &plan, const QString &e164)
{
    const auto listed = findListed(run.tx(), e164);
    if (!listed)
        return listed.error();
    Call call;
    call.customer_number = e164;
    if (const ContactPermission allowed = contactPermission(call, nullptr, listed->has_value()); !allowed.allowed)
        return std::optional(refusedAs(u"do_not_contact"_s, u"This number must not be contacted"_s, allowed.reason));
    if (const ContactPermission hours = diallingPermission(call, nullptr, false, plan.at); !hours.allowed)
        return std::optional(refusedAs(u"calling_hours"_s, u"Not at that time"_s, hours.reason));
    return std::optional<DialRefusal>();
}

QJsonObject callArgs(const Plan &plan)
{
    QJsonObject args{{u"customer_number_raw"_s, plan.number}, {u"call_type"_s, wireWord(plan.type)}, {u"status"_s, wireWord(CallStatus::SCHEDULED)}, {u"scheduled_at"_s, isoUtc(plan.at)}};
    if (!plan.purpose.isEmpty())
        args.insert(u"call_purpose"_s, plan.purpose);
    if (!plan.campaign.isEmpty())
        args.insert(u"campaign_id"_s, plan.campaign);
    return args;
}

} // namespace

HttpResponse scheduleCall(ApiCall &call)
{
    const auto plan = planOf(call.body, call.now);
    if (!plan)
        return failed(plan.error());
    return inOneWrite(call, [&](RestRun &run) -> Result<HttpResponse> {
        const QString e164 = parsePhone(plan->number, run.workspace().region).e164;
        if (e164.isEmpty())
            return badField(u"phoneNumber"_s, u"must be a telephone number"_s);
        const RestEdit create{u"call"_s, run.newId(u"c-"_s), u"create"_s, callArgs(*plan), u"phoneNumber"_s};
        if (!run.isRepeat()) {
            auto refused = refusalFor(run, *plan, e164);
            if (!refused)
                return refused.error();
            if (*refused) {
                run.noteRefusal(create, (*refused)->code);
                return (*refused)->answer;
            }
        }
        if (!run.take(create))
            return run.refusal();
        return run.callAnswer(create.id, 201);
    });
}

HttpResponse listScheduledCalls(ApiCall &call)
{
    const auto page = pageQueryOf(call.request);
    if (!page)
        return failed(page.error());
    const auto tx = reading(call);
    if (!tx)
        return failed(tx.error());
    const auto settings = settingsOf(**tx);
    if (!settings)
        return failed(settings.error());
    const auto period = periodOf(call.request, QTimeZone((*settings)->zone));
    if (!period)
        return failed(period.error());
    CallListRequest request{{}, CallListSort::ScheduledAt, false, page->limit, page->cursor};
    request.filter.statuses = {CallStatus::SCHEDULED};
    request.filter.scheduled_at = *period;
    const auto read = readCallPage(**tx, request, call.now);
    return read ? callsAnswer("calls", *read) : failed(read.error());
}

} // namespace calldeck
