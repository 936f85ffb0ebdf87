#include "StoreFixture.h"

#include "api/Hub.h"
#include "api/Metrics.h"
#include "api/PushTurns.h"
#include "sql/PostgresConnection.h"
#include "sql/WriteTurns.h"
#include "store/AuditChain.h"

#include <semaphore>

using namespace calldeck;
using namespace calldeck::test;
using namespace std::chrono_literals;

namespace
{

/** Keeps the answer to one push. */
class Answer : public ReplyChannel
{
public:
    void send(HttpResponse response) override
    {
        m_response = std::move(response);
        m_came.release();
    }
    bool isGone() const override { return m_gone; }
    void leave() { m_gone = true; }

    /** Status 0 when none came within a long time. */
    HttpResponse wait() { return m_came.try_acquire_for(20s) ? m_response : nothing(); }
    bool hasCome() { return m_came.try_acquire(); }
    /** What the push answered for its one edit. */
    QJsonObject result() { return QJsonDocument::fromJson(wait().body).object().value(u"results"_s)[0].toObject(); }

private:
    static HttpResponse nothing()
    {
        HttpResponse none;
        none.status = 0;
        return none;
    }
    std::binary_semaphore m_came{0};
    HttpResponse m_response;
    std::atomic_bool m_gone = false;
};

/** Pushes that come while somebody else writes, so that all but the first wait together. */
class PushTurnsTest : public StoreFixture
{
protected:
    void SetUp() override
    {
        StoreFixture::SetUp();
        if (!connection)
            return;
        pool = std::make_unique<SqlPool>(target, 1, 64);
        hub = std::make_unique<Hub>(*pool, 5);
        turns = std::make_unique<PushTurns>(*pool, *hub, metrics);
        // Its connection is open before anybody holds the store.
        std::binary_semaphore open(0);
        ASSERT_TRUE(pool->post([&](Result<SqlConnection *>) { open.release(); }));
        open.acquire();
    }
    void TearDown() override
    {
        if (hub)
            hub->stop();
        if (pool)
            pool->stop();
    }

    PushTurn turn(const QJsonValue &edit, const std::shared_ptr<Answer> &answer, const QString &who = u"ana"_s, qint64 epoch = 1)
    {
        return {{who, ws, who, who + u"@x.org"_s, UserRole::DISPATCHER, u"f"_s, false}, now, {who + u"-desk"_s, epoch, editSchemaVersion, QJsonArray{edit}, 1000}, false, HttpReply(answer)};
    }
    /** The first edit of `edits` is being taken, by a worker, and waits for the store; the others wait for it. The answers in their order. */
    QList<std::shared_ptr<Answer>> pushBehindAWriter(const QList<QJsonValue> &edits, qint64 epochOfTheLast = 1)
    {
        const auto held = open();
        auto writer = WorkspaceTx::begin(*held, ws, WorkspaceTx::Mode::Write);
        EXPECT_TRUE(writer);
        QList<std::shared_ptr<Answer>> answers;
        std::binary_semaphore taken(0);
        for (qsizetype i = 0; i < edits.size(); ++i) {
            answers.append(std::make_shared<Answer>());
            PushTurn one = turn(edits[i], answers.last(), i % 2 ? u"ana"_s : u"ben"_s, i + 1 == edits.size() ? epochOfTheLast : 1);
            if (i > 0) {
                turns->take(std::move(one), *connection);
                continue;
            }
            EXPECT_TRUE(pool->post([this, &taken, one = std::move(one)](Result<SqlConnection *> worker) mutable {
                taken.release();
                turns->take(std::move(one), **worker);
            }));
            taken.acquire();
            // Until the worker has taken it, another one would go along with it.
            while (turns->waiting(ws) != 0)
                std::this_thread::yield();
        }
        for (const auto &answer : std::as_const(answers))
            EXPECT_FALSE(answer->hasCome()) << "answered before it was written";
        writer->reset();
        return answers;
    }
    QJsonValue create(const QString &id) { return editToJson(edit(u"create"_s, missedCall(), id)); }
    qint64 transactionsOf(const QString &mids)
    {
        const auto tx = read();
        SqlStatement count = tx->query("SELECT count(DISTINCT xmin::text) FROM mutation WHERE ws = ? AND mid LIKE ?", mids);
        return count.step() ? count.integer(0) : -1;
    }

