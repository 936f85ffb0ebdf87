#include "CommandFixture.h"
#include "FaultDisk.h"
#include "backend/CacheAccess.h"
#include "backend/SyncRounds.h"
#include "store/DraftRows.h"

#include <QJsonDocument>
#include <QSignalSpy>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>
#include <QUrlQuery>
#include <numeric>

using namespace calldeck;
using namespace Qt::StringLiterals;

namespace
{

/** Answers what it gets on this machine. */
class LocalServer : public QTcpServer
{
public:
    LocalServer()
    {
        listen(QHostAddress::LocalHost);
        connect(this, &QTcpServer::newConnection, this, [this] {
            QTcpSocket *socket = nextPendingConnection();
            connect(socket, &QTcpSocket::readyRead, socket, [this, socket] { answer(*socket); });
        });
    }
    QUrl url() const { return QUrl(u"http://127.0.0.1:%1"_s.arg(serverPort())); }

protected:
    virtual void answer(QTcpSocket &socket) = 0;
    static void send(QTcpSocket &socket, const QByteArray &status, const QJsonObject &json, const QByteArray &headers = {})
    {
        const QByteArray body = QJsonDocument(json).toJson(QJsonDocument::Compact);
        socket.write("HTTP/1.1 " + status + "\r\n" + headers + "Content-Type: application/json\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body);
    }
};

/** The pages of a snapshot, one call each, as a backend sends them. */
class PageServer : public LocalServer
{
public:
    explicit PageServer(QStringList ids) : m_ids(std::move(ids)) {}

    QStringList asked; ///< after which record, "" for the first page
    int failures = 0;  ///< so many of the next requests get 503
    std::optional<QString> says; ///< the page after that record, whatever is asked

private:
    void answer(QTcpSocket &socket) override
    {
        const QByteArray head = socket.readAll();
        const QUrlQuery query(QUrl(QString::fromLatin1(head.split(' ').value(1))));
        const QString after = query.queryItemValue(u"after"_s);
        asked.append(after);
        const bool fails = failures > 0;
        failures -= fails ? 1 : 0;
        send(socket, fails ? "503 Busy" : "200 OK", fails ? QJsonObject() : pageAfter(says.value_or(after)));
    }
    QJsonObject pageAfter(const QString &after) const
    {
        const qsizetype at = after.isEmpty() ? 0 : m_ids.indexOf(after) + 1;
        CallState state;
        state.call.call_id = m_ids[at];
        state.call.status = CallStatus::MISSED;
        const QJsonObject row{{u"kind"_s, u"call"_s}, {u"id"_s, m_ids[at]}, {u"ver"_s, at + 1}, {u"row"_s, callRow(state)}};
        const bool more = at + 1 < m_ids.size();
        const QJsonValue from = after.isEmpty() ? QJsonValue() : QJsonValue(QJsonObject{{u"kind"_s, u"call"_s}, {u"after"_s, after}});
        return {{u"epoch"_s, 1}, {u"s"_s, 10}, {u"head"_s, 10}, {u"from"_s, from}, {u"rows"_s, QJsonArray{row}},
                {u"next"_s, more ? QJsonValue(QJsonObject{{u"kind"_s, u"call"_s}, {u"after"_s, m_ids[at]}}) : QJsonValue()}};
    }

