#include "rules/Sla.h"

#include "Printers.h"
#include "Times.h"

#include <gtest/gtest.h>
#include <random>

using namespace calldeck;
using namespace calldeck::test;

namespace
{

constexpr auto newYork = "America/New_York";

SlaPolicy policy()
{
    return SlaPolicy::standard(BusinessCalendar::mondayToFriday(newYork, QTime(9, 0), QTime(17, 0)));
}

Call missedCall()
{
    Call call;
    call.status = CallStatus::MISSED;
    call.call_type = CallType::INBOUND;
    call.outcome_required = true;
    return call;
}

SlaClock missedClock(const char *started)
{
    return startSlaClock(policy(), missedCall(), SlaTrigger::MISSED_CALL, at(started, newYork)).value();
}

} // namespace

TEST(Sla, missedLeadWarnsAtFiveFifteenThirtyBusinessMinutes)
{
    const SlaClock clock = missedClock("2026-11-20 16:50");
    EXPECT_EQ(clock.started_at, at("2026-11-20 16:50", newYork));
    EXPECT_EQ(clock.warning_at, at("2026-11-20 16:55", newYork));
    EXPECT_EQ(clock.critical_at, at("2026-11-23 09:05", newYork));
    EXPECT_EQ(clock.due_at, at("2026-11-23 09:20", newYork));
}

TEST(Sla, emergencyRunsOnTheWallDayAndNight)
{
    const TimeMs start = at("2026-11-21 03:00", newYork);
    const SlaClock clock = startSlaClock(policy(), missedCall(), SlaTrigger::EMERGENCY, start).value();
    EXPECT_EQ(clock.warning_at, start + minutes(2.5));
    EXPECT_EQ(clock.critical_at, start + minutes(4));
    EXPECT_EQ(clock.due_at, start + minutes(5));
}

TEST(Sla, everyTriggerHasAStandardTarget)
{
    for (size_t i = 0; i < enumWords<SlaTrigger>().size(); ++i) {
        const auto clock =
            startSlaClock(policy(), missedCall(), static_cast<SlaTrigger>(i), at("2026-11-20 10:00", newYork));
        ASSERT_TRUE(clock) << i;
        EXPECT_LT(clock->started_at, clock->warning_at);
        EXPECT_LT(clock->warning_at, clock->critical_at);
        EXPECT_LT(clock->critical_at, clock->due_at);
    }
}

TEST(Sla, stateFollowsTheClockEvenWhenItWasSetBack)
{
    const SlaClock clock{SlaTrigger::MISSED_CALL, 1000, 2000, 3000, 4000};
    EXPECT_EQ(slaState(clock, std::numeric_limits<TimeMs>::min()), SlaState::OK);
    EXPECT_EQ(slaState(clock, 999), SlaState::OK);
    EXPECT_EQ(slaState(clock, 1999), SlaState::OK);
    EXPECT_EQ(slaState(clock, 2000), SlaState::WARNING);
    EXPECT_EQ(slaState(clock, 3000), SlaState::CRITICAL);
    EXPECT_EQ(slaState(clock, 3999), SlaState::CRITICAL);
    EXPECT_EQ(slaState(clock, 4000), SlaState::OVERDUE);
}

TEST(Sla, firstMatchingRuleDecides)
{
    SlaPolicy strict = policy();
    SlaRule vip;
    vip.queue = QStringLiteral("VIP");
    vip.call_type = CallType::INBOUND;
    vip.minimum_priority = 2;
    vip.after_hours = true;
    vip.target_minutes = 3;
    vip.business_time = false;
    strict.rules.prepend(vip);
    const auto target = [&](const Call &call) {
        const auto clock = startSlaClock(strict, call, SlaTrigger::MISSED_CALL, at("2026-11-20 10:00", newYork));
        return (clock->due_at - clock->started_at) / minutes(1);
    };
    Call call = missedCall();
    call.queue = QStringLiteral("vip");
    call.priority = 2;
    call.after_hours = true;
    EXPECT_EQ(target(call), 3);
    for (auto spoil : {+[](Call &c) { c.queue = QStringLiteral("PS"); },
                       +[](Call &c) { c.call_type = CallType::OUTBOUND_LEAD; }, +[](Call &c) { c.priority = 3; },
                       +[](Call &c) { c.priority.reset(); }, +[](Call &c) { c.after_hours = false; }}) {
        Call other = call;
        spoil(other);
        EXPECT_EQ(target(other), 30);
    }
}

TEST(Sla, noRuleOrNoOpeningGivesNoClock)
{
    EXPECT_FALSE(startSlaClock(SlaPolicy{}, missedCall(), SlaTrigger::MISSED_CALL, 0));
    EXPECT_FALSE(startSlaClock(SlaPolicy::standard(BusinessCalendar{}), missedCall(), SlaTrigger::MISSED_CALL, 0));
    EXPECT_TRUE(startSlaClock(SlaPolicy::standard(BusinessCalendar{}), missedCall(), SlaTrigger::EMERGENCY, 0));
}

TEST(Sla, triggerOfACall)
{
    Call call = missedCall();
    EXPECT_EQ(slaTriggerFor(call), SlaTrigger::MISSED_CALL);
    call.emergency = true;
    EXPECT_EQ(slaTriggerFor(call), SlaTrigger::EMERGENCY);
    call.outcome = Outcome::BOOKED;
    EXPECT_EQ(slaTriggerFor(call), std::nullopt);
    call = missedCall();
    call.status = CallStatus::VOICEMAIL;
    EXPECT_EQ(slaTriggerFor(call), SlaTrigger::VOICEMAIL);
    call.status = CallStatus::COMPLETED;
    EXPECT_EQ(slaTriggerFor(call), SlaTrigger::DISPOSITION_DUE);
    call.status = CallStatus::IN_PROGRESS;
    EXPECT_EQ(slaTriggerFor(call), std::nullopt);
    call = missedCall();
    call.call_type = CallType::OUTBOUND_LEAD;
    EXPECT_EQ(slaTriggerFor(call), SlaTrigger::DISPOSITION_DUE);
    call.outcome_required = false;
    EXPECT_EQ(slaTriggerFor(call), std::nullopt);
}

