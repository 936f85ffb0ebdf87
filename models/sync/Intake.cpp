#include "sync/Intake.h"

#include "rules/Disposition.h"
#include "rules/FollowUp.h"
#include "rules/Phone.h"
#include "rules/Triage.h"

#include <QUuid>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

/**
 * Messages of a provider may come late or twice: a call's status only moves on, and what ended stays ended. Cancelled comes before
 * the ends: it says that nothing came of the call, which the provider's word for what came of it is worth more than.
 */
int stageOf(const Call &call)
{
    if (!call.status || call.status == CallStatus::SCHEDULED)
        return 0;
    return call.status == CallStatus::IN_PROGRESS ? 1 : call.status == CallStatus::CANCELLED ? 2 : 3;
}

const QSet<CallField> &derivedFields()
{
    static const QSet<CallField> fields{CallField::in_triage,  CallField::sla_trigger, CallField::sla_started_at, CallField::sla_warning_at, CallField::sla_critical_at,
                                        CallField::sla_due_at, CallField::sla_met_at,  CallField::created_at,     CallField::updated_at};
    return fields;
}

const QSet<CallField> &outcomeFields()
{
    static const QSet<CallField> fields{CallField::outcome,
                                        CallField::disposition,
                                        CallField::last_outcome_notes,
                                        CallField::outcome_at,
                                        CallField::last_outcome_agent_id,
                                        CallField::outcome_required,
                                        CallField::follow_up_required,
                                        CallField::follow_up_date};
    return fields;
}

/** The newer word of the provider replaces the older one when it says something and nobody here has decided otherwise. */
void takeNews(Call &call, const Call &fresh, const QSet<CallField> &kept)
{
    forEachField(call, [&](CallField field, auto &value) {
        if (kept.contains(field))
            return;
        withField(fresh, field, [&](const auto &news) {
            if constexpr (std::is_same_v<std::decay_t<decltype(news)>, std::decay_t<decltype(value)>>) {
                using T = std::decay_t<decltype(news)>;
                if constexpr (std::is_same_v<T, QString>) {
                    if (!news.isEmpty())
                        value = news;
                } else {
                    if (news)
                        value = news;
                }
            }
        });
    });
}

bool isLiveCallDone(const Call &call) { return call.status && *call.status != CallStatus::IN_PROGRESS && *call.status != CallStatus::SCHEDULED; }

void markIfListed(CallState &state)
{
    if (state.listed && !state.call.customer_number.isEmpty())
        state.call.do_not_contact = true;
}

Call merged(const CallState &before, const Call &fresh, const Handwork &byPeople)
{
    QSet<CallField> kept = byPeople.fields + derivedFields();
    const bool recorded = std::any_of(before.outcomes.cbegin(), before.outcomes.cend(), [](const CallOutcomeRecord &outcome) { return !outcome.retracted_at; });
    if (recorded)
        kept += outcomeFields();
    if (stageOf(fresh) < stageOf(before.call))
        kept += QSet<CallField>{CallField::status, CallField::live_state};
    Call after = before.call;
    takeNews(after, fresh, kept);
    if (stageOf(fresh) > 1)
        after.live_state = fresh.live_state;
    for (const QString &tag : fresh.tags) {
        if (!after.tags.contains(tag) && !byPeople.removed_tags.contains(tag))
            after.tags.append(tag);
    }
    after.tags.sort();
    return after;
}

QString automaticTaskId(const Call &call)
{
    static const QUuid space(u"{0d0c3f0e-5a4b-5e64-8f3e-2f7d7a3c9b21}"_s);
    return QUuid::createUuidV5(space, call.call_id.toUtf8()).toString(QUuid::WithoutBraces);
}

void settleFollowUps(CallState &state, TimeMs now)
{
    const Call &call = state.call;
    if (call.customer_number.isEmpty())
        return;
    bool open = false;
    const bool closes = closesMissedFollowUps(call);
    for (FollowUpTask &task : state.follow_ups) {
        if (task.state != FollowUpState::OPEN)
            continue;
        open = open || task.number == call.customer_number;
        if (closes && task.automatic && task.created_at <= call.started_at.value_or(now)) {
            task.state = FollowUpState::DONE;
            task.closed_at = now;
        }
    }
    if (closes || !call.in_triage)
        return;
    auto task = missedCallFollowUp(call, open, now);
    if (!task)
        return;
    task->id = automaticTaskId(call);
    task->call = call.key;
    task->call_id = call.call_id;
    task->created_at = call.ended_at.value_or(call.started_at.value_or(now));
    // A task that somebody closed is not made again because the provider mentions the call once more.
    const bool known = std::any_of(state.follow_ups.cbegin(), state.follow_ups.cend(), [&](const FollowUpTask &other) { return other.id == task->id; });
    if (!known)
        state.follow_ups.append(*task);
}

} // namespace

QString callIdFor(const QString &provider, const QString &providerCallId)
{
    static const QUuid space(u"{6c1f3a3e-6f5e-5d0a-9a5b-0d5b2d1c7e11}"_s);
    return QUuid::createUuidV5(space, provider.toUtf8() + '\n' + providerCallId.toUtf8()).toString(QUuid::WithoutBraces);
}

Result<Call> preparedCall(const Call &incoming, const Workspace &workspace, TimeMs now)
{
    if (incoming.provider.isEmpty() || incoming.provider_call_id.isEmpty())
        return Error{Error::Code::InvalidInput, u"provider_call_id: a call needs its provider and the provider's id"_s, {}, false};
    Call call = incoming;
    call.call_id = callIdFor(call.provider, call.provider_call_id);
    call.tags.removeDuplicates();
    call.tags.sort();
    if (call.customer_number.isEmpty() && !call.customer_number_raw.isEmpty())
        call.customer_number = parsePhone(call.customer_number_raw, workspace.region).e164;
    if (!call.created_at)
        call.created_at = now;
    if (!call.updated_at)
        call.updated_at = now;
    if (!call.outcome && call.import_source.isEmpty() && isLiveCallDone(call))
        call.outcome_required = outcomeRequiredByDefault(call);
    return call;
}

Result<CallState> takeIncoming(const CallState &before, const Call &fresh, const Handwork &byPeople, const Workspace &workspace, TimeMs now)
{
    CallState after = before;
    const bool isNew = before.call.call_id.isEmpty();
    after.call = isNew ? fresh : merged(before, fresh, byPeople);
    if (isNew || after.call.customer_number != before.call.customer_number)
        markIfListed(after);
    applyTriageRules(after.call, workspace.sla, now);
    if (isNew || after.call.in_triage != before.call.in_triage || !after.call.in_triage)
        settleFollowUps(after, now);
    if (!isNew && after != before)
        after.call.updated_at = now;
    return after;
}

} // namespace calldeck