    const QStringList m_ids;
};

/** Says one thing whatever is asked. */
class OneAnswerServer : public LocalServer
{
public:
    QJsonObject said;

private:
    void answer(QTcpSocket &socket) override
    {
        socket.readAll();
        send(socket, "200 OK", said);
    }
};

/** Refuses every edit that is pushed; `renews` says that the device must take another id. */
class RefusingServer : public LocalServer
{
public:
    QList<QJsonObject> pushes;
    QByteArrayList stamps; ///< of the pushes, "" where there was none
    QString said;          ///< the stamp in the next answer, "" for none
    bool renews = false;
    QByteArray status;     ///< other than 200: the whole push gets it, with `problem`
    QString culprit;       ///< where not "": only a push that has this edit gets it
    QJsonObject problem;
    QByteArray headers;    ///< of such an answer, each with its line end
    QByteArray parking;    ///< the answer to an edit that is handed in, "" for taking it
    QJsonObject said_of_parked;
    QList<QJsonObject> parked;

private:
    void answer(QTcpSocket &socket) override
    {
        m_read += socket.readAll();
        const QJsonObject push = QJsonDocument::fromJson(m_read.mid(m_read.indexOf("\r\n\r\n"))).object();
        if (push.isEmpty())
            return;
        if (push.contains(u"edit"_s)) {
            m_read.clear();
            parked.append(push);
            const QJsonObject result{{u"mid"_s, push[u"edit"_s][u"mid"_s]}, {u"status"_s, u"rejected"_s}, {u"seq"_s, 1}, {u"code"_s, u"parked"_s}, {u"message"_s, u"Kept."_s}};
            return parking.isEmpty() ? send(socket, "200 OK", {{u"epoch"_s, 1}, {u"results"_s, QJsonArray{result}}}) : send(socket, parking, said_of_parked, headers);
        }
        const QByteArray header("device-stamps: ");
        const qsizetype at = m_read.toLower().indexOf(header);
        stamps.append(at < 0 ? QByteArray() : m_read.mid(at + header.size(), m_read.indexOf("\r\n", at) - at - header.size()));
        m_read.clear();
        pushes.append(push);
        const QJsonArray edits = push.value(u"ms"_s).toArray();
        const bool blamed = culprit.isEmpty() || std::any_of(edits.begin(), edits.end(), [this](const QJsonValue &edit) { return edit[u"mid"_s].toString() == culprit; });
        if (!status.isEmpty() && blamed)
            return send(socket, status, problem, headers);
        QJsonArray results;
        for (const QJsonValue &edit : edits)
            results.append(QJsonObject{{u"mid"_s, edit[u"mid"_s]}, {u"status"_s, u"rejected"_s}, {u"seq"_s, 1}, {u"code"_s, u"invalid"_s}, {u"message"_s, u"No."_s}});
        QJsonObject answer{{u"epoch"_s, 1}, {u"results"_s, renews ? QJsonArray() : results}};
        if (renews)
            answer.insert(u"renew_device"_s, true);
        if (!said.isEmpty())
            answer.insert(u"stamp"_s, said);
        send(socket, "200 OK", answer);
    }

    QByteArray m_read;
};

/** A cache whose writes are carried out when the test says so; what only reads, at once. */
class HeldCache : public CacheAccess
{
public:
    HeldCache(Database &database, const Workspace &workspace) : m_database(database), m_feed(database, workspace, u"Dana"_s) {}
    void write(QObject *, const Work &work, const std::function<void(const Result<ChangeSet> &)> &done) override
    {
        if (holds)
            held.append([this, work, done] { done(work(m_database, m_feed)); });
        else
            done(work(m_database, m_feed));
    }
    void setClockOffset(qint64) override {}
    QList<std::function<void()>> held;
    bool holds = false;

private:
    Database &m_database;
    FeedRows m_feed;
};

class SyncRoundsTest : public CommandFixture
{
protected:
    void SetUp() override
    {
        CommandFixture::SetUp();
        cache = std::make_unique<HeldCache>(file->database(), file->workspace());
        client = std::make_unique<BackendClient>();
        client->setServer(server.url());
        rounds = std::make_unique<SyncRounds>(*client, *cache);
    }
    RoundOutcome pull()
    {
        std::optional<RoundOutcome> ended;
        rounds->pull([&](const RoundOutcome &outcome) { ended = outcome; });
        EXPECT_TRUE(QTest::qWaitFor([&] { return ended.has_value(); }));
        return ended.value_or(RoundOutcome());
    }

