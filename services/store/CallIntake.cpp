#include "store/CallIntake.h"

#include "rules/Disposition.h"
#include "rules/FollowUp.h"
#include "rules/Phone.h"
#include "store/AuditRows.h"
#include "store/CallDetails.h"
#include "store/CallRows.h"
#include "store/CallSearch.h"
#include "store/FollowUpRows.h"

#include <QUuid>

namespace calldeck
{

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

} // namespace

QString callIdFor(const QString &provider, const QString &providerCallId)
{
    static const QUuid space(QStringLiteral("{6c1f3a3e-6f5e-5d0a-9a5b-0d5b2d1c7e11}"));
    return QUuid::createUuidV5(space, provider.toUtf8() + '\n' + providerCallId.toUtf8()).toString(QUuid::WithoutBraces);
}

Verdict CallIntake::prepare(Call &call, TimeMs now) const
{
    if (call.provider.isEmpty() || call.provider_call_id.isEmpty())
        return Error{Error::Code::InvalidInput, QStringLiteral("provider_call_id: a call needs its provider and the provider's id"), {}, false};
    call.call_id = callIdFor(call.provider, call.provider_call_id);
    if (call.customer_number.isEmpty() && !call.customer_number_raw.isEmpty())
        call.customer_number = parsePhone(call.customer_number_raw, m_workspace.region).e164;
    if (!call.created_at)
        call.created_at = now;
    if (!call.updated_at)
        call.updated_at = now;
    if (!call.outcome && call.import_source.isEmpty() && isLiveCallDone(call))
        call.outcome_required = outcomeRequiredByDefault(call);
    return Done{};
}

Result<CallIntake::Taken> CallIntake::put(const IncomingCall &incoming, TimeMs now)
{
    Call call = incoming.call;
    call.tags.removeDuplicates();
    if (Verdict done = prepare(call, now); !done)
        return done.error();
    auto before = findCallByCallId(m_database, call.call_id);
    if (!before)
        return before.error();
    return *before ? update(**before, call, incoming, now) : add(std::move(call), incoming, now);
}

Verdict CallIntake::markIfListed(Call &call) const
{
    if (call.customer_number.isEmpty() || call.do_not_contact)
        return Done{};
    const auto listed = m_database.prepare("SELECT 1 FROM do_not_contact WHERE number = ?").bindAll(call.customer_number).found();
    if (!listed)
        return listed.error();
    call.do_not_contact = *listed;
    return Done{};
}

Result<CallIntake::Taken> CallIntake::add(Call call, const IncomingCall &incoming, TimeMs now)
{
    Verdict done = markIfListed(call);
    applyTriageRules(call, m_workspace.sla, now);
    if (done)
        done = insertCall(m_database, call);
    if (done)
        done = indexNewCall(m_database, call);
    if (done)
        done = writeBeside(call, incoming, true);
    if (done)
        done = settleFollowUps(call, now);
    if (!done)
        return done.error();
    return Taken{Applied::Added, call.key};
}

Result<CallIntake::Taken> CallIntake::update(const Call &before, const Call &fresh, const IncomingCall &incoming, TimeMs now)
{
    auto after = merged(before, fresh, now);
    if (!after)
        return after.error();
    auto newBeside = bringsNewTurnsOrWords(before.key, incoming);
    if (!newBeside)
        return newBeside.error();
    if (changedFields(before, *after).isEmpty() && after->tags.size() == before.tags.size() && !*newBeside)
        return Taken{Applied::Unchanged, before.key};
    after->updated_at = now;
    Verdict done = updateCall(m_database, before, *after);
    for (qsizetype i = before.tags.size(); done && i < after->tags.size(); ++i)
        done = addTag(m_database, after->key, after->tags[i]);
    if (done)
        done = indexCall(m_database, *after);
    if (done)
        done = writeBeside(*after, incoming, false);
    // A task that somebody closed is not made again because the provider mentions the call once more.
    if (done && (after->in_triage != before.in_triage || !after->in_triage))
        done = settleFollowUps(*after, now);
    if (!done)
        return done.error();
    return Taken{Applied::Updated, before.key};
}

Result<Call> CallIntake::merged(const Call &before, const Call &fresh, TimeMs now) const
{
    auto trail = auditOfCall(m_database, before.key);
    if (!trail)
        return trail.error();
    const Handwork byPeople = handworkIn(*trail);
    QSet<CallField> kept = byPeople.fields + derivedFields();
    const auto recorded = m_database.prepare("SELECT 1 FROM call_outcomes WHERE call_id = ? AND retracted_at IS NULL LIMIT 1").bindAll(before.key).found();
    if (!recorded)
        return recorded.error();
    if (*recorded)
        kept += outcomeFields();
    if (stageOf(fresh) < stageOf(before))
        kept += QSet<CallField>{CallField::status, CallField::live_state};
    Call after = before;
    takeNews(after, fresh, kept);
    if (stageOf(fresh) > 1)
        after.live_state = fresh.live_state;
    if (after.customer_number != before.customer_number) {
        if (Verdict done = markIfListed(after); !done)
            return done.error();
    }
    applyTriageRules(after, m_workspace.sla, now);
    for (const QString &tag : fresh.tags) {
        if (!after.tags.contains(tag) && !byPeople.removed_tags.contains(tag))
            after.tags.append(tag);
    }
    return after;
}

Result<bool> CallIntake::bringsNewTurnsOrWords(CallKey key, const IncomingCall &incoming)
{
    if (!incoming.raw.isEmpty()) {
        Statement known = m_database.prepare("SELECT 1 FROM call_payloads WHERE call_id = ? AND raw = ?");
        if (!known.bindAll(key, incoming.raw).step())
            return known.failed() ? Result<bool>(m_database.lastError()) : true;
    }
    if (incoming.turns.isEmpty())
        return false;
    auto known = callTurns(m_database, key, turnsPerCall);
    if (!known)
        return known.error();
    return *known != incoming.turns.first(std::min<qsizetype>(incoming.turns.size(), turnsPerCall));
}

Verdict CallIntake::writeBeside(const Call &call, const IncomingCall &incoming, bool isNew)
{
    if (!incoming.raw.isEmpty()) {
        Statement raw = m_database.prepare("INSERT OR REPLACE INTO call_payloads (call_id, raw) VALUES (?, ?)");
        if (Verdict done = raw.bindAll(call.key, incoming.raw).run(); !done)
            return done;
    }
    return isNew ? storeNewTurns(m_database, call.key, incoming.turns) : replaceTurns(m_database, call.key, incoming.turns);
}

Verdict CallIntake::settleFollowUps(const Call &call, TimeMs now)
{
    if (call.customer_number.isEmpty())
        return Done{};
    if (closesMissedFollowUps(call))
        return closeAutomaticFollowUps(m_database, call.customer_number, call.started_at.value_or(now), now);
    if (!call.in_triage)
        return Done{};
    const auto open = hasOpenFollowUp(m_database, call.customer_number);
    if (!open)
        return open.error();
    auto task = missedCallFollowUp(call, *open, now);
    if (!task)
        return Done{};
    task->call = call.key;
    task->created_at = call.ended_at.value_or(call.started_at.value_or(now));
    auto made = insertFollowUp(m_database, *task);
    return made ? Verdict(Done{}) : Verdict(made.error());
}

} // namespace calldeck