TEST(Sla, clockOnTheRowAndBack)
{
    Call call = missedCall();
    EXPECT_FALSE(slaClockOf(call));
    setSlaClock(call, SlaClock{SlaTrigger::VOICEMAIL, 1, 2, 3, 4});
    const auto clock = slaClockOf(call);
    ASSERT_TRUE(clock);
    EXPECT_EQ(clock->trigger, SlaTrigger::VOICEMAIL);
    EXPECT_EQ(clock->started_at, 1);
    EXPECT_EQ(clock->warning_at, 2);
    EXPECT_EQ(clock->critical_at, 3);
    EXPECT_EQ(clock->due_at, 4);
    call.sla_met_at = 3;
    EXPECT_FALSE(slaClockOf(call));
    setSlaClock(call, std::nullopt);
    EXPECT_FALSE(call.sla_trigger || call.sla_started_at || call.sla_warning_at || call.sla_critical_at ||
                 call.sla_due_at || call.sla_met_at);
}

TEST(Sla, explanationGivesTheWhy)
{
    const TimeMs now = at("2026-11-20 17:10", newYork);
    EXPECT_EQ(explainSla(policy(), missedCall(), missedClock("2026-11-20 16:45"), now),
              QStringLiteral("Due Mon 9:15: missed Fri 16:45, 30 business minutes; closed Fri 17:00 to Mon 9:00."));
    EXPECT_EQ(explainSla(policy(), missedCall(), missedClock("2026-11-20 10:00"), now),
              QStringLiteral("Was due Fri 10:30: missed Fri 10:00, 30 business minutes."));
    EXPECT_EQ(explainSla(policy(), missedCall(), missedClock("2026-11-21 10:00"), now),
              QStringLiteral("Due Mon 9:30: missed Sat 10:00, 30 business minutes; closed until Mon 9:00."));
    const auto emergency = startSlaClock(policy(), missedCall(), SlaTrigger::EMERGENCY, now);
    EXPECT_EQ(explainSla(policy(), missedCall(), *emergency, now),
              QStringLiteral("Due Fri 17:15: emergency since Fri 17:10, 5 minutes day or night."));
}

TEST(Sla, explanationOfALongPastCallNamesTheDay)
{
    const QString sentence =
        explainSla(policy(), missedCall(), missedClock("2026-11-06 10:00"), at("2026-11-20 10:00", newYork));
    EXPECT_TRUE(sentence.startsWith(QStringLiteral("Was due Fri 6 Nov 10:30: "))) << sentence.toStdString();
}

TEST(Sla, explanationNeverInventsARule)
{
    SlaClock clock = missedClock("2026-11-20 10:00");
    clock.due_at += minutes(7);
    EXPECT_EQ(explainSla(policy(), missedCall(), clock, clock.started_at),
              QStringLiteral("Due Fri 10:37: missed Fri 10:00, by the policy of that time."));
}

TEST(Sla, statesOnlyGetWorseAsTimePasses)
{
    std::mt19937_64 random(11);
    for (int round = 0; round < 2000; ++round) {
        const TimeMs started =
            at("2025-01-01 00:00") + static_cast<TimeMs>(random() % static_cast<quint64>(hours(24 * 700)));
        const auto trigger = static_cast<SlaTrigger>(random() % enumWords<SlaTrigger>().size());
        const auto clock = startSlaClock(policy(), missedCall(), trigger, started);
        ASSERT_TRUE(clock);
        ASSERT_TRUE(started < clock->warning_at && clock->warning_at < clock->critical_at &&
                    clock->critical_at < clock->due_at)
            << isoUtc(started).toStdString();
        SlaState last = SlaState::OK;
        for (TimeMs now = started - hours(1); now <= clock->due_at;
             now += std::max<TimeMs>((clock->due_at - started) / 17, 1)) {
            ASSERT_GE(slaState(*clock, now), last);
            last = slaState(*clock, now);
        }
        ASSERT_EQ(slaState(*clock, clock->due_at), SlaState::OVERDUE);
        ASSERT_FALSE(
            explainSla(policy(), missedCall(), *clock, started).contains(QStringLiteral("policy of that time")));
    }
}

TEST(Sla, remainingText)
{
    const auto text = [](qint64 leftMs) {
        return slaRemainingText(SlaClock{SlaTrigger::MISSED_CALL, 0, 0, 0, leftMs}, 0);
    };
    EXPECT_EQ(text(245'000), QStringLiteral("4:05"));
    EXPECT_EQ(text(244'001), QStringLiteral("4:05"));
    EXPECT_EQ(text(0), QStringLiteral("0:00"));
    EXPECT_EQ(text(-999), QStringLiteral("0:00"));
    EXPECT_EQ(text(-1000), QString(QChar(0x2212)) + QStringLiteral("0:01"));
    EXPECT_EQ(text(minutes(60)), QStringLiteral("1 h 0 min"));
    EXPECT_EQ(text(minutes(72)), QStringLiteral("1 h 12 min"));
    EXPECT_EQ(text(hours(76)), QStringLiteral("3 d 4 h"));
    EXPECT_EQ(text(-hours(76)), QString(QChar(0x2212)) + QStringLiteral("3 d 4 h"));
}
