#include "rules/FollowUp.h"

#include "Printers.h"
#include "Times.h"

#include <gtest/gtest.h>

using namespace calldeck;
using namespace calldeck::test;

namespace
{

constexpr auto newYork = "America/New_York";
const QTimeZone zone(newYork);
const TimeMs friday = at("2026-11-20 10:00", newYork);

struct Typed {
    const char *text;
    const char *expected; ///< on the wall in New York
};
void PrintTo(const Typed &typed, std::ostream *out)
{
    *out << '"' << typed.text << '"';
}

class TypedTimes : public testing::TestWithParam<Typed>
{
};
class Nonsense : public testing::TestWithParam<const char *>
{
};

Call missedCall()
{
    Call call;
    call.key = 9;
    call.status = CallStatus::MISSED;
    call.call_type = CallType::INBOUND;
    call.customer_number = QStringLiteral("+14155550142");
    call.caller_name = QStringLiteral("Dana");
    return call;
}

QString parsed(const char *text, TimeMs now)
{
    const auto at = parseFollowUpTime(QString::fromLatin1(text), now, zone);
    return at ? QDateTime::fromMSecsSinceEpoch(*at, zone).toString(QStringLiteral("yyyy-MM-dd HH:mm t"))
              : at.error().message;
}

} // namespace

TEST_P(TypedTimes, isUnderstoodOnFridayAtTen)
{
    const auto result = parseFollowUpTime(QString::fromLatin1(GetParam().text), friday, zone);
    ASSERT_TRUE(result) << result.error().message.toStdString();
    EXPECT_EQ(QDateTime::fromMSecsSinceEpoch(*result, zone).toString(QStringLiteral("yyyy-MM-dd HH:mm")),
              QString::fromLatin1(GetParam().expected));
}

INSTANTIATE_TEST_SUITE_P(
    Table, TypedTimes,
    testing::Values(
        Typed{"30m", "2026-11-20 10:30"}, Typed{"45 min", "2026-11-20 10:45"}, Typed{"2h", "2026-11-20 12:00"},
        Typed{"1h30", "2026-11-20 11:30"}, Typed{"1 h 30 min", "2026-11-20 11:30"},
        Typed{"in 2 hours", "2026-11-20 12:00"}, Typed{"90 minutes", "2026-11-20 11:30"},
        Typed{"3d", "2026-11-23 10:00"}, Typed{"1 day", "2026-11-21 10:00"}, Typed{"14:30", "2026-11-20 14:30"},
        Typed{"2:30pm", "2026-11-20 14:30"}, Typed{"2:30 PM", "2026-11-20 14:30"}, Typed{"9am", "2026-11-21 09:00"},
        Typed{"09:59", "2026-11-21 09:59"}, Typed{"10:00", "2026-11-21 10:00"}, Typed{"12am", "2026-11-21 00:00"},
        Typed{"12pm", "2026-11-20 12:00"}, Typed{"noon", "2026-11-20 12:00"}, Typed{"today 16:00", "2026-11-20 16:00"},
        Typed{"tomorrow 9:00", "2026-11-21 09:00"}, Typed{"tom 9", "2026-11-21 09:00"},
        Typed{"  Tomorrow   8:15 ", "2026-11-21 08:15"}, Typed{"tomorrow", "2026-11-21 09:00"},
        Typed{"fri 14:30", "2026-11-20 14:30"}, Typed{"fri 9:00", "2026-11-27 09:00"},
        Typed{"friday 10:00", "2026-11-27 10:00"}, Typed{"mon 8", "2026-11-23 08:00"},
        Typed{"thurs 2:30 pm", "2026-11-26 14:30"}, Typed{"next mon 8:00", "2026-11-23 08:00"},
        Typed{"next fri 8:00", "2026-11-27 08:00"}, Typed{"wed", "2026-11-25 09:00"},
        Typed{"2026-11-24 09:00", "2026-11-24 09:00"}, Typed{"24.11. 9:00", "2026-11-24 09:00"},
        Typed{"24.11.2026 9:00", "2026-11-24 09:00"}, Typed{"11/24 9:00", "2026-11-24 09:00"},
        Typed{"11/24/2026 9am", "2026-11-24 09:00"}, Typed{"11/19 9:00", "2027-11-19 09:00"},
        Typed{"24 nov 9:00", "2026-11-24 09:00"}, Typed{"nov 24", "2026-11-24 09:00"},
        Typed{"dec 1 2 pm", "2026-12-01 14:00"}, Typed{"29.2. 9:00", "2028-02-29 09:00"}));

