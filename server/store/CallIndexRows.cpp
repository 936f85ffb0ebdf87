#include "store/CallIndexRows.h"

#include "rules/JsonReader.h"
#include "store/Attachments.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

template <class E> QString wordOr(const std::optional<E> &value) { return value ? wireWord(*value) : QString(); }

QString searchText(const Call &call)
{
    constexpr qsizetype enough = 4000;
    const QStringList parts{call.caller_name,   call.business_name,  call.customer_number, call.customer_number_raw, call.customer_email,
                            call.customer_ref,  call.agent_name,     call.disposition,     call.last_outcome_notes,  call.call_notes,
                            call.call_purpose,  call.transcript_summary, call.tags.join(u' ')};
    return parts.join(u' ').simplified().left(enough).toLower();
}

/** What a list by customer goes by. */
QString customerOf(const Call &call)
{
    const QStringList names{call.caller_name, call.business_name, call.customer_number, call.customer_number_raw};
    const auto first = std::find_if(names.cbegin(), names.cend(), [](const QString &name) { return !name.isEmpty(); });
    return first == names.cend() ? QString() : first->toLower();
}

} // namespace

Verdict putCallIndex(WorkspaceTx &tx, const CallState &state)
{
    const Call &call = state.call;
    const bool recording = call.recording_status == RecordingStatus::AVAILABLE || !call.recording_url.isEmpty();
    const bool transcript = call.transcript_status == TranscriptStatus::AVAILABLE;
    return tx
        .writeOnly("call_index", "INSERT INTO call_index(ws, id, started_at, status, call_type, outcome, disposition, agent_name, queue, priority, emergency, do_not_contact, spam, "
               "in_triage, outcome_required, sla_warning_at, sla_critical_at, sla_due_at, sla_met_at, value_cents, duration, customer_number, has_recording, "
               "has_transcript, follow_up_required, provider, provider_call_id, search, customer, business, agent_id, campaign_id, lead_status, lead_score, "
               "scheduled_at, is_conversion, insurance_verified, payment_plan_cents, collection_attempt, collection_success, collection_cents) "
               "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(ws, id) DO UPDATE SET "
               "started_at = excluded.started_at, status = excluded.status, call_type = excluded.call_type, outcome = excluded.outcome, "
               "disposition = excluded.disposition, agent_name = excluded.agent_name, queue = excluded.queue, priority = excluded.priority, "
               "emergency = excluded.emergency, do_not_contact = excluded.do_not_contact, spam = excluded.spam, in_triage = excluded.in_triage, "
               "outcome_required = excluded.outcome_required, sla_warning_at = excluded.sla_warning_at, sla_critical_at = excluded.sla_critical_at, "
               "sla_due_at = excluded.sla_due_at, sla_met_at = excluded.sla_met_at, value_cents = excluded.value_cents, duration = excluded.duration, "
               "customer_number = excluded.customer_number, has_recording = excluded.has_recording, has_transcript = excluded.has_transcript, "
               "follow_up_required = excluded.follow_up_required, provider = excluded.provider, provider_call_id = excluded.provider_call_id, "
               "search = excluded.search, customer = excluded.customer, business = excluded.business, agent_id = excluded.agent_id, campaign_id = excluded.campaign_id, "
               "lead_status = excluded.lead_status, lead_score = excluded.lead_score, scheduled_at = excluded.scheduled_at, is_conversion = excluded.is_conversion, "
               "insurance_verified = excluded.insurance_verified, payment_plan_cents = excluded.payment_plan_cents, "
               "collection_attempt = excluded.collection_attempt, collection_success = excluded.collection_success, collection_cents = excluded.collection_cents",
               call.call_id, call.started_at, wordOr(call.status), wordOr(call.call_type), wordOr(call.outcome), call.disposition, call.agent_name, call.queue,
               call.priority, call.emergency, call.do_not_contact, call.spam, call.in_triage, call.outcome_required, call.sla_warning_at, call.sla_critical_at,
               call.sla_due_at, call.sla_met_at, call.value_cents, call.duration_seconds, call.customer_number, recording, transcript, call.follow_up_required,
               call.provider, call.provider_call_id, searchText(call), customerOf(call), call.business_name.toLower(), call.agent_id, call.campaign_id,
               wordOr(call.lead_status), call.lead_score, call.scheduled_at, call.is_conversion, call.insurance_verified,
               call.payment_plan_discussed ? call.payment_plan_amount : std::nullopt, call.collection_attempt, call.collection_success, call.collection_amount);
}

Verdict putCallTags(WorkspaceTx &tx, const Call &call)
{
    Verdict done = tx.writeOnly("call_tag", "DELETE FROM call_tag WHERE ws = ? AND id = ?", call.call_id);
    for (const QString &tag : call.tags) {
        if (done)
            done = tx.writeOnly("call_tag", "INSERT INTO call_tag(ws, id, tag) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", call.call_id, tag);
    }
    return done;
}

Verdict putFollowUps(WorkspaceTx &tx, const CallState &state)
{
    Verdict done = Done{};
    for (const FollowUpTask &task : state.follow_ups) {
        if (!done || !state.owns(task))
            continue;
        done = tx.write("INSERT INTO follow_up(ws, id, call_id, number, due_at, state, automatic, owner, note, created_at, closed_at) "
                        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(ws, id) DO UPDATE SET number = excluded.number, "
                        "notified = CASE WHEN follow_up.due_at = excluded.due_at THEN follow_up.notified ELSE 0 END, due_at = excluded.due_at, "
                        "state = excluded.state, automatic = excluded.automatic, owner = excluded.owner, note = excluded.note, closed_at = excluded.closed_at",
                        task.id, task.call_id, task.number, task.due_at, wireWord(task.state), task.automatic, task.owner, task.note, task.created_at, task.closed_at);
    }
    return done;
}

SlaState slaStateIn(SqlStatement &row, int first, TimeMs now)
{
    Call call;
    call.sla_trigger = SlaTrigger::MISSED_CALL;
    call.sla_warning_at = row.optionalInteger(first);
    call.sla_critical_at = row.optionalInteger(first + 1);
    call.sla_due_at = row.optionalInteger(first + 2);
    const auto clock = slaClockOf(call);
    return clock ? slaState(*clock, now) : SlaState::NONE;
}

Verdict removeCallIndex(WorkspaceTx &tx, const QString &callId)
{
    Verdict done = tx.write("DELETE FROM call_index WHERE ws = ? AND id = ?", callId);
    if (done)
        done = tx.write("DELETE FROM call_tag WHERE ws = ? AND id = ?", callId);
    if (done)
        done = tx.write("DELETE FROM follow_up WHERE ws = ? AND call_id = ?", callId);
    if (done)
        done = noteGoneBlobs(tx, callId);
    if (done)
        done = tx.write("DELETE FROM attachment WHERE ws = ? AND call_id = ?", callId);
    return done;
}

QJsonObject listedRow(const QString &number, const ListedNumber &listed)
{
    return {{u"number"_s, number}, {u"reason"_s, listed.reason}, {u"set_at"_s, isoUtc(listed.set_at)}, {u"set_by"_s, listed.set_by}};
}

ListedNumber listedFromRow(const QJsonObject &row)
{
    QString problem;
    JsonReader reader(row, QString(), problem);
    return {reader.optionalText(u"reason"_s), reader.time(u"set_at"_s), reader.optionalText(u"set_by"_s)};
}

} // namespace calldeck
