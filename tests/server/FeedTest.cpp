#include "StoreFixture.h"

#include "store/AuditChain.h"

#include <QCryptographicHash>

using namespace calldeck;
using namespace calldeck::test;

class FeedTest : public StoreFixture
{
protected:
    void fill(int calls)
    {
        for (int i = 0; i < calls; ++i)
            one(u"ana"_s, edit(u"create"_s, missedCall(), u"c%1"_s.arg(i, 3, 10, QChar(u'0'))));
    }
};
CALLDECK_ON_BOTH_ENGINES(FeedTest);

TEST_P(FeedTest, eachRecordComesOnceInItsNewestState)
{
    fill(3);
    one(u"ana"_s, edit(u"tag+"_s, {{u"tag"_s, u"leak"_s}}, u"c001"_s));
    const QJsonObject page = document(readChanges(*read(), 1, 1, 500));
    EXPECT_EQ(page.value(u"from"_s).toInteger(), 1);
    EXPECT_EQ(page.value(u"to"_s).toInteger(), 5);
    EXPECT_EQ(page.value(u"rows"_s).toArray().size(), 3);
    EXPECT_EQ(page.value(u"rows"_s)[1][u"ver"_s].toInteger(), 5);
}

TEST_P(FeedTest, pagesChainFromToFrom)
{
    fill(10);
    qint64 cursor = 0;
    int rows = 0;
    for (qint64 head = 1; cursor < head;) {
        const QJsonObject page = document(readChanges(*read(), 1, cursor, 3));
        EXPECT_EQ(page.value(u"from"_s).toInteger(), cursor);
        EXPECT_GT(page.value(u"to"_s).toInteger(), cursor);
        cursor = page.value(u"to"_s).toInteger();
        head = page.value(u"head"_s).toInteger();
        rows += static_cast<int>(page.value(u"rows"_s).toArray().size());
    }
    EXPECT_EQ(rows, 11);
}

TEST_P(FeedTest, snapshotFixesItsHeadAndShowsEveryLivingRecordOnce)
{
    fill(7);
    one(u"ana"_s, edit(u"del"_s, {}, u"c003"_s), UserRole::MANAGER);
    SnapshotPlace place;
    place.limit = 3;
    QStringList names;
    qint64 s = -1;
    for (int pages = 0; pages < 10; ++pages) {
        const QJsonObject page = document(readSnapshot(*read(), place));
        if (s < 0)
            s = page.value(u"s"_s).toInteger();
        EXPECT_EQ(page.value(u"s"_s).toInteger(), s);
        const QJsonArray rows = page.value(u"rows"_s).toArray();
        for (const QJsonValue &row : rows)
            names.append(row[u"id"_s].toString());
        one(u"ana"_s, edit(u"tag+"_s, {{u"tag"_s, u"t%1"_s.arg(pages)}}, u"c000"_s));
        if (page.value(u"next"_s).isNull())
            break;
        place.s = s;
        place.kind = page.value(u"next"_s)[u"kind"_s].toString();
        place.id = page.value(u"next"_s)[u"after"_s].toString();
    }
    EXPECT_EQ(names, (QStringList{u"c000"_s, u"c001"_s, u"c002"_s, u"c004"_s, u"c005"_s, u"c006"_s, u"settings"_s}));
}

TEST_P(FeedTest, compactedLogSendsOldCursorsToTheSnapshot)
{
    fill(10);
    const auto min = compactLog(*connection, ws, 4, now);
    ASSERT_TRUE(min);
    EXPECT_EQ(*min, 7);
    const auto old = readChanges(*read(), 1, 6, 500);
    ASSERT_TRUE(old);
    ASSERT_TRUE(std::holds_alternative<LogGone>(*old));
    EXPECT_EQ(std::get<LogGone>(*old).min, 7);
    EXPECT_EQ(document(readChanges(*read(), 1, 7, 500)).value(u"rows"_s).toArray().size(), 4);
    EXPECT_TRUE(std::holds_alternative<LogGone>(*readChanges(*read(), 1, 999, 500)));
}

