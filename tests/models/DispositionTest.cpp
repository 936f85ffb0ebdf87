#include "rules/Disposition.h"

#include "Printers.h"

#include <gtest/gtest.h>

using namespace calldeck;

namespace
{

constexpr TimeMs now = 1'000'000;

DispositionEntry entry(const char *key)
{
    DispositionEntry made;
    made.disposition = QString::fromLatin1(key);
    return made;
}

QList<Missing> missing(const DispositionEntry &entry, bool hasContact = false)
{
    QList<Missing> parts;
    for (const MissingPart &part : missingParts(standardDispositions(), entry, hasContact, now)) {
        EXPECT_FALSE(part.sentence.isEmpty());
        parts.append(part.part);
    }
    return parts;
}

const DispositionRule &standard(const char *key)
{
    static const auto rules = standardDispositions();
    return *dispositionNamed(rules, QString::fromLatin1(key));
}

Call ended(CallStatus status, CallType type = CallType::INBOUND)
{
    Call call;
    call.status = status;
    call.call_type = type;
    call.outcome_required = true;
    return call;
}

} // namespace

TEST(Disposition, standardTenHaveDistinctKeysAndTheirHotkeys)
{
    const auto rules = standardDispositions();
    QString hotkeys;
    QSet<QString> keys;
    for (const DispositionRule &rule : rules) {
        hotkeys += rule.hotkey;
        keys.insert(rule.key);
        EXPECT_EQ(dispositionNamed(rules, rule.key)->label, rule.label);
    }
    EXPECT_EQ(hotkeys, QStringLiteral("1234567890"));
    EXPECT_EQ(keys.size(), 10);
    EXPECT_EQ(dispositionNamed(rules, QStringLiteral("sold")), nullptr);
}

TEST(Disposition, eachRuleDemandsItsParts)
{
    using M = Missing;
    EXPECT_EQ(missing(entry("")), QList{M::Disposition});
    EXPECT_EQ(missing(entry("sold")), QList{M::UnknownDisposition});
    EXPECT_EQ(missing(entry("booked")), QList<M>());
    EXPECT_EQ(missing(entry("estimate_given")), QList{M::Amount});
    EXPECT_EQ(missing(entry("callback_requested")), QList{M::FollowUp});
    EXPECT_EQ(missing(entry("left_voicemail")), QList<M>());
    EXPECT_EQ(missing(entry("no_answer")), QList<M>());
    EXPECT_EQ(missing(entry("transferred")), QList{M::TransferTarget});
    EXPECT_EQ(missing(entry("insurance_billing")), QList{M::Notes});
    EXPECT_EQ(missing(entry("payment_plan")), QList{M::Amount});
    EXPECT_EQ(missing(entry("wrong_number_spam")), QList{M::Notes});
    EXPECT_EQ(missing(entry("other")), QList{M::Notes});
}

TEST(Disposition, partsCompleteTheEntry)
{
    auto callback = entry("callback_requested");
    callback.follow_up_at = now + 1;
    EXPECT_TRUE(missing(callback).isEmpty());
    auto other = entry("other");
    other.notes = QStringLiteral(" \n ");
    EXPECT_EQ(missing(other), QList{Missing::Notes});
    other.notes = QStringLiteral("asked for directions");
    EXPECT_TRUE(missing(other).isEmpty());
    auto estimate = entry("estimate_given");
    estimate.amount_cents = 0;
    EXPECT_TRUE(missing(estimate).isEmpty());
    estimate.amount_cents = -1;
    EXPECT_EQ(missing(estimate), QList{Missing::NegativeAmount});
}

TEST(Disposition, pastFollowUpIsRefusedEvenWhereNoneIsRequired)
{
    auto booked = entry("booked");
    booked.follow_up_at = now;
    EXPECT_EQ(missing(booked), QList{Missing::FollowUpInPast});
    auto callback = entry("callback_requested");
    callback.follow_up_at = now - 5;
    EXPECT_EQ(missing(callback), QList{Missing::FollowUpInPast});
}

TEST(Disposition, sentenceSpeaksOfTheDisposition)
{
    const auto parts = missingParts(standardDispositions(), entry("callback_requested"), false, now);
    EXPECT_EQ(parts.value(0).sentence, QStringLiteral("Callback requested needs a follow-up time."));
    EXPECT_EQ(missingParts(standardDispositions(), entry("transferred"), false, now).value(0).sentence,
              QStringLiteral("Transferred needs to whom."));
    EXPECT_EQ(missingParts(standardDispositions(), entry("other"), false, now).value(0).sentence,
              QStringLiteral("Other needs notes."));
}