TEST_P(Nonsense, isRefusedWithASentence)
{
    const auto result = parseFollowUpTime(QString::fromUtf8(GetParam()), at("2026-11-20 10:00", newYork), zone);
    ASSERT_FALSE(result) << isoUtc(*result).toStdString();
    EXPECT_EQ(result.error().code, Error::Code::InvalidInput);
    EXPECT_TRUE(result.error().message.endsWith(u'.'));
}

INSTANTIATE_TEST_SUITE_P(Table, Nonsense,
                         testing::Values("", "   ", "soon", "9", "30", "-2h", "0m", "0h", "h", "d", "in", "feb 30",
                                         "2026-02-30 9:00", "25:00", "24:00", "12:60", "13pm", "0am", "today",
                                         "today 9:00", "yesterday 9:00", "fri 25:00", "2025-11-24 9:00", "99999h",
                                         "20000 d", "2029-01-01 9:00", "next", "next week", "mo 9:00", "9999999m",
                                         "99999999999999999999h", "2h2h", "32.1. 9:00", "13/13 9:00",
                                         "9:00 tomorrow maybe", "1h 30 9:00", "\xd9\xa9:00", "tomorrow 9:00 9:00"));

TEST(FollowUp, nextWeekdayIsOfTheComingWeek)
{
    const TimeMs wednesday = at("2026-11-18 10:00", newYork);
    EXPECT_EQ(parsed("fri 9:00", wednesday), QStringLiteral("2026-11-20 09:00 EST"));
    EXPECT_EQ(parsed("next fri 9:00", wednesday), QStringLiteral("2026-11-27 09:00 EST"));
}

TEST(FollowUp, skippedAndRepeatedTimes)
{
    const TimeMs beforeSpring = at("2026-03-07 12:00", newYork);
    EXPECT_EQ(parsed("tomorrow 2:30", beforeSpring), QStringLiteral("2026-03-08 03:00 EDT"));
    EXPECT_EQ(parsed("tomorrow 3:00", beforeSpring), QStringLiteral("2026-03-08 03:00 EDT"));
    EXPECT_EQ(parsed("tomorrow 1:59", beforeSpring), QStringLiteral("2026-03-08 01:59 EST"));
    EXPECT_EQ(parsed("1d", beforeSpring), QStringLiteral("2026-03-08 12:00 EDT"));
    EXPECT_EQ(parsed("24h", beforeSpring), QStringLiteral("2026-03-08 13:00 EDT"));
    const TimeMs beforeAutumn = at("2026-10-31 12:00", newYork);
    EXPECT_EQ(parsed("tomorrow 1:30", beforeAutumn), QStringLiteral("2026-11-01 01:30 EDT"));
    EXPECT_EQ(parsed("tomorrow 2:00", beforeAutumn), QStringLiteral("2026-11-01 02:00 EST"));
    const QTimeZone saoPaulo("America/Sao_Paulo");
    EXPECT_EQ(parseFollowUpTime(QStringLiteral("4.11.2018 0:00"), at("2018-11-02 12:00"), saoPaulo).operator*(),
              at("2018-11-04 03:00"));
}

TEST(FollowUp, presetsAreInTheZoneOfTheDesk)
{
    const auto presets = followUpPresets(at("2026-03-07 23:30", newYork), zone);
    ASSERT_EQ(presets.size(), 3);
    EXPECT_EQ(presets[0].due_at, at("2026-03-08 00:00", newYork));
    EXPECT_EQ(presets[1].due_at, at("2026-03-08 01:30", newYork));
    EXPECT_EQ(presets[2].due_at, at("2026-03-08 09:00", newYork));
    EXPECT_EQ(presets[2].label, QStringLiteral("Tomorrow 9:00"));
}

