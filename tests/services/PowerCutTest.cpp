#include "EncryptedFixture.h"
#include "PowerCuts.h"
#include "database/Cipher.h"
#include "store/DeskStore.h"

#include <QCoreApplication>

using namespace calldeck;
using namespace calldeck::test;

namespace
{

/** A desk that works while everything the disk is told is written down. */
class PowerCutTest : public EncryptedFixture
{
protected:
    static constexpr int sessions = 5;
    static constexpr int savesOfASession = 12;
    static constexpr int usualCuts = 1100;

    void SetUp() override {}
    DatabaseKey keyOr(bool encrypted) const { return encrypted ? key : DatabaseKey(); }

    /** Makes the file, then works in it for some sessions; `relax` is told to SQLite at the beginning of each. */
    void work(bool encrypted, const QByteArray &relax = {})
    {
        used = keyOr(encrypted);
        openWith(used);
        for (int i = 0; i < 6; ++i)
            calls.append(put(missedCall(QStringLiteral("n%1").arg(i), QStringLiteral("+1415555%1").arg(2000 + i))));
        file.reset();
        disk.record();
        for (int i = 0; i < sessions; ++i)
            session(i, relax);
        log = disk.takeLog();
    }
    void session(int number, const QByteArray &relax)
    {
        auto store = DeskStore::open(dir.path(), CacheFile::Mode::ReadWrite, QStringLiteral("Dana"), DataKey{used, {}});
        ASSERT_TRUE(store) << store.error().message.toStdString();
        if (!relax.isEmpty())
            tellSqlite(**store, relax);
        for (int i = 0; i < savesOfASession; ++i) {
            save(**store, number * savesOfASession + i);
            // As at the end of a long day, when the journal has grown.
            if (i == savesOfASession / 2 && number % 2 == 1)
                tellSqlite(**store, "PRAGMA wal_checkpoint(RESTART)");
            QCoreApplication::processEvents();
        }
    }
    void save(DeskStore &store, int number)
    {
        const CallKey call = calls[chance.below(static_cast<int>(calls.size()))];
        const QString text = QStringLiteral("note %1 ").arg(number) + QString(chance.below(3000), u'n');
        const Command commands[] = {SetFields{{call}, {{CallField::call_notes, text}}}, AddNote{call, text},
                                    ChangeTags{calls, {QStringLiteral("tag%1").arg(number)}, {}}, ScheduleFollowUp{call, now + 1000 * number, text}};
        const auto receipt = store.apply(commands[chance.below(4)]).result();
        ASSERT_TRUE(receipt) << receipt.error().message.toStdString();
        acknowledged.append({disk.recorded(), receipt->mutation_id});
    }
    static void tellSqlite(DeskStore &store, const QByteArray &sql)
    {
        store.write(
            &store,
            [sql](Database &database, FeedRows &) -> Result<ChangeSet> {
                const Verdict done = database.execute(sql);
                return done ? Result<ChangeSet>(ChangeSet{}) : done.error();
            },
            [sql](const Result<ChangeSet> &told) { EXPECT_TRUE(told) << sql.toStdString(); });
    }
    /** Opens what is left as the desk does. Each tenth time everything that verify knows is checked too. */
    QString restart(const QString &folder, QSet<QString> &found)
    {
        auto opened = CacheFile::open(folder, CacheFile::Mode::ReadWrite, used);
        if (!opened)
            return opened.error().message + opened.error().detail;
        Database &database = (*opened)->database();
        if (database.singleText("PRAGMA integrity_check") != QStringLiteral("ok"))
            return QStringLiteral("not whole");
        Statement kept = database.prepare("SELECT a.mutation_id FROM audit a JOIN outbox o ON o.mutation = a.mutation_id");
        while (kept.step())
            found.insert(kept.text(0));
        if (kept.failed())
            return database.lastError().message;
        if (++restarts % 10 != 0)
            return {};
        const auto report = (*opened)->verify();
        return report ? report->problems.join(u' ') : report.error().message;
    }
    CutFigures cut(int wanted, quint64 seed)
    {
        return cutPower(std::move(log), acknowledged, wanted, seed, [this](const QString &folder, QSet<QString> &found) { return restart(folder, found); });
    }

    FaultDisk disk;
    DatabaseKey used;
    QList<CallKey> calls;
    QList<Acknowledged> acknowledged;
    DiskLog log;
    Chance chance{17};
    int restarts = 0;
};

} // namespace

TEST_F(PowerCutTest, whatWasCalledSavedOutlivesThem)
{
    work(false);
    expectNothingLost("plain", cut(wantedCuts(usualCuts), 1));
}

TEST_F(PowerCutTest, encryptedToo)
{
    if (!canEncrypt())
        GTEST_SKIP() << "built without encryption";
    work(true);
    expectNothingLost("encrypted", cut(wantedCuts(usualCuts), 2));
}

/** A desk that does not wait for the disk loses: else this test would see nothing. */
TEST_F(PowerCutTest, lossesShowWithoutWaitingForTheDisk)
{
    work(false, "PRAGMA synchronous = NORMAL");
    const CutFigures figures = cut(200, 3);
    tell("synchronous=NORMAL", figures);
    EXPECT_GT(figures.lost, figures.cuts / 10);
    EXPECT_EQ(figures.unusable, 0) << figures.first.toStdString();
}

/** With the writes in no order at all not even the file is whole. */
TEST_F(PowerCutTest, damageShowsWithoutAnyOrder)
{
    work(false, "PRAGMA synchronous = OFF");
    const CutFigures figures = cut(200, 4);
    tell("synchronous=OFF", figures);
    EXPECT_GT(figures.unusable, 0);
}

/** The upgrade of an old file: old or new, never between. */
TEST_F(PowerCutTest, anUpgradeIsDoneOrNot)
{
    const QList<Migration> &steps = cacheFormat().steps;
    ASSERT_TRUE(openCache(dir.path(), Database::Access::Create, DatabaseFormat{cacheFormat().application_id, steps.first(1)}));
    disk.record();
    ASSERT_TRUE(openCache(dir.path(), Database::Access::ReadWrite));
    QSet<qint64> versions;
    const CutFigures figures = cutPower(disk.takeLog(), {}, 200, 5, [&](const QString &folder, QSet<QString> &) -> QString {
        {
            auto looked = Database::open(cachePath(folder), Database::Access::ReadWrite);
            versions.insert(looked ? (*looked)->singleInteger("PRAGMA user_version").value_or(-1) : -1);
        }
        const auto opened = CacheFile::open(folder, CacheFile::Mode::ReadWrite);
        const auto report = opened ? (*opened)->verify() : Result<VerifyReport>(opened.error());
        return report ? report->problems.join(u' ') : report.error().message;
    });
    expectNothingLost("upgrade", figures);
    for (const qint64 version : std::as_const(versions))
        EXPECT_TRUE(version >= 1 && version <= steps.size()) << version;
    EXPECT_EQ(versions.size(), steps.size()) << "not every version was met: the cuts are too few";
}
