#include "Printers.h"
#include "demo/CallGenerator.h"
#include "rules/LocalTime.h"
#include "rules/Phone.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>
#include <gtest/gtest.h>

using namespace calldeck;
using namespace Qt::StringLiterals;

namespace
{

constexpr TimeMs end = 1'795'546'800'000; // 2026-11-25 15:00 in New York
constexpr int count = 20'000;

std::vector<IncomingCall> generated(quint64 seed, qint64 calls)
{
    std::vector<IncomingCall> all;
    CallGenerator(seed, Workspace::standard()).generate(calls, end, [&](const IncomingCall &call) {
        all.push_back(call);
        return true;
    });
    return all;
}

const std::vector<IncomingCall> &many()
{
    static const std::vector<IncomingCall> calls = generated(7, count);
    return calls;
}

qint64 among(const std::function<bool(const Call &)> &holds)
{
    return std::count_if(many().begin(), many().end(), [&](const IncomingCall &incoming) { return holds(incoming.call); });
}

} // namespace

TEST(GenerateTest, sameSeedGivesTheSameCallsAnotherSeedGivesOthers)
{
    const auto first = generated(5, 300);
    const auto second = generated(5, 300);
    const auto other = generated(6, 300);
    ASSERT_EQ(first.size(), 300U);
    int different = 0;
    for (size_t i = 0; i < first.size(); ++i) {
        ASSERT_TRUE(first[i].call == second[i].call);
        ASSERT_EQ(first[i].turns.size(), second[i].turns.size());
        different += first[i].call.started_at != other[i].call.started_at ? 1 : 0;
    }
    EXPECT_GT(different, 290);
}

TEST(GenerateTest, callsAreInOrderAndOverBeforeTheEndButFresh)
{
    TimeMs last = 0;
    for (const IncomingCall &incoming : many()) {
        ASSERT_GE(*incoming.call.started_at, last);
        ASSERT_GE(*incoming.call.ended_at, *incoming.call.started_at);
        ASSERT_LT(*incoming.call.ended_at, end);
        last = *incoming.call.started_at;
    }
    EXPECT_LT(end - last, 3'600'000) << "a Wednesday afternoon brings a call an hour";
}

TEST(GenerateTest, arrivalsFollowTheDayAndTheWeek)
{
    const QTimeZone zone(Workspace::standard().zone);
    const auto within = [&](int from, int to) {
        return among([&](const Call &call) {
            const int hour = localTime(*call.started_at, zone).time().hour();
            return hour >= from && hour < to;
        });
    };
    EXPECT_GT(within(8, 12), 8 * within(0, 4));
    const auto onDay = [&](int day) { return among([&](const Call &call) { return localTime(*call.started_at, zone).date().dayOfWeek() == day; }); };
    EXPECT_GT(onDay(1), 2 * onDay(7)) << "Monday is the day of service calls";
}

TEST(GenerateTest, talkTimesAreSkewedLikeRealOnes)
{
    std::vector<qint64> talk;
    for (const IncomingCall &incoming : many()) {
        if (incoming.call.talk_seconds)
            talk.push_back(*incoming.call.talk_seconds);
    }
    std::sort(talk.begin(), talk.end());
    const double mean = std::accumulate(talk.begin(), talk.end(), 0.0) / static_cast<double>(talk.size());
    const qint64 median = talk[talk.size() / 2];
    EXPECT_GT(median, 120);
    EXPECT_LT(median, 260);
    EXPECT_GT(mean, 1.15 * static_cast<double>(median)) << "a log-normal has its mean above its median";
    EXPECT_GT(talk[talk.size() * 99 / 100], 3 * median);
}

TEST(GenerateTest, fewCallersCallOftenButNoneTooOften)
{
    QHash<QString, int> byNumber;
    for (const IncomingCall &incoming : many()) {
        ASSERT_FALSE(parsePhone(incoming.call.customer_number, u"US"_s).e164.isEmpty()) << incoming.call.customer_number.toStdString();
        ++byNumber[incoming.call.customer_number];
    }
    std::vector<int> counts(byNumber.begin(), byNumber.end());
    std::sort(counts.rbegin(), counts.rend());
    EXPECT_GT(counts.size(), count / 10U);
    EXPECT_LT(counts[0], count / 20) << "no single caller makes a twentieth of all calls";
    EXPECT_GT(std::accumulate(counts.begin(), counts.begin() + static_cast<qsizetype>(counts.size() / 10), 0), count / 4);
}

TEST(GenerateTest, workOfADeskIsInIt)
{
    const auto share = [](qint64 part) { return static_cast<double>(part) / count; };
    EXPECT_NEAR(share(among([](const Call &call) { return call.status == CallStatus::COMPLETED; })), 0.88, 0.03);
    EXPECT_GT(among([](const Call &call) { return call.emergency; }), count / 500);
    EXPECT_LT(among([](const Call &call) { return call.emergency; }), count / 10);
    EXPECT_GT(among([](const Call &call) { return !call.last_outcome_notes.isEmpty(); }), count / 4);
    EXPECT_GT(among([](const Call &call) { return !call.outcome; }), 0) << "there is something to triage";
    EXPECT_LT(among([](const Call &call) { return !call.outcome; }), count / 20);
    EXPECT_GT(std::count_if(many().begin(), many().end(), [](const IncomingCall &incoming) { return incoming.turns.size() >= 4; }), count / 4);
}

TEST(GenerateTest, visitCanStop)
{
    int seen = 0;
    CallGenerator(1, Workspace::standard()).generate(100, end, [&](const IncomingCall &) { return ++seen < 10; });
    EXPECT_EQ(seen, 10);
    CallGenerator(1, Workspace::standard()).generate(0, end, [&](const IncomingCall &) { return ADD_FAILURE(), false; });
}
