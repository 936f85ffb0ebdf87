#include "rules/Disposition.h"

#include <algorithm>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

bool hasEnded(const Call &call)
{
    if (!call.status)
        return false;
    switch (*call.status) {
    case CallStatus::COMPLETED:
    case CallStatus::MISSED:
    case CallStatus::VOICEMAIL:
    case CallStatus::FAILED:
        return true;
    case CallStatus::SCHEDULED:
    case CallStatus::IN_PROGRESS:
    case CallStatus::CANCELLED:
        return false;
    }
    Q_UNREACHABLE();
}

/** Parts that this rule demands and the entry does not have. */
void addDemanded(QList<MissingPart> &missing, const DispositionRule &rule, const DispositionEntry &entry,
                 bool hasContact)
{
    const auto demand = [&](bool demanded, Missing part, const QString &what) {
        if (demanded)
            missing.append({part, QString(rule.label % u" needs "_s % what)});
    };
    demand(rule.follow_up_required && !entry.follow_up_at, Missing::FollowUp, u"a follow-up time."_s);
    demand(rule.amount_required && !entry.amount_cents, Missing::Amount, u"an amount."_s);
    demand(rule.transfer_required && entry.transferred_to.trimmed().isEmpty(), Missing::TransferTarget, u"to whom."_s);
    demand(rule.contact_required && !hasContact, Missing::Contact, u"a linked contact."_s);
    demand(rule.notes_required && entry.notes.trimmed().isEmpty(), Missing::Notes, u"notes."_s);
}

/** What an earlier disposition of this call implied and a later one replaces. */
void withdrawImplied(Call &call)
{
    if (call.outcome == Outcome::BOOKED) {
        call.appointment_set = false;
        call.is_conversion = false;
    }
    if (call.outcome == Outcome::TRANSFERRED) {
        call.transferred_to_staff = false;
        call.transferred_to.clear();
    }
}

void applyImplied(Call &call, Outcome outcome, const DispositionEntry &entry)
{
    if (outcome == Outcome::BOOKED) {
        call.appointment_set = true;
        call.is_conversion = true;
    }
    if (outcome == Outcome::TRANSFERRED)
        call.transferred_to_staff = true;
    if (!entry.transferred_to.trimmed().isEmpty())
        call.transferred_to = entry.transferred_to.trimmed();
    if (outcome == Outcome::PAYMENT_PLAN)
        call.payment_plan_discussed = true;
    if (entry.amount_cents)
        (outcome == Outcome::PAYMENT_PLAN ? call.payment_plan_amount : call.value_cents) = entry.amount_cents;
}

} // namespace

QList<DispositionRule> standardDispositions()
{
    const QString booked = u"Booked"_s;
    const QString reached = u"Reached"_s;
    const QString notReached = u"Not reached"_s;
    return {
        {.key = u"booked"_s, .label = u"Booked"_s, .outcome = Outcome::BOOKED, .hotkey = u'1', .group = booked},
        {.key = u"estimate_given"_s,
         .label = u"Estimate given"_s,
         .outcome = Outcome::INFORMATION,
         .hotkey = u'2',
         .group = reached,
         .amount_required = true},
        {.key = u"callback_requested"_s,
         .label = u"Callback requested"_s,
         .outcome = Outcome::INFORMATION,
         .hotkey = u'3',
         .group = reached,
         .follow_up_required = true},
        {.key = u"left_voicemail"_s,
         .label = u"Left voicemail"_s,
         .outcome = Outcome::VOICEMAIL,
         .hotkey = u'4',
         .group = notReached,
         .suggested_follow_up_minutes = -1},
        {.key = u"no_answer"_s,
         .label = u"No answer"_s,
         .outcome = Outcome::NO_ANSWER,
         .hotkey = u'5',
         .group = notReached,
         .suggested_follow_up_minutes = 120},
        {.key = u"transferred"_s,
         .label = u"Transferred"_s,
         .outcome = Outcome::TRANSFERRED,
         .hotkey = u'6',
         .group = reached,
         .transfer_required = true},
        {.key = u"insurance_billing"_s,
         .label = u"Insurance or billing question"_s,
         .outcome = Outcome::INSURANCE_INQUIRY,
         .hotkey = u'7',
         .group = reached,
         .notes_required = true},
        {.key = u"payment_plan"_s,
         .label = u"Payment plan"_s,
         .outcome = Outcome::PAYMENT_PLAN,
         .hotkey = u'8',
         .group = reached,
         .amount_required = true},
        {.key = u"wrong_number_spam"_s,
         .label = u"Wrong number or spam"_s,
         .outcome = Outcome::OTHER,
         .hotkey = u'9',
         .group = u"Not a customer"_s,
         .notes_required = true},
        {.key = u"other"_s,
         .label = u"Other"_s,
         .outcome = Outcome::OTHER,
         .hotkey = u'0',
         .group = reached,
         .notes_required = true},
    };
}

const DispositionRule *dispositionNamed(const QList<DispositionRule> &rules, const QString &key)
{
    const auto found =
        std::find_if(rules.cbegin(), rules.cend(), [&](const DispositionRule &rule) { return rule.key == key; });
    return found == rules.cend() ? nullptr : &*found;
}

QList<MissingPart> missingParts(const QList<DispositionRule> &rules, const DispositionEntry &entry, bool hasContact,
                                TimeMs now)
{
    QList<MissingPart> missing;
    if (entry.disposition.isEmpty())
        missing.append({Missing::Disposition, u"Choose what came of the call (keys 1 to 9 and 0)."_s});
    else if (const DispositionRule *rule = dispositionNamed(rules, entry.disposition))
        addDemanded(missing, *rule, entry, hasContact);
    else
        missing.append({Missing::UnknownDisposition,
                        u"\"%1\" is no disposition of this workspace; choose one from the list."_s.arg(
                            entry.disposition.left(60))});
    if (entry.follow_up_at && *entry.follow_up_at <= now)
        missing.append({Missing::FollowUpInPast, u"The follow-up time is past; choose a later one."_s});
    if (entry.amount_cents && *entry.amount_cents < 0)
        missing.append({Missing::NegativeAmount, u"The amount is negative; type it without the minus sign."_s});
    return missing;
}

bool outcomeRequiredByDefault(const Call &call)
{
    return hasEnded(call) && !call.spam;
}

bool needsTriage(const Call &call)
{
    return call.outcome_required && !call.outcome && hasEnded(call) && !call.spam;
}

void applyDisposition(Call &call, const DispositionRule &rule, const DispositionEntry &entry, const QString &agentId,
                      TimeMs now)
{
    withdrawImplied(call);
    call.outcome = rule.outcome;
    call.disposition = rule.key;
    call.last_outcome_notes = entry.notes;
    call.last_outcome_agent_id = agentId;
    call.outcome_at = now;
    call.outcome_owed_reason.clear();
    call.in_triage = false;
    if (entry.follow_up_at) {
        call.follow_up_required = true;
        call.follow_up_date = entry.follow_up_at;
        call.callback_scheduled = true;
    }
    applyImplied(call, rule.outcome, entry);
    if (call.sla_due_at && !call.sla_met_at)
        call.sla_met_at = now;
}

} // namespace calldeck