TEST(Disposition, contactMayBeRequired)
{
    auto rules = standardDispositions();
    rules[0].contact_required = true;
    EXPECT_EQ(missingParts(rules, entry("booked"), false, now).value(0).part, Missing::Contact);
    EXPECT_TRUE(missingParts(rules, entry("booked"), true, now).isEmpty());
}

TEST(Disposition, outcomeIsOwedByCallsThatEnded)
{
    for (CallStatus status : {CallStatus::COMPLETED, CallStatus::MISSED, CallStatus::VOICEMAIL, CallStatus::FAILED}) {
        EXPECT_TRUE(outcomeRequiredByDefault(ended(status)));
        EXPECT_TRUE(outcomeRequiredByDefault(ended(status, CallType::OUTBOUND_LEAD)));
        EXPECT_TRUE(needsTriage(ended(status)));
    }
    for (CallStatus status : {CallStatus::SCHEDULED, CallStatus::IN_PROGRESS, CallStatus::CANCELLED}) {
        EXPECT_FALSE(outcomeRequiredByDefault(ended(status)));
        EXPECT_FALSE(needsTriage(ended(status)));
    }
    EXPECT_FALSE(outcomeRequiredByDefault(Call{}));
    Call spam = ended(CallStatus::MISSED);
    spam.spam = true;
    EXPECT_FALSE(outcomeRequiredByDefault(spam));
    EXPECT_FALSE(needsTriage(spam));
    Call settled = ended(CallStatus::MISSED);
    settled.outcome = Outcome::NO_ANSWER;
    EXPECT_FALSE(needsTriage(settled));
    Call free = ended(CallStatus::MISSED);
    free.outcome_required = false;
    EXPECT_FALSE(needsTriage(free));
}

TEST(Disposition, applyingSettlesTheCall)
{
    Call call = ended(CallStatus::MISSED);
    call.in_triage = true;
    call.outcome_owed_reason = QStringLiteral("line was noisy");
    call.sla_due_at = now + 5;
    auto callback = entry("callback_requested");
    callback.notes = QStringLiteral("after 5");
    callback.follow_up_at = now + 60;
    applyDisposition(call, standard("callback_requested"), callback, QStringLiteral("dana"), now);
    EXPECT_EQ(call.outcome, Outcome::INFORMATION);
    EXPECT_EQ(call.disposition, QStringLiteral("callback_requested"));
    EXPECT_EQ(call.last_outcome_notes, QStringLiteral("after 5"));
    EXPECT_EQ(call.last_outcome_agent_id, QStringLiteral("dana"));
    EXPECT_EQ(call.outcome_at, now);
    EXPECT_EQ(call.follow_up_date, now + 60);
    EXPECT_TRUE(call.follow_up_required && call.callback_scheduled);
    EXPECT_FALSE(call.in_triage || needsTriage(call));
    EXPECT_TRUE(call.outcome_owed_reason.isEmpty());
    EXPECT_EQ(call.sla_met_at, now);
}

TEST(Disposition, clockThatNeverRanIsNotMet)
{
    Call call = ended(CallStatus::COMPLETED);
    applyDisposition(call, standard("booked"), entry("booked"), QStringLiteral("dana"), now);
    EXPECT_FALSE(call.sla_met_at);
    EXPECT_TRUE(call.appointment_set && call.is_conversion);
}

TEST(Disposition, amountGoesWhereTheRuleSays)
{
    auto paid = entry("payment_plan");
    paid.amount_cents = 5000;
    Call plan = ended(CallStatus::COMPLETED);
    applyDisposition(plan, standard("payment_plan"), paid, {}, now);
    EXPECT_EQ(plan.payment_plan_amount, 5000);
    EXPECT_FALSE(plan.value_cents);
    Call estimate = ended(CallStatus::COMPLETED);
    applyDisposition(estimate, standard("estimate_given"), paid, {}, now);
    EXPECT_EQ(estimate.value_cents, 5000);
    EXPECT_FALSE(estimate.payment_plan_amount);
}

TEST(Disposition, laterDispositionWithdrawsWhatTheEarlierImplied)
{
    Call call = ended(CallStatus::COMPLETED);
    applyDisposition(call, standard("booked"), entry("booked"), {}, now);
    auto moved = entry("transferred");
    moved.transferred_to = QStringLiteral(" Bo ");
    applyDisposition(call, standard("transferred"), moved, {}, now);
    EXPECT_FALSE(call.appointment_set || call.is_conversion);
    EXPECT_TRUE(call.transferred_to_staff);
    EXPECT_EQ(call.transferred_to, QStringLiteral("Bo"));
    applyDisposition(call, standard("no_answer"), entry("no_answer"), {}, now);
    EXPECT_FALSE(call.transferred_to_staff);
    EXPECT_TRUE(call.transferred_to.isEmpty());
}
