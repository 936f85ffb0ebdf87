#include "http/HeadScanner.h"
#include "http/Outbox.h"
#include "http/Problem.h"
#include "http/RateLimiter.h"
#include "http/Target.h"
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <gtest/gtest.h>
#include <thread>

using namespace calldeck;

TEST(RateLimiterTest, burstThenRate)
{
    RateLimiter limiter;
    const QString key = QStringLiteral("a");
    for (int count = 0; count < 5; ++count)
        EXPECT_EQ(limiter.take(key, 2, 5, 1000), 0);
    EXPECT_EQ(limiter.take(key, 2, 5, 1000), 500);
    EXPECT_EQ(limiter.take(key, 2, 5, 1400), 100);
    EXPECT_EQ(limiter.take(key, 2, 5, 1500), 0);
    EXPECT_EQ(limiter.take(QStringLiteral("b"), 2, 5, 1500), 0);
    EXPECT_EQ(limiter.take(key, 2, 5, 100'000), 0);
    EXPECT_EQ(limiter.take(key, 2, 5, 50'000), 0) << "a clock that goes back takes nothing away";
}

TEST(RateLimiterTest, noRateMeansNoMore)
{
    RateLimiter limiter;
    EXPECT_EQ(limiter.take(QStringLiteral("a"), 0, 1, 0), 0);
    EXPECT_GT(limiter.take(QStringLiteral("a"), 0, 1, 1'000'000), 0);
}

TEST(RateLimiterTest, memoryIsBounded)
{
    RateLimiter limiter(1000);
    for (int count = 0; count < 20'000; ++count)
        limiter.take(QString::number(count), 0.001, 1, count);
    EXPECT_LE(limiter.size(), 1000);
}

TEST(RateLimiterTest, fullBucketsAreForgotten)
{
    RateLimiter limiter;
    for (int count = 0; count < 1000; ++count)
        limiter.take(QString::number(count), 10, 5, 0);
    for (int count = 0; count < 1000; ++count)
        limiter.take(QStringLiteral("one"), 10, 5, 60'000);
    EXPECT_EQ(limiter.size(), 1);
}

TEST(RateLimiterTest, threadsShareABucket)
{
    RateLimiter limiter;
    std::atomic_int taken = 0;
    std::vector<std::thread> threads;
    for (int count = 0; count < 4; ++count)
        threads.emplace_back([&] {
            for (int round = 0; round < 1000; ++round)
                taken += limiter.take(QStringLiteral("a"), 1, 100, 0) == 0;
        });
    for (std::thread &thread : threads)
        thread.join();
    EXPECT_EQ(taken.load(), 100);
}

TEST(ProblemTest, saysWhatIsWrong)
{
    const HttpResponse response =
        problem(422, QStringLiteral("bad_field"), QStringLiteral("A field is wrong"), QStringLiteral("See errors."),
                {{QStringLiteral("phone"), QStringLiteral("is no number \"x\"\n")}});
    EXPECT_EQ(response.status, 422);
    EXPECT_EQ(response.content_type, "application/problem+json");
    const QJsonObject document = QJsonDocument::fromJson(response.body).object();
    EXPECT_EQ(document[QStringLiteral("type")].toString(), QStringLiteral("/problems/bad_field"));
    EXPECT_EQ(document[QStringLiteral("code")].toString(), QStringLiteral("bad_field"));
    EXPECT_EQ(document[QStringLiteral("status")].toInt(), 422);
    const QJsonObject error = document[QStringLiteral("errors")].toArray().first().toObject();
    EXPECT_EQ(error[QStringLiteral("field")].toString(), QStringLiteral("phone"));
    EXPECT_EQ(error[QStringLiteral("reason")].toString(), QStringLiteral("is no number \"x\"\n"));
}

TEST(TargetTest, emptySegmentsStay)
{
    EXPECT_TRUE(readTarget("/")->path.isEmpty());
    EXPECT_EQ(readTarget("/a/")->path, QStringList({QStringLiteral("a"), QString()}));
    EXPECT_EQ(readTarget("//a")->path, QStringList({QString(), QStringLiteral("a")}));
    EXPECT_EQ(readTarget("/a?&b=1&&c")->query.size(), 2);
    EXPECT_EQ(readTarget("/a?b=1=2?3")->query.first().second, QStringLiteral("1=2?3"));
    EXPECT_FALSE(readTarget(""));
    EXPECT_TRUE(readTarget("/...")) << "three dots are a name";
}

TEST(HeadScannerTest, findsTheEndHoweverTheBytesCome)
{
    const QByteArray head("GET / HTTP/1.1\r\nA: b\r\n\r\n");
    HeadScanner scanner(1000);
    for (qsizetype size = 1; size < head.size(); ++size)
        ASSERT_EQ(scanner.look(head.left(size)), HeadScanner::State::More);
    EXPECT_EQ(scanner.look(QByteArray(head + "rest")), HeadScanner::State::Complete);
    EXPECT_EQ(scanner.end(), head.size());
    EXPECT_EQ(HeadScanner(head.size()).look(head), HeadScanner::State::Complete);
    EXPECT_EQ(HeadScanner(head.size() - 1).look(head), HeadScanner::State::TooBig);
}

TEST(OutboxTest, latestReplacesWhatWaits)
{
    Outbox outbox(1000);
    EXPECT_EQ(outbox.put(1, "a"), Outbox::Put::Wake);
    EXPECT_EQ(outbox.put(2, "b"), Outbox::Put::Queued);
    EXPECT_EQ(outbox.put(1, "c"), Outbox::Put::Queued);
    EXPECT_EQ(outbox.take(), "c");
    EXPECT_EQ(outbox.put(1, "d"), Outbox::Put::Queued) << "the one before is on its way";
    EXPECT_EQ(outbox.take(), "b");
    EXPECT_EQ(outbox.take(), "d");
    EXPECT_FALSE(outbox.take());
    EXPECT_EQ(outbox.put(1, "e"), Outbox::Put::Wake);
}

TEST(OutboxTest, isBounded)
{
    Outbox outbox(1000);
    EXPECT_EQ(outbox.put(Outbox::no_slot, QByteArray(500, 'x')), Outbox::Put::Wake);
    EXPECT_TRUE(outbox.take());
    EXPECT_EQ(outbox.put(Outbox::no_slot, QByteArray(500, 'x')), Outbox::Put::Full) << "the one being sent counts";
    EXPECT_EQ(outbox.put(7, QByteArray(300, 'x')), Outbox::Put::Queued);
    for (int count = 0; count < 100; ++count)
        EXPECT_EQ(outbox.put(7, QByteArray(300, 'x')), Outbox::Put::Queued);
    outbox.close();
    EXPECT_EQ(outbox.put(7, {}), Outbox::Put::Closed);
}
