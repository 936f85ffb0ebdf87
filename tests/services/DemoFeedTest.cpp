#include "StoreFixture.h"
#include "demo/DemoFeed.h"
#include "store/DeskStore.h"

#include <QSignalSpy>
#include <QTest>

using namespace calldeck;

namespace
{

/** A demo desk in which everything takes a few milliseconds. */
class DemoFeedTest : public testing::Test
{
protected:
    static constexpr DemoPace quick{0, 1, 1, 0, 3, 0, 3};

    void SetUp() override { open(); }
    void open()
    {
        store.reset();
        auto opened = DeskStore::open(dir.path(), CacheFile::Mode::Create, QStringLiteral("Dana"));
        ASSERT_TRUE(opened);
        store = *std::move(opened);
        QObject::connect(store.get(), &DeskService::changed, store.get(), [this](const ChangeSet &changes) {
            added += changes.added.size();
            changed += changes.changed.size();
        });
    }
    QList<Call> inProgress() { return *store->inProgress(QStringLiteral("demo")).result(); }
    VerifyReport closeAndVerify()
    {
        store.reset();
        const auto file = CacheFile::open(dir.path(), CacheFile::Mode::ReadWrite);
        EXPECT_TRUE(file);
        const auto report = (*file)->verify();
        EXPECT_TRUE(report->problems.isEmpty()) << report->problems.join(u'\n').toStdString();
        EXPECT_TRUE((*file)->forEachCall({}, store ? 0 : 1, [](const Call &call) {
            EXPECT_NE(call.status, CallStatus::IN_PROGRESS);
            EXPECT_FALSE(call.live_state) << "a call that has ended";
            EXPECT_TRUE(call.ended_at && *call.ended_at >= *call.started_at);
            EXPECT_GE(call.duration_seconds.value_or(-1), 0);
            return true;
        }));
        return *report;
    }

    QTemporaryDir dir;
    std::unique_ptr<DeskStore> store;
    qsizetype added = 0;
    qsizetype changed = 0;
};

} // namespace

TEST_F(DemoFeedTest, callsArriveAndEndLikeRealOnes)
{
    {
        DemoFeed feed(*store, quick);
        feed.start();
        ASSERT_TRUE(QTest::qWaitFor([&] { return added >= 30 && changed >= 30; }, 60'000));
    }
    DemoFeed later(*store, {60'000, 60'000, 60'000, 0, 1, 0, 1});
    later.start();
    ASSERT_TRUE(QTest::qWaitFor([&] { return inProgress().isEmpty(); }, 60'000));
    EXPECT_GE(closeAndVerify().calls, 30);
}

TEST_F(DemoFeedTest, callsOfAClosedProgramEndAtTheNextStart)
{
    {
        DemoFeed feed(*store, {0, 1, 1, 600'000, 600'001, 600'000, 600'001});
        feed.start();
        ASSERT_TRUE(QTest::qWaitFor([&] { return added >= 5; }, 60'000));
    }
    open();
    EXPECT_GE(inProgress().size(), 5);
    DemoFeed feed(*store, {60'000, 60'000, 60'000, 0, 1, 0, 1});
    feed.start();
    ASSERT_TRUE(QTest::qWaitFor([&] { return inProgress().isEmpty(); }, 60'000));
    closeAndVerify();
}

TEST_F(DemoFeedTest, surgeIsToldOnce)
{
    DemoFeed feed(*store, quick);
    QSignalSpy told(&feed, &LiveFeed::surgeChanged);
    feed.setSurge(true);
    feed.setSurge(true);
    EXPECT_EQ(told.count(), 1);
    EXPECT_TRUE(feed.isSurge());
}