    /** A file that is in step at `cursor`, with one edit of `op` on its way to a server that refuses it. */
    void waitsToPush(const QString &op, qint64 cursor, const QString &id = u"new"_s)
    {
        client->setServer(refusing.url());
        ASSERT_TRUE(file->database().execute("UPDATE sync SET epoch = 1, cursor = " + QByteArray::number(cursor)));
        Edit edit;
        edit.mid = (id == u"new"_s ? u"m-"_s : u"m-"_s + id) + op;
        edit.kind = u"call"_s;
        edit.id = id;
        edit.op = op;
        edit.at = now;
        ASSERT_TRUE(insertOutgoing(file->database(), edit, {}));
    }
    /** An edit of another record is answered while the others have their pause. */
    void anotherPasses(const QString &id)
    {
        ASSERT_TRUE(file->database().execute("UPDATE outbox SET next_try_ms = 9000000000000"));
        refusing.status.clear();
        waitsToPush(u"tag-"_s, 10, id);
        const qint64 before = rows("dead");
        push();
        ASSERT_EQ(rows("dead"), before + 1) << "this server refuses, but it answers";
        ASSERT_TRUE(file->database().execute("UPDATE outbox SET next_try_ms = 0"));
    }
    RoundOutcome push()
    {
        std::optional<RoundOutcome> ended;
        rounds->push([&](const RoundOutcome &outcome) { ended = outcome; });
        EXPECT_TRUE(QTest::qWaitFor([&] { return ended.has_value(); }));
        return ended.value_or(RoundOutcome());
    }

