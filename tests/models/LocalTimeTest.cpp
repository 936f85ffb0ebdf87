#include "rules/LocalTime.h"

#include "Printers.h"
#include "Times.h"

#include <gtest/gtest.h>
#include <random>

using namespace calldeck;
using namespace calldeck::test;

namespace
{

/** The first minute from far before on whose wall clock reads at least this. */
TimeMs oracle(const QDate &date, const QTime &time, const QTimeZone &zone)
{
    const QDateTime wanted(date, time, Qt::UTC);
    TimeMs moment = wanted.toMSecsSinceEpoch() - hours(30);
    const auto wall = [&] {
        return wanted.toMSecsSinceEpoch() -
               zone.offsetFromUtc(QDateTime::fromMSecsSinceEpoch(moment, Qt::UTC)) * 1000LL;
    };
    while (moment < wall())
        moment += minutes(1);
    return moment;
}

} // namespace

TEST(LocalTime, wallTimesAroundChangesAreTheFirstThatExist)
{
    struct Change {
        const char *zone;
        QDate day;
    };
    const Change changes[] = {{"America/New_York", QDate(2026, 3, 8)},    {"America/New_York", QDate(2026, 11, 1)},
                              {"Europe/London", QDate(2026, 3, 29)},      {"Europe/London", QDate(2026, 10, 25)},
                              {"Australia/Lord_Howe", QDate(2026, 4, 5)}, {"Australia/Lord_Howe", QDate(2026, 10, 4)},
                              {"America/Sao_Paulo", QDate(2018, 11, 4)},  {"America/Sao_Paulo", QDate(2019, 2, 17)},
                              {"Pacific/Apia", QDate(2011, 12, 30)},      {"Pacific/Kiritimati", QDate(2026, 5, 1)},
                              {"Pacific/Pago_Pago", QDate(2026, 5, 1)},   {"UTC", QDate(2026, 5, 1)}};
    std::mt19937 random(5);
    for (const Change &change : changes) {
        const QTimeZone zone(change.zone);
        for (int round = 0; round < 60; ++round) {
            const QDate day = change.day.addDays(static_cast<int>(random() % 3) - 1);
            const QTime time(static_cast<int>(random() % 24), static_cast<int>(random() % 60));
            ASSERT_EQ(atWallTime(day, time, zone), oracle(day, time, zone))
                << change.zone << ' ' << day.toString(Qt::ISODate).toStdString() << ' '
                << time.toString().toStdString();
        }
    }
}

TEST(LocalTime, zoneNamesAreOfTheDatabase)
{
    for (const char *name : {"UTC", "America/New_York", "Europe/Kiev", "US/Eastern"})
        EXPECT_TRUE(isZoneName(name)) << name;
    for (const char *name :
         {"", "Moon", "XYZ", "EST5EDT,M3.2.0/2,M11.1.0/2", "America/new_york", "../etc/passwd", "Mars/Olympus"})
        EXPECT_FALSE(isZoneName(name)) << name;
}

TEST(LocalTime, invalidZoneCountsAsUtc)
{
    EXPECT_EQ(clockText(localTime(at("2026-11-20 09:05"), QTimeZone())), QStringLiteral("9:05"));
    EXPECT_EQ(atWallTime(QDate(2026, 11, 20), QTime(9, 5), QTimeZone()), at("2026-11-20 09:05"));
}

TEST(LocalTime, weekdayAloneOnlyWhenUnmistakable)
{
    const TimeMs now = at("2026-11-20 10:00");
    EXPECT_EQ(nearTimeText(at("2026-11-25 09:00"), now, QTimeZone::utc()), QStringLiteral("Wed 9:00"));
    EXPECT_EQ(nearTimeText(at("2026-11-26 09:00"), now, QTimeZone::utc()), QStringLiteral("Thu 26 Nov 9:00"));
    EXPECT_EQ(nearTimeText(at("2026-11-14 09:00"), now, QTimeZone::utc()), QStringLiteral("Sat 14 Nov 9:00"));
}
