#include "StoreFixture.h"
#include "sync/Upkeep.h"

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
    QJsonObject result() { return said().value(u"results"_s)[0].toObject(); }
    QJsonObject said() { return QJsonDocument::fromJson(wait().body).object(); }

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
        return {{who, ws, who, who + u"@x.org"_s, UserRole::DISPATCHER, u"f"_s, false}, now, {who + u"-desk"_s, epoch, editSchemaVersion, QJsonArray{edit}, FileStamps{"00000001", "00000001"}}, false, HttpReply(answer)};
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

/** Devices whose files say what they call themselves. */
class StampTest : public PushTurnsTest
{
protected:
    PushTurn stamped(const QJsonValue &edit, const std::shared_ptr<Answer> &answer, std::optional<FileStamps> stamps, const QString &device = u"desk"_s)
    {
        PushTurn one = turn(edit, answer);
        one.request.device = device;
        one.request.stamps = std::move(stamps);
        return one;
    }
    QJsonObject push(const QJsonValue &edit, std::optional<FileStamps> stamps, const QString &device = u"desk"_s)
    {
        const auto answer = std::make_shared<Answer>();
        turns->take(stamped(edit, answer, std::move(stamps), device), *connection);
        return answer->said();
    }
    static bool wasTaken(const QJsonObject &answer) { return answer.value(u"results"_s)[0][u"status"_s] == u"applied"_s && !answer.contains(u"renew_device"_s); }
    static bool mustRenew(const QJsonObject &answer) { return answer.value(u"renew_device"_s) == true && answer.value(u"results"_s).toArray().isEmpty() && !answer.contains(u"stamp"_s); }
    const FileStamps first{"", "aaaa0001"};
    const FileStamps second{"aaaa0001", "aaaa0002"};
    const FileStamps third{"aaaa0002", "aaaa0003"};
};
CALLDECK_ON_BOTH_ENGINES(StampTest);

/** However much the copy has written since, and wherever. */
TEST_P(StampTest, olderCopyOfADeviceIsToldToTakeAnotherIdAndNothingOfItIsTaken)
{
    EXPECT_EQ(push(create(u"c1"_s), first).value(u"stamp"_s), u"aaaa0001"_s);
    EXPECT_TRUE(wasTaken(push(create(u"c2"_s), second)));
    EXPECT_TRUE(wasTaken(push(create(u"c3"_s), second))) << "who was not told sends the same stamps again";
    const FileStamps copy{"aaaa0001", "bbbb0001"};
    EXPECT_TRUE(mustRenew(push(create(u"c4"_s), copy)));
    EXPECT_TRUE(mustRenew(push(create(u"c4"_s), first)));
    EXPECT_TRUE(row(u"c4"_s).isEmpty());
    EXPECT_TRUE(wasTaken(push(create(u"c4"_s), copy, u"other"_s)));
    EXPECT_TRUE(wasTaken(push(create(u"c5"_s), std::nullopt))) << "who says nothing is not asked";
    EXPECT_TRUE(wasTaken(push(create(u"c6"_s), third))) << "and nothing that was refused moved the stamp";
}

TEST_P(StampTest, pushesThatAreTakenTogetherAreComparedOneAfterAnother)
{
    const auto held = open();
    auto writer = WorkspaceTx::begin(*held, ws, WorkspaceTx::Mode::Write);
    ASSERT_TRUE(writer);
    QList<std::shared_ptr<Answer>> answers;
    for (int i = 0; i < 4; ++i)
        answers.append(std::make_shared<Answer>());
    std::binary_semaphore taken(0);
    ASSERT_TRUE(pool->post([&](Result<SqlConnection *> worker) {
        taken.release();
        turns->take(stamped(create(u"c0"_s), answers[0], std::nullopt), **worker);
    }));
    taken.acquire();
    while (turns->waiting(ws) != 0)
        std::this_thread::yield();
    turns->take(stamped(create(u"c1"_s), answers[1], first), *connection);
    turns->take(stamped(create(u"c2"_s), answers[2], second), *connection);
    turns->take(stamped(create(u"c3"_s), answers[3], FileStamps{"", "bbbb0001"}), *connection);
    writer->reset();
    EXPECT_TRUE(wasTaken(answers[1]->said()));
    EXPECT_TRUE(wasTaken(answers[2]->said()));
    EXPECT_TRUE(mustRenew(answers[3]->said()));
}

TEST_P(StampTest, fileThatWasStartedAgainWithoutAnAnswerIsKnown)
{
    push(create(u"c1"_s), first);
    EXPECT_TRUE(wasTaken(push(create(u"c2"_s), FileStamps{"", "cccc0001", {"bbbb0001", "aaaa0001"}})));
    EXPECT_TRUE(mustRenew(push(create(u"c3"_s), FileStamps{"", "dddd0001", {"bbbb0001", "aaaa0001"}})));
}

TEST_P(StampTest, restoredStoreKnowsNoFileAnyMore)
{
    push(create(u"c1"_s), first);
    ASSERT_TRUE(startEpoch(*connection, ws, {{1, 0}}, true, now));
    const auto answer = std::make_shared<Answer>();
    PushTurn one = stamped(create(u"c2"_s), answer, third);
    one.request.epoch = 2;
    turns->take(std::move(one), *connection);
    EXPECT_TRUE(wasTaken(answer->said()));
}

TEST_P(StampTest, whatComesBeforeSomethingThatWasTakenRenewsTheDeviceToo)
{
    const auto at = [this](qint64 lseq, const QString &mid) {
        QJsonObject json = create(u"c1"_s).toObject();
        json.insert(u"lseq"_s, lseq);
        json.insert(u"mid"_s, mid);
        return json;
    };
    EXPECT_TRUE(wasTaken(push(at(7, u"early"_s), std::nullopt)));
    EXPECT_EQ(push(at(6, u"late"_s), std::nullopt).value(u"renew_device"_s), true);
}

TEST(FileStamps, areHexadecimalWords)
{
    EXPECT_EQ(fileStampsOf("- 0123abcd")->last, "");
    EXPECT_EQ(fileStampsOf("89abcdef 0123abcd")->next, "0123abcd");
    EXPECT_EQ(fileStampsOf("- 0123abcd 89abcdef 00000000")->between, (QByteArrayList{"89abcdef", "00000000"}));
    EXPECT_FALSE(fileStampsOf("-" + QByteArray(" 0123abcd").repeated(9)));
    for (const QByteArray &bad : QByteArrayList{QByteArray(), QByteArray("- -"), QByteArray("0123abcd"), QByteArray("0123abcd "), QByteArray("0123ABCD 0123abcd"), QByteArray("- 0123abc"), QByteArray("- 0123abcd "),
                                  QByteArray("-  0123abcd"), QByteArray("- 0123abcd\n"), QByteArray("- ") + QByteArray(65, 'a'), QByteArray("\xff 0123abcd")})
        EXPECT_FALSE(fileStampsOf(bad)) << bad.toStdString();
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
