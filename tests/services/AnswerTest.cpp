#include "desk/Answer.h"

#include <QPromise>
#include <QSignalSpy>
#include <QTest>
#include <gtest/gtest.h>
#include <thread>

namespace calldeck
{

namespace
{

struct Asked {
    QPromise<int> promise;
    QFuture<int> future = promise.future();
    Asked() { promise.start(); }
    void answerElsewhere(int value)
    {
        std::thread([&] {
            promise.addResult(value);
            promise.finish();
        }).join();
    }
};

} // namespace

TEST(AnswerTest, isGivenOnTheThreadOfWhoAsked)
{
    QObject asker;
    Asked asked;
    int got = 0;
    QThread *where = nullptr;
    onAnswer(asked.future, &asker, [&](int value) {
        got = value;
        where = QThread::currentThread();
    });
    asked.answerElsewhere(7);
    EXPECT_EQ(got, 0) << "not before who asked comes round";
    ASSERT_TRUE(QTest::qWaitFor([&] { return got == 7; }));
    EXPECT_EQ(where, asker.thread());
    EXPECT_TRUE(QTest::qWaitFor([&] { return asker.children().isEmpty(); })) << "nothing stays behind";
}

TEST(AnswerTest, ofBeforeIsGivenToo)
{
    QObject asker;
    Asked asked;
    asked.answerElsewhere(7);
    int got = 0;
    onAnswer(asked.future, &asker, [&](int value) { got = value; });
    EXPECT_TRUE(QTest::qWaitFor([&] { return got == 7; }));
}

TEST(AnswerTest, isNotGivenToWhoIsGone)
{
    for (const bool answeredFirst : {false, true}) {
        Asked asked;
        int got = 0;
        auto asker = std::make_unique<QObject>();
        onAnswer(asked.future, asker.get(), [&](int value) { got = value; });
        if (answeredFirst)
            asked.answerElsewhere(7);
        asker.reset();
        if (!answeredFirst)
            asked.answerElsewhere(7);
        QCoreApplication::processEvents();
        EXPECT_EQ(got, 0);
    }
}

TEST(AnswerTest, thatNeverComesIsNotMadeUp)
{
    QObject asker;
    bool called = false;
    {
        Asked asked;
        onAnswer(asked.future, &asker, [&](int) { called = true; });
    }
    EXPECT_TRUE(QTest::qWaitFor([&] { return asker.children().isEmpty(); }));
    EXPECT_FALSE(called);
}

TEST(AnswerTest, mayEndWhoAsked)
{
    Asked asked;
    auto asker = std::make_unique<QObject>();
    bool called = false;
    onAnswer(asked.future, asker.get(), [&](int) {
        asker.reset();
        called = true;
    });
    asked.answerElsewhere(7);
    EXPECT_TRUE(QTest::qWaitFor([&] { return called; }));
}

TEST(AnswerTest, survivesAskersThatGoWhileAnswersCome)
{
    for (int round = 0; round < 2'000; ++round) {
        Asked asked;
        auto asker = std::make_unique<QObject>();
        onAnswer(asked.future, asker.get(), [](int) {});
        std::thread answering([&] {
            asked.promise.addResult(round);
            asked.promise.finish();
        });
        asker.reset();
        answering.join();
    }
    QCoreApplication::processEvents();
}

} // namespace calldeck
