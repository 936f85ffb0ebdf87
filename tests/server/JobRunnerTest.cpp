#include "Mailbox.h"
#include "StoreFixture.h"
#include "jobs/JobRunner.h"

using namespace calldeck;
using namespace calldeck::test;
using namespace std::chrono_literals;

class JobRunnerTest : public StoreFixture
{
protected:
    void TearDown() override
    {
        enough = true;
        runner.reset();
    }
    void add(const QString &in, const QString &kind)
    {
        Job job;
        job.id = u"j%1"_s.arg(++m_count);
        job.kind = kind + m_mark;
        job.account = job.id;
        job.created_at = now + m_count;
        const Verdict added = withRetries(*connection, [&]() -> Verdict {
            const auto tx = WorkspaceTx::begin(*connection, in, WorkspaceTx::Mode::Write);
            const Verdict done = tx ? addJob(**tx, job, {}) : Verdict(tx.error());
            return done ? (*tx)->commit() : done;
        });
        ASSERT_TRUE(added) << problemOf(added);
        runner->wake();
    }
    static Result<bool> complete(JobContext &context)
    {
        const auto tx = WorkspaceTx::begin(context.connection, context.ws, WorkspaceTx::Mode::Write);
        if (!tx)
            return tx.error();
        context.job.state = u"completed"_s;
        if (const auto ended = finishJob(**tx, context.job, serverNow()); !ended)
            return ended;
        const Verdict done = (*tx)->commit();
        return done ? Result<bool>(false) : done.error();
    }
    static Result<bool> keep(JobContext &context)
    {
        const auto tx = WorkspaceTx::begin(context.connection, context.ws, WorkspaceTx::Mode::Write);
        if (!tx)
            return tx.error();
        const auto kept = keepJob(**tx, context.job, serverNow());
        if (!kept || !*kept)
            return kept;
        const Verdict done = (*tx)->commit();
        return done ? Result<bool>(true) : done.error();
    }
    /** "whole" is one step that does not end before the test, "steps" are many short ones, "short" tells of itself. */
    void start()
    {
        JobRunner::Parts parts;
        parts.target = target;
        parts.work.insert(u"whole"_s + m_mark, [this](JobContext &context) {
            began.put(context.job.id);
            while (!enough && !context.isStopping())
                std::this_thread::sleep_for(1ms);
            return complete(context);
        });
        parts.work.insert(u"steps"_s + m_mark, [this](JobContext &context) {
            began.put(context.job.id);
            return enough ? complete(context) : keep(context);
        });
        parts.work.insert(u"short"_s + m_mark, [this](JobContext &context) {
            auto more = complete(context);
            if (more)
                ended.put(context.ws);
            return more;
        });
        parts.wrote = [](const QString &, const Head &) {};
        parts.failed = [](const QString &, const Error &) {};
        runner = std::make_unique<JobRunner>(std::move(parts));
    }

    std::atomic<bool> enough = false;
    Mailbox<QString> began;
    Mailbox<QString> ended;
    std::unique_ptr<JobRunner> runner;

private:
    const QString m_mark = randomHex(4); ///< of the kinds: one cluster serves many tests, and what they left is none of ours
    int m_count = 0;
};
CALLDECK_ON_BOTH_ENGINES(JobRunnerTest);

TEST_P(JobRunnerTest, noWorkspaceHoldsAllThreads)
{
    const QString other = found();
    start();
    for (int i = 0; i < 4; ++i)
        add(ws, u"whole"_s);
    // As many as it gets have begun.
    ASSERT_TRUE(began.take());
    ASSERT_TRUE(began.take());
    add(other, u"short"_s);
    EXPECT_EQ(ended.take().value_or(QString()), other);
    EXPECT_FALSE(began.take(0ms)) << "a third of the same workspace";
}

TEST_P(JobRunnerTest, jobsOfManyStepsMakeWayForOthers)
{
    const QString second = found();
    const QString third = found();
    start();
    for (const QString &in : {ws, ws, second, second})
        add(in, u"steps"_s);
    QSet<QString> going;
    const auto until = std::chrono::steady_clock::now() + 20s;
    while (going.size() < 4) {
        ASSERT_LT(std::chrono::steady_clock::now(), until) << going.size() << " of 4 have begun";
        const auto id = began.take();
        ASSERT_TRUE(id);
        going.insert(*id);
    }
    add(third, u"short"_s);
    EXPECT_EQ(ended.take().value_or(QString()), third);
    add(ws, u"short"_s);
    EXPECT_EQ(ended.take().value_or(QString()), ws) << "of a workspace that has others under way";
}

TEST(JobTurnsTest, whoWaitedLongestIsNext)
{
    JobTurns turns(3);
    const QStringList all{u"a"_s, u"b"_s, u"c"_s};
    EXPECT_EQ(turns.order(all), all);
    ASSERT_TRUE(turns.begin(u"a"_s));
    EXPECT_EQ(turns.order(all), QStringList({u"b"_s, u"c"_s, u"a"_s})) << "who has a thread comes after who has none";
    ASSERT_TRUE(turns.begin(u"a"_s));
    EXPECT_FALSE(turns.begin(u"a"_s));
    EXPECT_EQ(turns.order(all), QStringList({u"b"_s, u"c"_s}));
    turns.end(u"a"_s, true, 10);
    turns.end(u"a"_s, true, 11);
    ASSERT_TRUE(turns.begin(u"b"_s));
    turns.end(u"b"_s, false, 0);
    EXPECT_EQ(turns.order(all), QStringList({u"b"_s, u"c"_s, u"a"_s})) << "who had nothing to do lost no turn";
}