TEST(FollowUp, textReadsAsPeopleSayIt)
{
    const auto text = [](const char *time) { return followUpTimeText(at(time, newYork), friday, zone); };
    EXPECT_EQ(text("2026-11-20 14:30"), QStringLiteral("today 14:30"));
    EXPECT_EQ(text("2026-11-20 09:00"), QStringLiteral("today 9:00"));
    EXPECT_EQ(text("2026-11-21 09:00"), QStringLiteral("tomorrow 9:00"));
    EXPECT_EQ(text("2026-11-25 14:30"), QStringLiteral("Wed 14:30"));
    EXPECT_EQ(text("2026-11-27 09:00"), QStringLiteral("Fri 27 Nov 9:00"));
    EXPECT_EQ(text("2026-11-18 09:00"), QStringLiteral("Wed 18 Nov 9:00"));
}

TEST(FollowUp, suggestionIsMinutesOrTheNextBusinessMorning)
{
    const auto calendar = BusinessCalendar::mondayToFriday(newYork, QTime(8, 30), QTime(17, 0));
    EXPECT_EQ(suggestedFollowUp(120, friday, calendar), friday + hours(2));
    EXPECT_EQ(suggestedFollowUp(0, friday, calendar), std::nullopt);
    EXPECT_EQ(suggestedFollowUp(-1, friday, calendar), at("2026-11-23 08:30", newYork));
    EXPECT_EQ(suggestedFollowUp(-1, at("2026-11-23 05:00", newYork), calendar), at("2026-11-24 08:30", newYork));
    EXPECT_EQ(suggestedFollowUp(-1, friday, BusinessCalendar{}), std::nullopt);
    auto dayAndNight = BusinessCalendar::mondayToFriday(newYork, QTime(0, 0), QTime());
    EXPECT_EQ(suggestedFollowUp(-1, at("2026-11-19 10:00", newYork), dayAndNight), at("2026-11-20 08:00", newYork));
}

TEST(FollowUp, missedCallMakesOneTask)
{
    Call call = missedCall();
    call.sla_due_at = friday + hours(1);
    const auto task = missedCallFollowUp(call, false, friday);
    ASSERT_TRUE(task);
    EXPECT_EQ(task->due_at, friday + hours(1));
    EXPECT_EQ(task->number, call.customer_number);
    EXPECT_EQ(task->call, 9);
    EXPECT_EQ(task->caller_name, call.caller_name);
    EXPECT_EQ(task->created_at, friday);
    EXPECT_TRUE(task->automatic && task->state == FollowUpState::OPEN);
    EXPECT_EQ(missedCallFollowUp(missedCall(), false, friday)->due_at, friday + minutes(30));
    EXPECT_FALSE(missedCallFollowUp(call, true, friday));
}

TEST(FollowUp, missedCallThatNeedsNoTask)
{
    for (auto spoil :
         {+[](Call &c) { c.customer_number.clear(); }, +[](Call &c) { c.call_type = CallType::OUTBOUND_LEAD; },
          +[](Call &c) { c.spam = true; }, +[](Call &c) { c.do_not_contact = true; },
          +[](Call &c) { c.status = CallStatus::COMPLETED; }, +[](Call &c) { c.outcome = Outcome::BOOKED; }}) {
        Call call = missedCall();
        spoil(call);
        EXPECT_FALSE(missedCallFollowUp(call, false, friday));
    }
}

TEST(FollowUp, answeringOrReachingTheCallerCloses)
{
    Call call = missedCall();
    EXPECT_FALSE(closesMissedFollowUps(call));
    call.status = CallStatus::COMPLETED;
    EXPECT_TRUE(closesMissedFollowUps(call));
    call.call_type = CallType::OUTBOUND_FOLLOWUP;
    EXPECT_TRUE(closesMissedFollowUps(call));
    call.outcome = Outcome::NO_ANSWER;
    EXPECT_FALSE(closesMissedFollowUps(call));
    call.outcome = Outcome::BOOKED;
    EXPECT_TRUE(closesMissedFollowUps(call));
    call.customer_number.clear();
    EXPECT_FALSE(closesMissedFollowUps(call));
    Call live = missedCall();
    live.status = CallStatus::IN_PROGRESS;
    EXPECT_FALSE(closesMissedFollowUps(live));
    live.answered_at = friday;
    EXPECT_TRUE(closesMissedFollowUps(live));
    Call abandoned = missedCall();
    abandoned.status = CallStatus::COMPLETED;
    abandoned.abandoned_stage = AbandonStage::QUEUE;
    EXPECT_FALSE(closesMissedFollowUps(abandoned));
}