    Metrics metrics;
    std::unique_ptr<SqlPool> pool;
    std::unique_ptr<Hub> hub;
    std::unique_ptr<PushTurns> turns;
};
CALLDECK_ON_BOTH_ENGINES(PushTurnsTest);

} // namespace

/** A copy of a desk's file, from before what it has sent since. */
TEST_P(PushTurnsTest, olderCopyOfADeviceIsToldToTakeAnotherIdAndChangesNothing)
{
    const auto push = [this](const QJsonValue &edit, std::optional<qint64> lastLseq, const QString &device) {
        const auto answer = std::make_shared<Answer>();
        PushTurn one = turn(edit, answer);
        one.request.device = device;
        one.request.last_lseq = lastLseq;
        turns->take(std::move(one), *connection);
        return QJsonDocument::fromJson(answer->wait().body).object();
    };
    const auto numbered = [this](const QString &id, qint64 lseq) {
        QJsonObject json = create(id).toObject();
        json.insert(u"lseq"_s, lseq);
        return json;
    };
    const auto wasTaken = [](const QJsonObject &answer) { return answer.value(u"results"_s)[0][u"status"_s] == u"applied"_s && !answer.contains(u"renew_device"_s); };
    EXPECT_TRUE(wasTaken(push(numbered(u"c1"_s, 7), 9, u"desk"_s)));
    EXPECT_TRUE(wasTaken(push(numbered(u"c2"_s, 5), 9, u"desk"_s))) << "what waited longer may come later";
    EXPECT_TRUE(wasTaken(push(numbered(u"c3"_s, 7), 7, u"desk"_s)));
    const QJsonObject older = push(numbered(u"c4"_s, 6), 6, u"desk"_s);
    EXPECT_EQ(older.value(u"renew_device"_s), true);
    EXPECT_TRUE(older.value(u"results"_s).toArray().isEmpty());
    EXPECT_TRUE(row(u"c4"_s).isEmpty());
    EXPECT_TRUE(wasTaken(push(numbered(u"c4"_s, 6), 6, u"other"_s)));
    EXPECT_TRUE(wasTaken(push(numbered(u"c5"_s, 1), std::nullopt, u"desk"_s))) << "who does not say is not asked";
    // It has given out more by now, and yet writes what comes before something that was taken.
    QJsonObject late = create(u"c1"_s).toObject();
    late.insert(u"lseq"_s, 6);
    late.insert(u"mid"_s, u"late"_s);
    const QJsonObject leftOut = push(late, 20, u"desk"_s);
    EXPECT_EQ(leftOut.value(u"renew_device"_s), true);
    EXPECT_TRUE(leftOut.value(u"results"_s).toArray().isEmpty());
}

TEST_P(PushTurnsTest, whoWaitsTogetherIsWrittenTogetherAndEachIsAnswered)
{
    QList<QJsonValue> edits;
    for (int i = 0; i < 6; ++i)
        edits.append(create(u"c%1"_s.arg(i)));
    edits.append(edits[1]); // the same once more, from another device
    const auto answers = pushBehindAWriter(edits);
    QSet<qint64> numbers;
    for (qsizetype i = 0; i < 6; ++i) {
        const QJsonObject result = answers[i]->result();
        EXPECT_EQ(result.value(u"status"_s), u"applied"_s) << i;
        EXPECT_EQ(result.value(u"id"_s).toString(), u"c%1"_s.arg(i));
        numbers.insert(result.value(u"seq"_s).toInteger());
    }
    EXPECT_EQ(numbers.size(), 6);
    EXPECT_EQ(answers[6]->result().value(u"status"_s), u"duplicate"_s);
    EXPECT_EQ(row(u"c5"_s).value(u"customer_number"_s), u"+14155552671"_s);
    if (GetParam() == SqlEngine::Postgres) {
        EXPECT_EQ(transactionsOf(u"m%"_s), 2) << "one of the first push, one of all that waited";
    }
}