    PageServer server{{u"a"_s, u"b"_s, u"c"_s}};
    RefusingServer refusing;
    std::unique_ptr<HeldCache> cache;
    std::unique_ptr<BackendClient> client;
    std::unique_ptr<SyncRounds> rounds;
};

struct DiskUnderneath {
    test::FaultDisk disk;
};

/** The disk is there before the file and goes after it. */
class FullDiskSyncTest : protected DiskUnderneath, public SyncRoundsTest
{
};

} // namespace

TEST_F(SyncRoundsTest, nextPageIsOnItsWayWhileOneIsWritten)
{
    cache->holds = true;
    std::optional<RoundOutcome> ended;
    rounds->pull([&](const RoundOutcome &outcome) { ended = outcome; });
    cache->held.takeFirst()(); // where the file stands
    ASSERT_TRUE(QTest::qWaitFor([&] { return server.asked.size() == 2; }));
    EXPECT_EQ(server.asked, (QStringList{QString(), u"a"_s})) << "the second page is asked for";
    EXPECT_EQ(rows("calls"), 0) << "while the first is not written";
    EXPECT_FALSE(ended);
    cache->holds = false;
    cache->held.takeFirst()();
    ASSERT_TRUE(ended);
    EXPECT_TRUE(ended->more);
    EXPECT_EQ(rows("calls"), 1);
    while (pull().more && syncPosition(file->database())->cursor < 0) {
    }
    EXPECT_EQ(server.asked, (QStringList{QString(), u"a"_s, u"b"_s})) << "each page once";
    EXPECT_EQ(rows("calls"), 3);
    EXPECT_EQ(syncPosition(file->database())->cursor, 10);
}

TEST_F(SyncRoundsTest, anotherPageThanTheOneAskedForIsThrownAway)
{
    server.says = u"a"_s;
    EXPECT_EQ(pull().kind, RoundOutcome::Kind::Later) << "or it would ask without a pause";
    EXPECT_EQ(rows("calls"), 0) << "the first was skipped";
    EXPECT_FALSE(syncPosition(file->database())->snapshot_s);
    server.says.reset();
    pull();
    server.says = u"b"_s;
    pull();
    pull();
    server.says.reset();
    while (pull().more && syncPosition(file->database())->cursor < 0) {
    }
    EXPECT_EQ(rows("calls"), 3);
}

TEST_F(SyncRoundsTest, answerAboutOtherRecordsTakesNothingAway)
{
    put(missedCall(u"mine"_s));
    const QString id = file->database().singleText("SELECT call_id FROM calls");
    ASSERT_TRUE(file->database().execute("UPDATE sync SET epoch = 1, cursor = 10; INSERT INTO stale (kind, id) SELECT 'call', call_id FROM calls"));
    OneAnswerServer rowsServer;
    client->setServer(rowsServer.url());
    const auto says = [&](const QString &asked, qint64 head) {
        rowsServer.said = {{u"epoch"_s, 1}, {u"head"_s, head}, {u"kind"_s, u"call"_s}, {u"ids"_s, QJsonArray{asked}}, {u"rows"_s, QJsonArray()}};
        return pull().kind;
    };
    EXPECT_EQ(says(u"another"_s, 10), RoundOutcome::Kind::Later);
    says(id, 9);
    EXPECT_EQ(rows("calls"), 1) << "of before what is known here";
    EXPECT_EQ(says(id, 10), RoundOutcome::Kind::Done);
    EXPECT_EQ(rows("calls"), 0) << "the backend does not have it";
}

TEST_F(SyncRoundsTest, pageThatFailedAheadIsAskedForAgain)
{
    cache->holds = true;
    rounds->pull([](const RoundOutcome &) {});
    cache->held.takeFirst()();
    ASSERT_TRUE(QTest::qWaitFor([&] { return server.asked.size() == 1; }));
    server.failures = 1;
    ASSERT_TRUE(QTest::qWaitFor([&] { return server.asked.size() == 2 && cache->held.size() == 1; }));
    cache->holds = false;
    cache->held.takeFirst()();
    // The refusal may be there already or come while it is waited for: then it counts, and the next round asks again.
    if (pull().kind == RoundOutcome::Kind::Later) {
        EXPECT_EQ(pull().kind, RoundOutcome::Kind::Done);
    }
    EXPECT_EQ(rows("calls"), 2);
    EXPECT_EQ(server.asked.mid(0, 3), (QStringList{QString(), u"a"_s, u"a"_s}));
}

TEST_F(SyncRoundsTest, pageOfAnotherPlaceIsThrownAway)
{
    EXPECT_TRUE(pull().more);
    ASSERT_TRUE(QTest::qWaitFor([&] { return server.asked.size() == 2; }));
    // Meanwhile the backend was restored: the file begins again.
    {
        FeedRows feed(file->database(), file->workspace(), u"Dana"_s);
        ASSERT_TRUE(feed.changeEpoch(2, 0));
    }
    const RoundOutcome again = pull();
    EXPECT_EQ(server.asked.value(2), QString()) << "the first page, not the one that was fetched ahead";
    EXPECT_EQ(again.kind, RoundOutcome::Kind::Later) << "or it would ask without a pause";
    pull();
    EXPECT_EQ(server.asked.mid(3), QStringList{QString()}) << "nor one after a page of the history that is no more";
    EXPECT_EQ(syncPosition(file->database())->epoch, 2);
    EXPECT_LT(syncPosition(file->database())->cursor, 0);
}

TEST_F(SyncRoundsTest, whatWasBeingTypedOnACallThatIsRefusedIsTold)
{
    waitsToPush(u"create"_s, 10);
    ASSERT_TRUE(storeRescuedDraft(file->database(), {u"new"_s, u"{\"notes\":\"the gate is blue\"}"_s, now}));
    push();
    EXPECT_EQ(rows("rescued_drafts"), 0);
    const auto dead = deadLetters(file->database());
    ASSERT_EQ(dead->size(), 2);
    EXPECT_TRUE(std::any_of(dead->cbegin(), dead->cend(), [](const DeadLetter &letter) { return letter.edit.args.value(u"text"_s).toString().contains(u"the gate is blue"); }));
}

TEST_F(SyncRoundsTest, draftWaitsForACallThatMayStillCome)
{
    waitsToPush(u"create"_s, -1);
    ASSERT_TRUE(storeRescuedDraft(file->database(), {u"other"_s, u"{\"notes\":\"the gate is blue\"}"_s, now}));
    push();
    EXPECT_EQ(rows("rescued_drafts"), 1);
}

TEST_F(SyncRoundsTest, olderCopyTakesAnotherIdOnceAndSendsTheSameAgain)
{
    waitsToPush(u"note"_s, 10);
    refusing.renews = true;
    const QString before = syncPosition(file->database())->device;
    EXPECT_TRUE(push().more);
    const QString renewed = syncPosition(file->database())->device;
    EXPECT_NE(renewed, before);
    EXPECT_EQ(rows("outbox"), 1);
    const RoundOutcome again = push();
    EXPECT_EQ(again.kind, RoundOutcome::Kind::Later) << "a server that says it again and again is asked after a pause";
    ASSERT_EQ(refusing.pushes.size(), 2);
    EXPECT_EQ(refusing.pushes[0].value(u"device"_s), before);
    EXPECT_EQ(refusing.pushes[1].value(u"device"_s), renewed);
    EXPECT_EQ(refusing.pushes[0].value(u"ms"_s), refusing.pushes[1].value(u"ms"_s));
    ASSERT_EQ(refusing.stamps.size(), 2);
    EXPECT_NE(refusing.stamps[0], refusing.stamps[1]);
    EXPECT_TRUE(refusing.stamps[1].startsWith("- ")) << "the new device has no past";
}

TEST_F(SyncRoundsTest, stampMovesWithThePushThatItBelongsToAndNoOther)
{
    waitsToPush(u"note"_s, 10);
    refusing.said = u"00000000"_s;
    push();
    EXPECT_EQ(syncPosition(file->database())->stamp, QString()) << "an answer that belongs to another push";
    const QString sent = syncPosition(file->database())->next_stamp;
    refusing.said = sent;
    waitsToPush(u"tag+"_s, 10);
    push();
    ASSERT_EQ(refusing.stamps.size(), 2);
    EXPECT_EQ(refusing.stamps[0], "- " + sent.toLatin1());
    EXPECT_EQ(refusing.stamps[1], refusing.stamps[0]) << "what was not answered is sent under the same stamps again";
    EXPECT_EQ(syncPosition(file->database())->stamp, sent);
    EXPECT_EQ(syncPosition(file->database())->next_stamp, QString());
}

TEST_F(SyncRoundsTest, backendThatIsAwaySaysNothingAboutAnEdit)
{
    waitsToPush(u"note"_s, 10);
    for (const char *status : {"502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout", "500 Internal Server Error"}) {
        refusing.status = status;
        for (int tried = 0; tried < 20; ++tried) {
            push();
            ASSERT_TRUE(file->database().execute("UPDATE outbox SET next_try_ms = 0"));
        }
        EXPECT_EQ(rows("dead"), 0) << status;
    }
    EXPECT_EQ(refusing.pushes.size(), 80);
    EXPECT_EQ(rows("outbox"), 1);
}

TEST_F(SyncRoundsTest, editForWhichTheStoreStaysAwayDoesNotHoldUpTheOthers)
{
    refusing.status = "503 Service Unavailable";
    refusing.culprit = u"m-badnote"_s;
    for (const char *id : {"one", "two", "bad", "three", "four"})
        waitsToPush(u"note"_s, 10, QString::fromLatin1(id));
    ASSERT_TRUE(file->database().execute("UPDATE outbox SET created_ms = 1")); // long ago
    for (int tried = 0; tried < 3; ++tried)
        EXPECT_EQ(push().kind, RoundOutcome::Kind::Later);
    EXPECT_EQ(rows("outbox"), 5) << "a moment's absence is nobody's fault";
    for (int tried = 0; tried < 20 && rows("outbox") > 1; ++tried)
        push();
    EXPECT_EQ(rows("dead"), 4) << "this server refuses, but it answers";
    EXPECT_EQ(file->database().singleText("SELECT mid FROM outbox"), refusing.culprit);
    EXPECT_FALSE(outboxCounts(file->database())->failure.isEmpty()) << "it is told";
    // Others pass each time, which counts against an edit that fails by itself.
    for (int turn = 0; turn < 9; ++turn) {
        anotherPasses(u"more"_s + QString::number(turn));
        refusing.status = "503 Service Unavailable";
        for (int tried = 0; tried < 5; ++tried)
            push();
    }
    EXPECT_EQ(rows("outbox"), 1) << "a store may come back to it";
}

TEST_F(SyncRoundsTest, duringAnOutageADeskAsksNoMoreOftenThanItsPausesSay)
{
    refusing.status = "503 Service Unavailable";
    refusing.headers = "Retry-After: 300\r\n";
    for (const char *id : {"one", "two", "three", "four"})
        waitsToPush(u"note"_s, 10, QString::fromLatin1(id));
    for (int tried = 0; tried < 30; ++tried) {
        const RoundOutcome outcome = push();
        EXPECT_EQ(outcome.kind, RoundOutcome::Kind::Later) << "another round at once";
        EXPECT_EQ(outcome.retry_after_s, 300);
    }
    EXPECT_EQ(refusing.pushes.size(), 30) << "somebody asks whether the store is there again";
    refusing.status.clear();
    for (int tried = 0; tried < 4; ++tried)
        push();
    ASSERT_TRUE(file->database().execute("UPDATE outbox SET next_try_ms = 0"));
    push();
    EXPECT_EQ(rows("outbox"), 0);
}

TEST_F(SyncRoundsTest, anotherVersionSaysWhichOfTheTwoIsTheOlder)
{
    waitsToPush(u"note"_s, 10);
    refusing.status = "426 Upgrade Required";
    for (const auto &[version, word] : {std::pair(99, u"server is newer"_s), std::pair(1, u"server is older"_s)}) {
        refusing.problem = {{u"code"_s, u"schema"_s}, {u"schema_ver"_s, version}};
        const RoundOutcome outcome = push();
        EXPECT_EQ(outcome.kind, RoundOutcome::Kind::Upgrade);
        EXPECT_TRUE(outcome.problem.contains(word)) << outcome.problem.toStdString();
    }
    EXPECT_EQ(rows("outbox"), 1);
}

TEST_F(FullDiskSyncTest, itIsToldAsSuchAndNotAsTheServersFault)
{
    disk.fail({test::DiskFault::Kind::Full, 1, true});
    const RoundOutcome outcome = pull();
    EXPECT_EQ(outcome.kind, RoundOutcome::Kind::Broken);
    EXPECT_TRUE(outcome.problem.contains(u"disk is full"_s)) << outcome.problem.toStdString();
}

class SyncParkingTest : public SyncRoundsTest
{
protected:
    void SetUp() override
    {
        SyncRoundsTest::SetUp();
        waitsToPush(u"note"_s, 10);
    }
    void failsAlone(const QString &code)
    {
        refusing.status = "500 Internal Server Error";
        refusing.problem = {{u"code"_s, code}};
        push();
        pauses.append(file->database().singleInteger("SELECT next_try_ms FROM outbox WHERE mid = 'm-note'").value_or(0) - QDateTime::currentMSecsSinceEpoch());
        ASSERT_TRUE(file->database().execute("UPDATE outbox SET next_try_ms = 0"));
    }
    /** As often as others pass meanwhile. */
    void failsAmongOthers(int times, const QString &code, const QByteArray &parking = {})
    {
        refusing.parking = parking;
        for (int tried = 0; tried < times; ++tried) {
            anotherPasses(u"other"_s + QString::number(m_others++));
            failsAlone(code);
        }
    }
    QList<qint64> pauses; ///< after each of them, in ms
    QString fate() { return file->database().singleText("SELECT code FROM dead WHERE mid = 'm-note'"); }

private:
    int m_others = 0;
};

TEST_F(SyncParkingTest, editThatFailsAgainAndAgainWhileOthersPassIsHandedIn)
{
    for (int tried = 0; tried < 20; ++tried)
        failsAlone(u"internal"_s);
    EXPECT_EQ(rows("dead"), 0) << "nothing else passed";
    EXPECT_FALSE(outboxCounts(file->database())->failure.isEmpty()) << "it is told";
    failsAmongOthers(10, u"damaged"_s);
    EXPECT_EQ(rows("outbox"), 1) << "a damaged store can be mended";
    EXPECT_TRUE(std::all_of(pauses.cbegin(), pauses.cend(), [](qint64 pause) { return pause <= 60'000; }));
    pauses.clear();
    failsAmongOthers(7, u"internal"_s);
    EXPECT_EQ(rows("outbox"), 1);
    EXPECT_TRUE(refusing.parked.isEmpty()) << "it was handed in early, or an outage counted";
    EXPECT_GE(std::accumulate(pauses.cbegin(), pauses.cend(), qint64(0)), 10 * 60 * 1000 - 1000) << "a short failure is none of the edit's";
    failsAmongOthers(1, u"internal"_s);
    ASSERT_EQ(refusing.parked.size(), 1);
    const SyncPosition position = *syncPosition(file->database());
    EXPECT_EQ(refusing.parked[0][u"device"_s].toString(), position.device);
    EXPECT_EQ(refusing.parked[0][u"epoch"_s].toInteger(), position.epoch);
    EXPECT_EQ(refusing.parked[0][u"edit"_s], refusing.pushes.last()[u"ms"_s][0]) << "the same edit, whole";
    EXPECT_EQ(rows("outbox"), 0);
    EXPECT_EQ(fate(), u"parked"_s);
}

TEST_F(SyncParkingTest, whereItCannotBeHandedInItWaitsOrStaysHere)
{
    // What stands before a backend, one that is away, and one whose store is damaged say nothing about the edit.
    failsAmongOthers(11, u"damaged"_s);
    failsAmongOthers(12, u"internal"_s, "503 Service Unavailable");
    failsAmongOthers(3, u"internal"_s, "400 Bad Request");
    EXPECT_EQ(refusing.parked.size(), 8);
    EXPECT_EQ(rows("outbox"), 1);
    refusing.said_of_parked = {{u"code"_s, u"damaged"_s}};
    failsAmongOthers(1, u"internal"_s, "500 Internal Server Error");
    EXPECT_EQ(rows("outbox"), 1);
    refusing.said_of_parked = {{u"code"_s, u"internal"_s}};
    failsAmongOthers(1, u"internal"_s, "500 Internal Server Error");
    EXPECT_EQ(rows("outbox"), 0);
    EXPECT_EQ(fate(), u"server_cannot"_s);
}

TEST_F(SyncParkingTest, oneFailedHandingInIsNotTheEnd)
{
    refusing.said_of_parked = {{u"code"_s, u"internal"_s}};
    failsAmongOthers(11, u"internal"_s, "500 Internal Server Error");
    EXPECT_EQ(refusing.parked.size(), 4);
    EXPECT_EQ(rows("outbox"), 1);
    failsAmongOthers(1, u"internal"_s, "500 Internal Server Error");
    EXPECT_EQ(fate(), u"server_cannot"_s);
}

TEST_F(SyncParkingTest, aHandingInThatFailsHoldsNothingUp)
{
    refusing.headers = "Retry-After: 300\r\n";
    failsAmongOthers(7, u"internal"_s, "503 Service Unavailable");
    anotherPasses(u"more"_s);
    refusing.status = "500 Internal Server Error";
    const RoundOutcome outcome = push();
    EXPECT_EQ(refusing.parked.size(), 1);
    EXPECT_EQ(outcome.kind, RoundOutcome::Kind::Done);
    EXPECT_TRUE(outcome.more);
}

TEST_F(SyncRoundsTest, onlyARefusalThatNamesTheEditEndsIt)
{
    waitsToPush(u"note"_s, 10);
    refusing.status = "400 Bad Request";
    refusing.problem = {{u"code"_s, u"invalid"_s}, {u"errors"_s, QJsonArray{QJsonObject{{u"field"_s, u"Device-Stamps"_s}, {u"reason"_s, u"no"_s}}}}};
    EXPECT_EQ(push().kind, RoundOutcome::Kind::Later);
    EXPECT_EQ(rows("dead"), 0) << "a mistake of the push as a whole";
    refusing.problem = {{u"code"_s, u"invalid"_s}, {u"errors"_s, QJsonArray{QJsonObject{{u"field"_s, u"ms[0].args"_s}, {u"reason"_s, u"no"_s}}}}};
    push();
    EXPECT_EQ(rows("dead"), 1);
}

TEST_F(FullDiskSyncTest, whatWaitsGoesOutThoughNothingCanBeNoted)
{
    waitsToPush(u"note"_s, 10);
    disk.fail({test::DiskFault::Kind::Full, 1, true});
    EXPECT_EQ(push().kind, RoundOutcome::Kind::Broken) << "it is not known here that it arrived";
    ASSERT_EQ(refusing.pushes.size(), 1);
    EXPECT_EQ(refusing.stamps[0], QByteArray()) << "a stamp that was not written is not said";
    EXPECT_EQ(rows("outbox"), 1);
    disk.fail({});
    EXPECT_EQ(push().kind, RoundOutcome::Kind::Done);
    ASSERT_EQ(refusing.pushes.size(), 2);
    EXPECT_EQ(refusing.pushes[1], refusing.pushes[0]) << "the same again";
    EXPECT_TRUE(refusing.stamps[1].startsWith("- "));
    EXPECT_EQ(rows("dead"), 1);
    const QString stamp = syncPosition(file->database())->next_stamp;
    ASSERT_TRUE(takeStamp(file->database(), stamp));
    waitsToPush(u"tag+"_s, 10);
    disk.fail({test::DiskFault::Kind::Full, 1, true});
    push();
    EXPECT_EQ(QString::fromLatin1(refusing.stamps[2]), QString(stamp + u' ' + stamp)) << "an older copy is still known by it";
    disk.fail({});
}

TEST_F(SyncRoundsTest, anotherStartMakesAnotherStampAndSaysThoseThatWereNotAnswered)
{
    waitsToPush(u"note"_s, 10);
    push();
    SyncRounds again(*client, *cache);
    std::optional<RoundOutcome> ended;
    again.push([&](const RoundOutcome &outcome) { ended = outcome; });
    ASSERT_TRUE(QTest::qWaitFor([&] { return ended.has_value(); })) << "with nothing to push";
    ended.reset();
    waitsToPush(u"tag+"_s, 10);
    again.push([&](const RoundOutcome &outcome) { ended = outcome; });
    ASSERT_TRUE(QTest::qWaitFor([&] { return ended.has_value(); }));
    ASSERT_EQ(refusing.stamps.size(), 2);
    const QByteArrayList before = refusing.stamps[0].split(' ');
    const QByteArrayList after = refusing.stamps[1].split(' ');
    ASSERT_EQ(after.size(), 3);
    EXPECT_EQ(after[2], before[1]);
    EXPECT_NE(after[1], before[1]);
    for (int start = 0; start < 20; ++start)
        ASSERT_TRUE(stampPush(file->database(), true));
    EXPECT_EQ(syncPosition(file->database())->next_stamp.split(u' ').size(), 8);
    const QString newest = syncPosition(file->database())->next_stamp.section(u' ', 0, 0);
    for (const QString &other : {QString(), u"%"_s, newest.left(8), syncPosition(file->database())->next_stamp.section(u' ', 1, 1)}) {
        ASSERT_TRUE(takeStamp(file->database(), other));
        EXPECT_EQ(syncPosition(file->database())->stamp, QString()) << other.toStdString();
    }
    ASSERT_TRUE(takeStamp(file->database(), newest));
    EXPECT_EQ(syncPosition(file->database())->stamp, newest);
    EXPECT_EQ(syncPosition(file->database())->next_stamp, QString());
}