TEST_P(FeedTest, baseIsTheLeastOfAllRestoresSinceTheClientsEpoch)
{
    fill(9); // head 10
    ASSERT_TRUE(startEpoch(*connection, ws, {{1, 0}}, true, now));
    const auto wrong = readChanges(*read(), 1, 3, 10);
    ASSERT_TRUE(wrong && std::holds_alternative<WrongEpoch>(*wrong));
    EXPECT_EQ(std::get<WrongEpoch>(*wrong).epoch, 2);
    EXPECT_EQ(std::get<WrongEpoch>(*wrong).base, 10);
    fill(2);
    ASSERT_TRUE(startEpoch(*connection, ws, {{1, 0}, {2, 10}}, true, now));
    EXPECT_EQ(*baseFor(*read(), 1), 10);
    EXPECT_EQ(*baseFor(*read(), 2), 12);
    // A copy from epoch 3 put back while the store knew a restore to 4 since: nothing after 4 is common.
    ASSERT_TRUE(startEpoch(*connection, ws, {{1, 0}, {2, 10}, {3, 12}, {4, 4}}, true, now));
    EXPECT_EQ(read()->head().epoch, 5);
    EXPECT_EQ(*baseFor(*read(), 1), 4);
    EXPECT_EQ(*baseFor(*read(), 4), 4);
    // Of a store that was lost nothing is known: all is sent again.
    ASSERT_TRUE(startEpoch(*connection, ws, {}, false, now));
    EXPECT_EQ(*baseFor(*read(), 5), 0);
    EXPECT_EQ(read()->head().epoch, now);
    // Restored twice within a second: whoever saw the first of them must not take the second for it.
    ASSERT_TRUE(startEpoch(*connection, ws, {}, false, now + 1));
    EXPECT_EQ(read()->head().epoch, now + 1);
}

TEST_P(FeedTest, digestIsThatOfIdsAndVersions)
{
    fill(2);
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData(QByteArray("c000\t2\nc001\t3\n"));
    const QJsonObject digest = QJsonDocument::fromJson(*readDigest(*read(), u"call"_s)).object();
    EXPECT_EQ(digest.value(u"digest"_s).toString().toLatin1(), hash.result().toHex());
    EXPECT_EQ(digest.value(u"count"_s).toInteger(), 2);
}

TEST_P(FeedTest, workspacesDoNotSeeEachOther)
{
    fill(2);
    const QString mine = ws;
    ws = found();
    EXPECT_TRUE(row(u"c000"_s).isEmpty());
    EXPECT_EQ(document(readChanges(*read(), 1, 0, 500)).value(u"rows"_s).toArray().size(), 1); // its settings
    EXPECT_EQ(one(u"eve"_s, edit(u"note"_s, {{u"text"_s, u"x"_s}}, u"c000"_s)).code, u"gone"_s);
    EXPECT_EQ(QJsonDocument::fromJson(*readRows(*read(), u"call"_s, {u"c000"_s})).object().value(u"rows"_s).toArray().size(), 0);
    ws = mine;
    EXPECT_FALSE(row(u"c000"_s).isEmpty());
}

TEST_P(FeedTest, databaseItselfHidesOtherWorkspaces)
{
    if (GetParam() == SqlEngine::Sqlite)
        GTEST_SKIP() << "SQLite has no row-level security";
    fill(1);
    SqlStatement all = connection->prepare("SELECT count(*) FROM entity");
    ASSERT_TRUE(*all.found());
    EXPECT_EQ(all.integer(0), 0);
    const auto tx = read();
    SqlStatement others = connection->query("SELECT count(*) FROM entity WHERE ws <> ?", ws);
    ASSERT_TRUE(*others.found());
    EXPECT_EQ(others.integer(0), 0);
    EXPECT_FALSE(connection->query("INSERT INTO erased(ws, kind, id_hash, at) VALUES ('other', 'call', 'x', 0)").run());
}

TEST_P(FeedTest, everyTamperingWithTheAuditTrailShows)
{
    fill(6);
    EXPECT_FALSE(checkAudit(*read())->broken_at);
    const qint64 entries = checkAudit(*read())->entries;
    EXPECT_EQ(entries, 7);
    const QByteArrayList tamperings{"UPDATE audit SET entry = replace(entry, 'ana', 'eve') WHERE ws = ? AND n = 3", "DELETE FROM audit WHERE ws = ? AND n = 3",
                                    "UPDATE audit SET n = 99 WHERE ws = ? AND n = 3"};
    for (const QByteArray &tampering : tamperings) {
        const auto tx = *WorkspaceTx::begin(*connection, ws, WorkspaceTx::Mode::Write);
        ASSERT_TRUE(tx->query(tampering).run());
        EXPECT_EQ(checkAudit(*tx)->broken_at, 3) << tampering.toStdString();
    }
}
