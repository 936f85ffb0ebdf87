#include "store/Events.h"
#include "StoreFixture.h"
#include "store/Mail.h"

#include <thread>

using namespace calldeck;
using namespace calldeck::test;

class EventsTest : public StoreFixture
{
protected:
    QString task(TimeMs dueAt)
    {
        const Edit made = edit(u"follow_up"_s, {{u"due_at"_s, isoUtc(dueAt)}, {u"note"_s, u"ring back"_s}});
        EXPECT_EQ(one(u"ana"_s, made).status, EditOutcome::Status::Applied);
        return made.mid;
    }
    qint64 raised(TimeMs at, int most = 100, bool mails = false)
    {
        const auto count = raiseDue(*connection, ws, at, most, mails);
        EXPECT_TRUE(count) << problemOf(count);
        return count ? *count : -1;
    }
    QList<WorkspaceEvent> events() { return *eventsAfter(*read(), 0, 1000); }
};
CALLDECK_ON_BOTH_ENGINES(EventsTest);

TEST_P(EventsTest, dueTaskIsRaisedOnceAndAgainWhenItWasMoved)
{
    one(u"ana"_s, edit(u"create"_s, missedCall()));
    const QString id = task(now + 60'000);
    EXPECT_EQ(raised(now + 59'999), 0);
    EXPECT_EQ(raised(now + 60'000), 1);
    EXPECT_EQ(raised(now + 60'000), 0);
    one(u"ana"_s, edit(u"follow_up_move"_s, {{u"task"_s, id}, {u"due_at"_s, isoUtc(now + 120'000)}}));
    EXPECT_EQ(raised(now + 119'000), 0);
    EXPECT_EQ(raised(now + 120'000), 1);
    const auto all = events();
    ASSERT_EQ(all.size(), 2);
    EXPECT_EQ(all[0].type, u"follow_up_due"_s);
    EXPECT_EQ(all[0].task_id, id);
    EXPECT_EQ(all[0].call_id, u"c1"_s);
    EXPECT_EQ(all[0].n, 1);
    EXPECT_EQ(all[1].n, 2);
    EXPECT_EQ(all[1].due_at, now + 120'000);
}

TEST_P(EventsTest, closedTaskIsNotRaised)
{
    one(u"ana"_s, edit(u"create"_s, missedCall()));
    const QString id = task(now + 60'000);
    one(u"ana"_s, edit(u"follow_up_close"_s, {{u"task"_s, id}, {u"state"_s, u"DONE"_s}}));
    EXPECT_EQ(raised(now + 60'000), 0);
}

TEST_P(EventsTest, breachIsRaisedOnceAndNotAfterTheCallWasSettled)
{
    one(u"ana"_s, edit(u"create"_s, missedCall()));
    one(u"ana"_s, edit(u"flag+"_s, {{u"flag"_s, u"emergency"_s}, {u"reason"_s, u"pipe burst"_s}}));
    one(u"ana"_s, edit(u"create"_s, missedCall(u"212 555 0100"_s), u"c2"_s));
    one(u"ana"_s, edit(u"flag+"_s, {{u"flag"_s, u"emergency"_s}, {u"reason"_s, u"pipe burst"_s}}, u"c2"_s));
    one(u"ana"_s, edit(u"disposition"_s, decision(u"other"_s), u"c2"_s));
    const TimeMs due = now + 5 * 60'000;
    EXPECT_EQ(raised(due - 1), 0);
    EXPECT_EQ(raised(due), 1);
    // A later edit of the call writes its columns anew, and must not forget that it was told.
    one(u"ana"_s, edit(u"tag+"_s, {{u"tag"_s, u"late"_s}}));
    EXPECT_EQ(raised(due + 60'000), 0);
    const auto all = events();
    ASSERT_EQ(all.size(), 1);
    EXPECT_EQ(all[0].type, u"sla_breach"_s);
    EXPECT_EQ(all[0].call_id, u"c1"_s);
    EXPECT_EQ(all[0].due_at, due);
}

TEST_P(EventsTest, severalAtOnceRaiseEachOnce)
{
    one(u"ana"_s, edit(u"create"_s, missedCall()));
    QList<Edit> tasks;
    for (int i = 0; i < 90; ++i)
        tasks.append(edit(u"follow_up"_s, {{u"due_at"_s, isoUtc(now + 1000)}, {u"note"_s, u"x"_s}}));
    ASSERT_TRUE(push(u"ana"_s, tasks));
    std::atomic<qint64> sum = 0;
    std::vector<std::thread> tickers;
    for (int i = 0; i < 4; ++i) {
        tickers.emplace_back([&, mine = open()] {
            for (int round = 0; round < 60; ++round) {
                const auto count = raiseDue(*mine, ws, now + 2000, 7, false);
                sum += count ? *count : 0;
            }
        });
    }
    for (std::thread &ticker : tickers)
        ticker.join();
    EXPECT_EQ(sum, 90);
    QSet<QString> ids;
    const auto all = events();
    for (qsizetype i = 0; i < all.size(); ++i) {
        ids.insert(all[i].task_id);
        EXPECT_EQ(all[i].n, i + 1);
    }
    EXPECT_EQ(all.size(), 90);
    EXPECT_EQ(ids.size(), 90);
}

TEST_P(EventsTest, numbersGoOnAfterForgetting)
{
    one(u"ana"_s, edit(u"create"_s, missedCall()));
    task(now + 1000);
    EXPECT_EQ(raised(now + 1000), 1);
    {
        const auto tx = *WorkspaceTx::begin(*connection, ws, WorkspaceTx::Mode::Write);
        ASSERT_TRUE(forgetEvents(*tx, now + 2000));
        ASSERT_TRUE(tx->commit());
    }
    EXPECT_TRUE(events().isEmpty());
    task(now + 3000);
    EXPECT_EQ(raised(now + 3000), 1);
    EXPECT_EQ(events().first().n, 2);
    EXPECT_EQ(*lastEvent(*read()), 2);
}

TEST_P(EventsTest, letterOfABreachIsQueuedOnceAndTriedWithPauses)
{
    one(u"ana"_s, edit(u"create"_s, missedCall()));
    one(u"ana"_s, edit(u"flag+"_s, {{u"flag"_s, u"emergency"_s}, {u"reason"_s, u"pipe burst"_s}}));
    const TimeMs due = now + 5 * 60'000;
    EXPECT_EQ(raised(due, 100, true), 1);
    TimeMs at = due;
    for (int tried = 1; tried <= MailLimits::tries; ++tried) {
        const auto tx = *WorkspaceTx::begin(*connection, ws, WorkspaceTx::Mode::Write);
        const auto mail = claimMail(*tx, at);
        ASSERT_TRUE(mail) << problemOf(mail);
        ASSERT_TRUE(*mail) << tried;
        EXPECT_TRUE((*mail)->recipient.startsWith(u"admin-"_s));
        EXPECT_FALSE(*claimMail(*tx, at)) << "held by the first";
        ASSERT_TRUE(mailFailed(*tx, **mail, false, u"later"_s, at));
        EXPECT_FALSE(*claimMail(*tx, at + 9'999));
        ASSERT_TRUE(tx->commit());
        at += 3'600'000;
    }
    const auto tx = *WorkspaceTx::begin(*connection, ws, WorkspaceTx::Mode::Write);
    EXPECT_FALSE(*claimMail(*tx, at)) << "given up";
}
