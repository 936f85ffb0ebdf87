#include "OwnDeskFixture.h"
#include "demo/DemoFeed.h"

#include <QSignalSpy>
#include <QTest>

using namespace calldeck;

namespace
{

/** A demo desk in which everything takes a few milliseconds. */
class DemoFeedTest : public testing::Test
{
protected:
    static constexpr DemoPace quick{0, 1, 1, 0, 3, 0, 3, 200};

    void SetUp() override { open(); }
    void open()
    {
        desk.reset();
        desk = std::make_unique<OwnDesk>(dir.path());
        QObject::connect(desk->store.get(), &DeskService::changed, desk->store.get(), [this](const ChangeSet &changes) {
            added += changes.added.size();
            changed += changes.changed.size();
        });
    }
    DemoFeed feedOf(const DemoPace &pace) { return DemoFeed(*desk->store, [this](const QList<IncomingCall> &calls) { desk->take(calls); }, pace); }
    QList<Call> inProgress() { return *desk->store->inProgress(QStringLiteral("demo")).result(); }
    VerifyReport closeAndVerify()
    {
        desk->waitUntilInStep();
        desk.reset();
        const auto file = CacheFile::open(dir.path(), CacheFile::Mode::ReadWrite);
        EXPECT_TRUE(file);
        const auto report = (*file)->verify();
        EXPECT_TRUE(report->problems.isEmpty()) << report->problems.join(u'\n').toStdString();
        EXPECT_TRUE((*file)->forEachCall({}, 1, [](const Call &call) {
            EXPECT_NE(call.status, CallStatus::IN_PROGRESS);
            EXPECT_FALSE(call.live_state) << "a call that has ended";
            EXPECT_TRUE(call.ended_at && *call.ended_at >= *call.started_at);
            EXPECT_GE(call.duration_seconds.value_or(-1), 0);
            return true;
        }));
        return *report;
    }

    QTemporaryDir dir;
    std::unique_ptr<OwnDesk> desk;
    qsizetype added = 0;
    qsizetype changed = 0;
};

} // namespace

TEST_F(DemoFeedTest, callsArriveAndEndLikeRealOnes)
{
    {
        DemoFeed feed = feedOf(quick);
        feed.start();
        ASSERT_TRUE(QTest::qWaitFor([&] { return added >= 30 && changed >= 30; }, 60'000));
    }
    DemoFeed later = feedOf({60'000, 60'000, 60'000, 0, 1, 0, 1, 200});
    later.start();
    ASSERT_TRUE(QTest::qWaitFor([&] { return inProgress().isEmpty(); }, 60'000));
    EXPECT_GE(closeAndVerify().calls, 30);
}

TEST_F(DemoFeedTest, callsOfAClosedProgramEndAtTheNextStart)
{
    {
        DemoFeed feed = feedOf({0, 1, 1, 600'000, 600'001, 600'000, 600'001, 200});
        feed.start();
        ASSERT_TRUE(QTest::qWaitFor([&] { return added >= 5; }, 60'000));
    }
    open();
    EXPECT_GE(inProgress().size(), 5);
    DemoFeed feed = feedOf({60'000, 60'000, 60'000, 0, 1, 0, 1, 200});
    feed.start();
    ASSERT_TRUE(QTest::qWaitFor([&] { return inProgress().isEmpty(); }, 60'000));
    closeAndVerify();
}

TEST_F(DemoFeedTest, surgeIsToldOnce)
{
    DemoFeed feed = feedOf(quick);
    QSignalSpy told(&feed, &LiveFeed::surgeChanged);
    feed.setSurge(true);
    feed.setSurge(true);
    EXPECT_EQ(told.count(), 1);
    EXPECT_TRUE(feed.isSurge());
}
