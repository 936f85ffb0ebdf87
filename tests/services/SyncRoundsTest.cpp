#include "CommandFixture.h"
#include "backend/CacheAccess.h"
#include "backend/SyncRounds.h"

#include <QJsonDocument>
#include <QSignalSpy>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>
#include <QUrlQuery>

using namespace calldeck;
using namespace Qt::StringLiterals;

namespace
{

/** The pages of a snapshot, one call each, as a backend sends them. */
class PageServer : public QTcpServer
{
public:
    explicit PageServer(QStringList ids) : m_ids(std::move(ids))
    {
        listen(QHostAddress::LocalHost);
        connect(this, &QTcpServer::newConnection, this, [this] {
            QTcpSocket *socket = nextPendingConnection();
            connect(socket, &QTcpSocket::readyRead, socket, [this, socket] { answer(*socket); });
        });
    }
    QUrl url() const { return QUrl(u"http://127.0.0.1:%1"_s.arg(serverPort())); }

    QStringList asked; ///< after which record, "" for the first page
    int failures = 0;  ///< so many of the next requests get 503

private:
    void answer(QTcpSocket &socket)
    {
        const QByteArray head = socket.readAll();
        const QUrlQuery query(QUrl(QString::fromLatin1(head.split(' ').value(1))));
        const QString after = query.queryItemValue(u"after"_s);
        asked.append(after);
        const bool fails = failures > 0;
        failures -= fails ? 1 : 0;
        const QByteArray body = fails ? QByteArray("{}") : QJsonDocument(pageAfter(after)).toJson(QJsonDocument::Compact);
        socket.write(QByteArray(fails ? "HTTP/1.1 503 Busy" : "HTTP/1.1 200 OK") + "\r\nContent-Type: application/json\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body);
    }
    QJsonObject pageAfter(const QString &after) const
    {
        const qsizetype at = after.isEmpty() ? 0 : m_ids.indexOf(after) + 1;
        CallState state;
        state.call.call_id = m_ids[at];
        state.call.status = CallStatus::MISSED;
        const QJsonObject row{{u"kind"_s, u"call"_s}, {u"id"_s, m_ids[at]}, {u"ver"_s, at + 1}, {u"row"_s, callRow(state)}};
        const bool more = at + 1 < m_ids.size();
        return {{u"epoch"_s, 1}, {u"s"_s, 10}, {u"head"_s, 10}, {u"rows"_s, QJsonArray{row}},
                {u"next"_s, more ? QJsonValue(QJsonObject{{u"kind"_s, u"call"_s}, {u"after"_s, m_ids[at]}}) : QJsonValue()}};
    }

    const QStringList m_ids;
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

    PageServer server{{u"a"_s, u"b"_s, u"c"_s}};
    std::unique_ptr<HeldCache> cache;
    std::unique_ptr<BackendClient> client;
    std::unique_ptr<SyncRounds> rounds;
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
    EXPECT_EQ(again.kind, RoundOutcome::Kind::Done);
    EXPECT_EQ(syncPosition(file->database())->epoch, 2);
    EXPECT_LT(syncPosition(file->database())->cursor, 0);
}
