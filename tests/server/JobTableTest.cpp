#include "jobs/JobTable.h"
#include "StoreFixture.h"

using namespace calldeck;
using namespace calldeck::test;

class JobTableTest : public StoreFixture
{
protected:
    std::unique_ptr<WorkspaceTx> write() { return *WorkspaceTx::begin(*connection, ws, WorkspaceTx::Mode::Write); }
    Verdict add(const QString &id, const QString &account = u"ana"_s, const QStringList &calls = {u"c1"_s, u"c2"_s})
    {
        Job job;
        job.id = id;
        job.kind = u"bulk"_s;
        job.account = account;
        job.total = calls.size();
        job.created_at = now;
        const auto tx = write();
        Verdict done = addJob(*tx, job, calls);
        return done ? tx->commit() : done;
    }
};
CALLDECK_ON_BOTH_ENGINES(JobTableTest);

TEST_P(JobTableTest, leaseKeepsOthersOutUntilItEnds)
{
    ASSERT_TRUE(add(u"j1"_s));
    const auto tx = write();
    const auto mine = *claimJob(*tx, u"a"_s, now);
    ASSERT_TRUE(mine);
    EXPECT_EQ(mine->state, u"running"_s);
    EXPECT_FALSE(*claimJob(*tx, u"b"_s, now + JobLimits::lease - 1));
    const auto theirs = *claimJob(*tx, u"b"_s, now + JobLimits::lease);
    ASSERT_TRUE(theirs);
    EXPECT_EQ(theirs->tries, 2);
    EXPECT_FALSE(*keepJob(*tx, *mine, now));
    EXPECT_FALSE(*finishJob(*tx, *mine, now));
    EXPECT_TRUE(*keepJob(*tx, *theirs, now));
    EXPECT_EQ((*findJob(*tx, u"j1"_s))->tries, 0) << "it came forward";
}

TEST_P(JobTableTest, cancelledJobIsLostToWhoDoesIt)
{
    ASSERT_TRUE(add(u"j1"_s));
    const auto tx = write();
    const auto mine = *claimJob(*tx, u"a"_s, now);
    EXPECT_TRUE(*cancelJob(*tx, u"j1"_s, now));
    EXPECT_FALSE(*cancelJob(*tx, u"j1"_s, now));
    EXPECT_FALSE(*keepJob(*tx, *mine, now));
    EXPECT_FALSE(*anyJob(*tx, now + 10 * JobLimits::lease));
}

TEST_P(JobTableTest, itemsAreClosedOneByOneAndForgottenWithTheirJob)
{
    ASSERT_TRUE(add(u"j1"_s));
    const auto tx = write();
    auto items = *itemsOf(*tx, u"j1"_s, QString(), 10);
    ASSERT_EQ(items.size(), 2);
    items[0].state = u"failed"_s;
    items[0].code = u"gone"_s;
    ASSERT_TRUE(closeItem(*tx, u"j1"_s, items[0]));
    EXPECT_EQ(itemsOf(*tx, u"j1"_s, QString(), 10)->size(), 1);
    EXPECT_EQ(itemsOf(*tx, u"j1"_s, u"failed"_s, 10)->first().code, u"gone"_s);
    ASSERT_TRUE(cancelJob(*tx, u"j1"_s, now));
    ASSERT_TRUE(forgetJobs(*tx, now + 1));
    EXPECT_FALSE(*findJob(*tx, u"j1"_s));
    EXPECT_TRUE(itemsOf(*tx, u"j1"_s, QString(), 10)->isEmpty());
}

TEST_P(JobTableTest, onePersonCannotFillTheQueue)
{
    for (int i = 0; i < JobLimits::open_per_account; ++i)
        ASSERT_TRUE(add(u"j%1"_s.arg(i)));
    const Verdict more = add(u"more"_s);
    ASSERT_FALSE(more);
    EXPECT_EQ(more.error().code, Error::Code::Conflict);
    EXPECT_TRUE(add(u"others"_s, u"ben"_s));
}

TEST_P(JobTableTest, otherWorkspacesJobsAreNotThere)
{
    ASSERT_TRUE(add(u"j1"_s));
    ws = found();
    const auto tx = write();
    EXPECT_FALSE(*findJob(*tx, u"j1"_s));
    EXPECT_FALSE(*claimJob(*tx, u"a"_s, now));
    EXPECT_FALSE(*cancelJob(*tx, u"j1"_s, now));
}
