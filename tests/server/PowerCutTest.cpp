#include "PowerCuts.h"
#include "StoreFixture.h"
#include "database/DatabaseFile.h"
#include "sql/ServerSchema.h"

using namespace calldeck;
using namespace calldeck::test;

namespace
{

/** A backend on its own SQLite file that takes pushes while everything the disk is told is written down. */
class ServerPowerCutTest : public StoreFixture
{
protected:
    static constexpr int sessions = 3;
    static constexpr int pushesOfASession = 12;

    void SetUp() override
    {
        StoreFixture::SetUp();
        connection.reset();
        disk.record();
        for (int i = 0; i < sessions; ++i)
            session(i);
        log = disk.takeLog();
    }
    void TearDown() override { connection.reset(); }
    void session(int number)
    {
        connection = open();
        ASSERT_TRUE(connection);
        if (!relax.isEmpty()) {
            ASSERT_TRUE(connection->execute(relax));
        }
        for (int i = 0; i < pushesOfASession; ++i) {
            const QString call = u"c%1-%2"_s.arg(number).arg(i);
            const QList<Edit> edits{edit(u"create"_s, missedCall(u"+1415555%1"_s.arg(2000 + number * 100 + i)), call),
                                    edit(u"note"_s, {{u"text"_s, QString(1 + chance.below(2000), u'n')}}, call)};
            const auto outcomes = push(u"ana"_s, edits);
            ASSERT_TRUE(outcomes) << problemOf(outcomes);
            ASSERT_EQ(outcomes->size(), 2);
            for (const Edit &one : edits)
                acknowledged.append({disk.recorded(), one.mid});
            if (i == pushesOfASession / 2) {
                ASSERT_TRUE(connection->execute("PRAGMA wal_checkpoint(RESTART)"));
            }
        }
        connection.reset();
    }
    /** As the backend starts; and as a desk sees it, the log has no gap and ends where the workspace says. */
    static QString restart(const QString &folder, QSet<QString> &found)
    {
        auto opened = openDatabaseFile(QDir(folder).filePath(u"server.db"_s), Database::Access::ReadWrite, serverFormat(SqlEngine::Sqlite));
        if (!opened)
            return opened.error().message + opened.error().detail;
        Database &database = **opened;
        if (database.singleText("PRAGMA integrity_check") != u"ok"_s)
            return u"not whole"_s;
        Statement kept = database.prepare("SELECT m.mid FROM mutation m JOIN change c ON c.ws = m.ws AND c.mid = m.mid WHERE m.status = 'applied'");
        while (kept.step())
            found.insert(kept.text(0));
        if (kept.failed())
            return database.lastError().message;
        const auto gaps = database.singleInteger("SELECT count(*) FROM ws_head h WHERE h.seq <> (SELECT count(*) FROM change c WHERE c.ws = h.ws)");
        return gaps == 0 ? QString() : u"a gap in the log"_s;
    }
    CutFigures cut(int wanted, quint64 seed) { return cutPower(std::move(log), acknowledged, wanted, seed, restart); }

    FaultDisk disk;
    QByteArray relax;
    QList<Acknowledged> acknowledged;
    DiskLog log;
    Chance chance{23};
};

class CarelessServerPowerCutTest : public ServerPowerCutTest
{
protected:
    CarelessServerPowerCutTest() { relax = "PRAGMA synchronous = NORMAL"; }
};

} // namespace

TEST_P(ServerPowerCutTest, whatWasAcknowledgedOutlivesThem) { expectNothingLost("backend", cut(wantedCuts(600), 1)); }

TEST_P(CarelessServerPowerCutTest, lossesShowWithoutWaitingForTheDisk)
{
    const CutFigures figures = cut(120, 2);
    tell("backend, synchronous=NORMAL", figures);
    EXPECT_GT(figures.lost, figures.cuts / 10);
}

// PostgreSQL looks after its own files.
INSTANTIATE_TEST_SUITE_P(On, ServerPowerCutTest, testing::Values(SqlEngine::Sqlite), [](const auto &) { return "Sqlite"; });
INSTANTIATE_TEST_SUITE_P(On, CarelessServerPowerCutTest, testing::Values(SqlEngine::Sqlite), [](const auto &) { return "Sqlite"; });
