#include "rules/Disposition.h"

#include "rules/Sla.h"

#include <algorithm>

namespace calldeck
{

namespace
{

DispositionRule make(QChar hotkey, const QString &key, const QString &label, Outcome outcome, const QString &group)
{
    DispositionRule rule;
    rule.key = key;
    rule.label = label;
    rule.outcome = outcome;
    rule.hotkey = hotkey;
    rule.group = group;
    return rule;
}

bool hasEnded(const Call &call)
{
    return call.status == CallStatus::COMPLETED || call.status == CallStatus::MISSED || call.status == CallStatus::VOICEMAIL || call.status == CallStatus::FAILED;
}

} // namespace

QList<DispositionRule> standardDispositions()
{
    const QString booked = QStringLiteral("Booked");
    const QString reached = QStringLiteral("Reached");
    const QString notReached = QStringLiteral("Not reached");
    const QString noCustomer = QStringLiteral("Not a customer");
    QList<DispositionRule> rules{
        make(u'1', QStringLiteral("booked"), QStringLiteral("Booked"), Outcome::BOOKED, booked),
        make(u'2', QStringLiteral("estimate_given"), QStringLiteral("Estimate given"), Outcome::INFORMATION, booked),
        make(u'3', QStringLiteral("callback_requested"), QStringLiteral("Callback requested"), Outcome::INFORMATION, reached),
        make(u'4', QStringLiteral("left_voicemail"), QStringLiteral("Left voicemail"), Outcome::VOICEMAIL, notReached),
        make(u'5', QStringLiteral("no_answer"), QStringLiteral("No answer"), Outcome::NO_ANSWER, notReached),
        make(u'6', QStringLiteral("transferred"), QStringLiteral("Transferred"), Outcome::TRANSFERRED, reached),
        make(u'7', QStringLiteral("insurance_billing"), QStringLiteral("Insurance or billing"), Outcome::INSURANCE_INQUIRY, reached),
        make(u'8', QStringLiteral("payment_plan"), QStringLiteral("Payment plan"), Outcome::PAYMENT_PLAN, reached),
        make(u'9', QStringLiteral("wrong_number_spam"), QStringLiteral("Wrong number or spam"), Outcome::OTHER, noCustomer),
        make(u'0', QStringLiteral("other"), QStringLiteral("Other"), Outcome::OTHER, noCustomer),
    };
    rules[1].amount_required = true;
    rules[2].follow_up_required = true;
    rules[3].suggested_follow_up_minutes = -1;
    rules[4].suggested_follow_up_minutes = 120;
    rules[5].transfer_required = true;
    rules[6].notes_required = true;
    rules[7].amount_required = true;
    rules[8].notes_required = true;
    rules[9].notes_required = true;
    return rules;
}

const DispositionRule *dispositionNamed(const QList<DispositionRule> &rules, const QString &key)
{
    const auto found = std::find_if(rules.cbegin(), rules.cend(), [&](const DispositionRule &rule) { return rule.key == key; });
    return found == rules.cend() ? nullptr : &*found;
}

QList<MissingPart> missingParts(const QList<DispositionRule> &rules, const DispositionEntry &entry, bool hasContact, TimeMs now)
{
    if (entry.disposition.isEmpty())
        return {{Missing::Disposition, QStringLiteral("Choose a disposition.")}};
    const DispositionRule *rule = dispositionNamed(rules, entry.disposition);
    if (!rule)
        return {{Missing::UnknownDisposition, QStringLiteral("\"%1\" is not a disposition of this workspace.").arg(entry.disposition)}};
    QList<MissingPart> missing;
    const auto need = [&](bool isMissing, Missing part, const QString &what) {
        if (isMissing)
            missing.append({part, QString(rule->label + u' ' + what)});
    };
    need(rule->follow_up_required && !entry.follow_up_at, Missing::FollowUp, QStringLiteral("needs a follow-up time."));
    need(rule->amount_required && !entry.amount_cents, Missing::Amount, QStringLiteral("needs an amount."));
    need(rule->transfer_required && entry.transferred_to.trimmed().isEmpty(), Missing::TransferTarget, QStringLiteral("needs to whom."));
    need(rule->notes_required && entry.notes.trimmed().isEmpty(), Missing::Notes, QStringLiteral("needs notes."));
    need(rule->contact_required && !hasContact, Missing::Contact, QStringLiteral("needs a linked contact."));
    if (entry.follow_up_at && *entry.follow_up_at <= now)
        missing.append({Missing::FollowUpInPast, QStringLiteral("The follow-up time has passed. Choose a later one.")});
    if (entry.amount_cents && *entry.amount_cents < 0)
        missing.append({Missing::NegativeAmount, QStringLiteral("An amount cannot be negative.")});
    return missing;
}

bool outcomeRequiredByDefault(const Call &call) { return hasEnded(call) && !call.spam; }

bool needsTriage(const Call &call) { return call.outcome_required && !call.outcome && hasEnded(call) && !call.spam; }

void applyDisposition(Call &call, const DispositionRule &rule, const DispositionEntry &entry, const QString &agentId, TimeMs now)
{
    const bool clockRan = slaClockOf(call).has_value();
    call.outcome = rule.outcome;
    call.disposition = rule.key;
    call.last_outcome_notes = entry.notes;
    call.last_outcome_agent_id = agentId;
    call.outcome_at = now;
    call.in_triage = false;
    call.outcome_owed_reason.clear();
    call.follow_up_required = entry.follow_up_at.has_value();
    call.callback_scheduled = entry.follow_up_at.has_value();
    call.follow_up_date = entry.follow_up_at;
    if (entry.amount_cents) {
        (rule.outcome == Outcome::PAYMENT_PLAN ? call.payment_plan_amount : call.value_cents) = entry.amount_cents;
        call.payment_plan_discussed = call.payment_plan_discussed || rule.outcome == Outcome::PAYMENT_PLAN;
    }
    if (rule.outcome == Outcome::TRANSFERRED) {
        call.transferred_to_staff = true;
        call.transferred_to = entry.transferred_to;
    }
    call.appointment_set = rule.outcome == Outcome::BOOKED;
    call.is_conversion = rule.outcome == Outcome::BOOKED;
    if (clockRan)
        call.sla_met_at = now;
}

} // namespace calldeck
