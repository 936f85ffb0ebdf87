#include "rules/BusinessCalendar.h"

#include "Printers.h"
#include "Times.h"

#include <gtest/gtest.h>
#include <random>

using namespace calldeck;
using namespace calldeck::test;

namespace
{

constexpr auto newYork = "America/New_York";

BusinessCalendar alwaysOpen(const char *zone)
{
    BusinessCalendar calendar;
    calendar.zone = zone;
    for (auto &day : calendar.periods)
        day = {{QTime(0, 0), QTime()}};
    return calendar;
}

/** Slow and plain: is the wall clock of the zone inside a period at this moment? */
bool oracleOpen(const BusinessCalendar &calendar, TimeMs moment)
{
    const QDateTime local = QDateTime::fromMSecsSinceEpoch(moment, QTimeZone(calendar.zone));
    if (calendar.holidays.contains(local.date()))
        return false;
    for (const OpenPeriod &period : calendar.periods[static_cast<size_t>(local.date().dayOfWeek() - 1)]) {
        if (local.time() >= period.from && (!period.to.isValid() || local.time() < period.to))
            return true;
    }
    return false;
}

struct OracleCase {
    const char *zone;
    const char *from; ///< UTC, some days before a change of the clocks
};
void PrintTo(const OracleCase &c, std::ostream *out)
{
    *out << c.zone << " from " << c.from;
}

BusinessCalendar randomCalendar(std::mt19937 &random, const QByteArray &zone, const QDate &near)
{
    const auto pick = [&](int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); };
    BusinessCalendar calendar;
    calendar.zone = zone;
    for (auto &day : calendar.periods) {
        int minute = pick(3) == 0 ? 0 : pick(600);
        for (int periods = pick(4); periods > 0 && minute < 1430; --periods) {
            const int end = std::min(1440, minute + 1 + pick(700));
            day.append({QTime(minute / 60, minute % 60), end == 1440 ? QTime() : QTime(end / 60, end % 60)});
            minute = end + pick(200);
        }
    }
    if (pick(3) == 0)
        calendar.holidays.append(near.addDays(pick(7)));
    if (!validateCalendar(calendar))
        calendar.periods[0] = {{QTime(9, 0), QTime(17, 0)}};
    return calendar;
}

class CalendarOracle : public testing::TestWithParam<OracleCase>
{
};

} // namespace