TEST_P(PushTurnsTest, badPushFailsAloneAndTheOthersAreTaken)
{
    // An edit without a name has nobody to be refused to: its push fails as a whole.
    const auto answers = pushBehindAWriter({create(u"c0"_s), create(u"c1"_s), QJsonObject{{u"op"_s, u"create"_s}}, create(u"c3"_s), create(u"c4"_s)}, 7);
    for (const int good : {0, 1, 3})
        EXPECT_EQ(answers[good]->result().value(u"status"_s), u"applied"_s) << good;
    EXPECT_EQ(answers[2]->wait().status, 400);
    EXPECT_EQ(answers[4]->wait().status, 409) << "of another epoch";
    EXPECT_FALSE(row(u"c3"_s).isEmpty());
    EXPECT_TRUE(row(u"c4"_s).isEmpty());
    // Nothing of the attempt that went back is left.
    EXPECT_EQ(read()->head().seq, 4) << "settings and three calls";
    EXPECT_FALSE(checkAudit(*read())->broken_at);
}

TEST_P(PushTurnsTest, whoLeftIsNotTakenAndALongQueueIsRefused)
{
    const auto held = open();
    auto writer = WorkspaceTx::begin(*held, ws, WorkspaceTx::Mode::Write);
    const auto first = std::make_shared<Answer>();
    ASSERT_TRUE(pool->post([&](Result<SqlConnection *> worker) { turns->take(turn(create(u"c0"_s), first), **worker); }));
    while (turns->waiting(ws) != 0)
        std::this_thread::yield();
    const auto left = std::make_shared<Answer>();
    turns->take(turn(create(u"gone"_s), left), *connection);
    left->leave();
    QList<std::shared_ptr<Answer>> waiting;
    for (size_t i = 0; i < PushTurns::most_waiting; ++i) {
        waiting.append(std::make_shared<Answer>());
        turns->take(turn(create(u"w%1"_s.arg(i)), waiting.last()), *connection);
    }
    EXPECT_EQ(waiting.last()->wait().status, 503);
    writer->reset();
    EXPECT_EQ(first->result().value(u"status"_s), u"applied"_s);
    for (qsizetype i = 0; i + 1 < waiting.size(); ++i)
        ASSERT_EQ(waiting[i]->result().value(u"status"_s), u"applied"_s) << i;
    EXPECT_TRUE(row(u"gone"_s).isEmpty());
    EXPECT_FALSE(left->hasCome());
}

/** What goes along with a later question. */
class LaterTest : public StoreFixture
{
protected:
    Verdict put(WorkspaceTx &tx, const QString &id)
    {
        Entity entity{u"view"_s, id, 0, "{}", "{}", false};
        return putEntity(tx, entity, {u"view"_s, id, u"create"_s, u"m"_s, u"d"_s, 1, u"a"_s, now});
    }
};
CALLDECK_ON_BOTH_ENGINES(LaterTest);

TEST_P(LaterTest, whatIsWrittenIsSeenByTheNextQuestion)
{
    const auto tx = *WorkspaceTx::begin(*connection, ws, WorkspaceTx::Mode::Write, [](WorkspaceTx &early) { foreseeEntity(early, u"view"_s, u"v1"_s); });
    EXPECT_FALSE(*findEntity(*tx, u"view"_s, u"v1"_s));
    // Foreseen and then overtaken by a write: the answer must be the one of after it.
    foreseeEntity(*tx, u"view"_s, u"v1"_s);
    foreseeEntity(*tx, u"view"_s, u"v2"_s);
    EXPECT_FALSE(*findEntity(*tx, u"view"_s, u"v2"_s));
    ASSERT_TRUE(put(*tx, u"v1"_s));
    EXPECT_TRUE(*findEntity(*tx, u"view"_s, u"v1"_s));
    foreseeEntity(*tx, u"view"_s, u"v2"_s);
    ASSERT_TRUE(put(*tx, u"v2"_s));
    EXPECT_TRUE(*findEntity(*tx, u"view"_s, u"v2"_s));
    ASSERT_TRUE(tx->commit());
    EXPECT_FALSE(row(u"v1"_s, u"view"_s).contains(u"x"_s));
    EXPECT_GT(ver(u"v2"_s, u"view"_s), ver(u"v1"_s, u"view"_s));
}