TEST_P(CalendarOracle, everyMinuteAgreesAroundTheChange)
{
    const TimeMs start = at(GetParam().from);
    std::mt19937 random(7);
    for (int round = 0; round < 6; ++round) {
        const auto calendar =
            randomCalendar(random, GetParam().zone, QDateTime::fromMSecsSinceEpoch(start, Qt::UTC).date());
        qint64 open = 0;
        for (TimeMs moment = start; moment < start + hours(24 * 5); moment += minutes(1)) {
            const bool expected = oracleOpen(calendar, moment);
            ASSERT_EQ(isOpen(calendar, moment), expected) << isoUtc(moment).toStdString() << " round " << round;
            open += expected ? minutes(1) : 0;
        }
        EXPECT_EQ(openTimeBetween(calendar, start, start + hours(24 * 5)), open) << "round " << round;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Changes, CalendarOracle,
    testing::Values(OracleCase{newYork, "2026-03-06 12:00"}, OracleCase{newYork, "2026-10-30 12:00"},
                    OracleCase{"Europe/London", "2026-03-27 00:00"}, OracleCase{"Europe/London", "2026-10-23 00:00"},
                    OracleCase{"Australia/Sydney", "2026-04-03 00:00"},
                    OracleCase{"Australia/Lord_Howe", "2026-04-03 00:00"},
                    OracleCase{"Australia/Lord_Howe", "2026-10-02 00:00"},
                    OracleCase{"America/Sao_Paulo", "2018-11-02 00:00"},
                    OracleCase{"America/Sao_Paulo", "2019-02-15 00:00"}, OracleCase{"Pacific/Apia", "2011-12-28 00:00"},
                    OracleCase{"Asia/Kathmandu", "2026-05-01 00:00"}, OracleCase{newYork, "2045-03-10 00:00"}));

TEST(BusinessCalendar, addingAndMeasuringAreInverse)
{
    constexpr const char *zones[] = {newYork, "Europe/London", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC"};
    std::mt19937_64 random(20261121);
    std::mt19937 shapes(3);
    for (int round = 0; round < 3000; ++round) {
        const TimeMs start =
            at("2018-01-01 00:00") + static_cast<TimeMs>(random() % static_cast<quint64>(hours(24 * 365 * 9)));
        const auto calendar =
            randomCalendar(shapes, zones[round % 5], QDateTime::fromMSecsSinceEpoch(start, Qt::UTC).date());
        const qint64 open = static_cast<qint64>(random() % static_cast<quint64>(hours(60)));
        const auto end = addOpenTime(calendar, start, open);
        const auto later = addOpenTime(calendar, start, open + 1);
        ASSERT_TRUE(end && later) << round;
        ASSERT_EQ(openTimeBetween(calendar, start, *end), open) << round;
        ASSERT_LT(*end, *later) << round;
        ASSERT_TRUE(isOpen(calendar, *end) || (open > 0 && isOpen(calendar, *end - 1))) << round;
        const TimeMs startLater = start + static_cast<TimeMs>(random() % static_cast<quint64>(hours(48)));
        ASSERT_LE(*end, addOpenTime(calendar, startLater, open).value()) << round;
        const auto opening = nextOpening(calendar, start);
        ASSERT_TRUE(isOpen(calendar, *opening));
        ASSERT_EQ(openTimeBetween(calendar, start, *opening), 0);
    }
}

TEST(BusinessCalendar, deadlineCrossesTheWeekend)
{
    const auto calendar = BusinessCalendar::mondayToFriday(newYork, QTime(9, 0), QTime(17, 0));
    EXPECT_EQ(addOpenTime(calendar, at("2026-11-20 16:45", newYork), minutes(30)), at("2026-11-23 09:15", newYork));
    EXPECT_EQ(addOpenTime(calendar, at("2026-11-20 16:30", newYork), minutes(30)), at("2026-11-20 17:00", newYork));
    EXPECT_EQ(nextOpening(calendar, at("2026-11-20 17:00", newYork)), at("2026-11-23 09:00", newYork));
    EXPECT_EQ(nextOpening(calendar, at("2026-11-20 10:00", newYork)), at("2026-11-20 10:00", newYork));
}

TEST(BusinessCalendar, splitShiftAndHoliday)
{
    auto calendar = BusinessCalendar::mondayToFriday(newYork, QTime(8, 0), QTime(12, 0));
    calendar.periods[0].append({QTime(13, 0), QTime(17, 0)});
    calendar.holidays = {QDate(2026, 11, 24)};
    EXPECT_EQ(addOpenTime(calendar, at("2026-11-23 11:50", newYork), minutes(20)), at("2026-11-23 13:10", newYork));
    EXPECT_EQ(addOpenTime(calendar, at("2026-11-23 16:50", newYork), minutes(20)), at("2026-11-25 08:10", newYork));
}

TEST(BusinessCalendar, daysOfTwentyThreeAndTwentyFiveHours)
{
    const auto calendar = alwaysOpen(newYork);
    EXPECT_EQ(openTimeBetween(calendar, at("2026-03-08 00:00", newYork), at("2026-03-09 00:00", newYork)), hours(23));
    EXPECT_EQ(openTimeBetween(calendar, at("2026-11-01 00:00", newYork), at("2026-11-02 00:00", newYork)), hours(25));
    auto night = BusinessCalendar();
    night.zone = newYork;
    night.periods[6] = {{QTime(1, 0), QTime(3, 0)}};
    EXPECT_EQ(openTimeBetween(night, at("2026-03-08 00:00", newYork), at("2026-03-09 00:00", newYork)), hours(1));
    EXPECT_EQ(openTimeBetween(night, at("2026-11-01 00:00", newYork), at("2026-11-02 00:00", newYork)), hours(3));
}

TEST(BusinessCalendar, endOfDayIsMidnight)
{
    BusinessCalendar calendar;
    calendar.periods[0] = {{QTime(22, 0), QTime()}};
    calendar.periods[1] = {{QTime(0, 0), QTime(6, 0)}};
    EXPECT_TRUE(isOpen(calendar, at("2026-11-23 23:59:59.999")));
    EXPECT_TRUE(isOpen(calendar, at("2026-11-24 00:00")));
    EXPECT_EQ(addOpenTime(calendar, at("2026-11-23 23:50"), minutes(30)), at("2026-11-24 00:20"));
}

TEST(BusinessCalendar, backwardsAndImpossibleTimes)
{
    const auto calendar = alwaysOpen("UTC");
    EXPECT_EQ(openTimeBetween(calendar, at("2026-11-23 10:00"), at("2026-11-23 09:00")), 0);
    EXPECT_EQ(addOpenTime(calendar, at("2026-11-23 10:00"), -5), at("2026-11-23 10:00"));
    EXPECT_FALSE(nextOpening(calendar, std::numeric_limits<TimeMs>::max()));
    EXPECT_FALSE(nextOpening(calendar, std::numeric_limits<TimeMs>::min()));
    EXPECT_FALSE(nextOpening(BusinessCalendar{}, 0));
    EXPECT_EQ(openTimeBetween(calendar, std::numeric_limits<TimeMs>::min(), std::numeric_limits<TimeMs>::max()), 0);
}

TEST(BusinessCalendar, aYearOfHolidaysHasNoOpening)
{
    auto calendar = alwaysOpen("UTC");
    for (int day = 0; day < 367; ++day)
        calendar.holidays.append(QDate(2026, 1, 1).addDays(day));
    EXPECT_FALSE(nextOpening(calendar, at("2026-01-01 00:00")));
    EXPECT_TRUE(nextOpening(calendar, at("2026-01-05 00:00")));
}

TEST(BusinessCalendar, validationNamesWhatIsWrong)
{
    const auto complaint = [](const BusinessCalendar &calendar) {
        const Verdict verdict = validateCalendar(calendar);
        return verdict ? QString() : verdict.error().message;
    };
    auto calendar = BusinessCalendar::mondayToFriday(newYork, QTime(9, 0), QTime(17, 0));
    EXPECT_EQ(complaint(calendar), QString());
    calendar.periods[1].append({QTime(16, 0), QTime(18, 0)});
    EXPECT_TRUE(complaint(calendar).contains(QStringLiteral("Tuesday"))) << complaint(calendar).toStdString();
    calendar.periods[1] = {{QTime(17, 0), QTime(9, 0)}};
    EXPECT_TRUE(complaint(calendar).contains(QStringLiteral("midnight")));
    calendar.periods[1] = {{QTime(9, 0), QTime()}, {QTime(10, 0), QTime(11, 0)}};
    EXPECT_TRUE(complaint(calendar).contains(QStringLiteral("10:00")));
    calendar.zone = "Mars/Olympus";
    EXPECT_TRUE(complaint(calendar).contains(QStringLiteral("Mars/Olympus")));
    for (const char *word : {"", "Moon", "EST5EDT,M3.2.0/2,M11.1.0/2"}) {
        calendar.zone = word;
        EXPECT_TRUE(complaint(calendar).contains(QStringLiteral("no time zone"))) << word;
    }
    calendar = BusinessCalendar::mondayToFriday("Europe/Kiev", QTime(9, 0), QTime(17, 0));
    EXPECT_EQ(complaint(calendar), QString());
    EXPECT_TRUE(complaint(BusinessCalendar{}).contains(QStringLiteral("never open")));
}