TEST_P(LaterTest, whatWasForeseenIsKeptWhileNothingTouchesIt)
{
    const auto tx = *WorkspaceTx::begin(*connection, ws, WorkspaceTx::Mode::Write);
    for (const QString &id : {u"v1"_s, u"v2"_s})
        foreseeEntity(*tx, u"view"_s, id);
    EXPECT_FALSE(*findEntity(*tx, u"view"_s, u"none"_s)); // both answers come along
    ASSERT_TRUE(put(*tx, u"v1"_s));
    if (GetParam() == SqlEngine::Postgres) {
        const PostgresPipeline &pipeline = static_cast<PostgresConnection &>(*connection).pipeline();
        const qint64 before = pipeline.roundTrips();
        EXPECT_FALSE(*findEntity(*tx, u"view"_s, u"v2"_s));
        EXPECT_EQ(pipeline.roundTrips(), before);
    }
    EXPECT_TRUE(*findEntity(*tx, u"view"_s, u"v1"_s));
    // A write that does not say what it touches may have touched it.
    foreseeEntity(*tx, u"view"_s, u"v2"_s);
    EXPECT_TRUE(*findEntity(*tx, u"view"_s, u"v1"_s));
    ASSERT_TRUE(tx->write("UPDATE entity SET ver = 77 WHERE ws = ? AND kind = 'view'"));
    ASSERT_TRUE(put(*tx, u"v2"_s));
    EXPECT_EQ((*findEntity(*tx, u"view"_s, u"v1"_s))->ver, 77);
    EXPECT_TRUE(*findEntity(*tx, u"view"_s, u"v2"_s));
}

TEST_P(LaterTest, writeThatFailsFailsTheTransactionAndTheConnectionGoesOn)
{
    {
        const auto tx = *WorkspaceTx::begin(*connection, ws, WorkspaceTx::Mode::Write);
        Verdict done = put(*tx, u"v1"_s);
        if (done)
            done = tx->write("INSERT INTO epoch(ws, epoch, base_seq, at) VALUES (?, 1, 0, 0)"); // there is one
        if (done)
            done = tx->commit();
        EXPECT_FALSE(done);
    }
    EXPECT_EQ(ver(u"v1"_s, u"view"_s), 0);
    EXPECT_FALSE(connection->isBroken());
    const auto tx = *WorkspaceTx::begin(*connection, ws, WorkspaceTx::Mode::Write);
    ASSERT_TRUE(put(*tx, u"v1"_s));
    ASSERT_TRUE(tx->commit());
    EXPECT_GT(ver(u"v1"_s, u"view"_s), 0);
}

TEST_P(LaterTest, whatIsNotCommittedNeverWas)
{
    {
        const auto tx = *WorkspaceTx::begin(*connection, ws, WorkspaceTx::Mode::Write);
        ASSERT_TRUE(put(*tx, u"v1"_s));
    }
    EXPECT_EQ(ver(u"v1"_s, u"view"_s), 0);
}

TEST_P(LaterTest, pushIsFewRoundTrips)
{
    if (GetParam() != SqlEngine::Postgres)
        GTEST_SKIP() << "in this process there are none";
    one(u"ana"_s, edit(u"create"_s, missedCall()));
    one(u"ana"_s, edit(u"tag+"_s, {{u"tag"_s, u"a"_s}}));
    const PostgresPipeline &pipeline = static_cast<PostgresConnection &>(*connection).pipeline();
    const qint64 before = pipeline.roundTrips();
    one(u"ana"_s, edit(u"set"_s, {{u"customer_ref"_s, u"7"_s}}));
    // Begin and head; settings; what is known of the edit, its call and the number; the writes and the commit.
    EXPECT_LE(pipeline.roundTrips() - before, 4);
}

TEST(WriteTurnsTest, whoCameFirstIsFirstAndWhoGaveUpHoldsUpNobody)
{
    const auto turns = WriteTurns::of(u"one.db"_s);
    EXPECT_EQ(turns, WriteTurns::of(u"./one.db"_s));
    EXPECT_NE(turns, WriteTurns::of(u"other.db"_s));
    ASSERT_TRUE(turns->take(1ms));
    EXPECT_FALSE(turns->take(1ms));
    std::vector<int> order;
    std::vector<std::thread> threads;
    for (int i = 0; i < 5; ++i) {
        threads.emplace_back([&, i] {
            ASSERT_TRUE(turns->take(20s));
            order.push_back(i);
            turns->give();
        });
        while (turns->waiting() != i + 2)
            std::this_thread::yield();
    }
    turns->give();
    for (std::thread &thread : threads)
        thread.join();
    EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4}));
    EXPECT_EQ(turns->waiting(), 0);
}
