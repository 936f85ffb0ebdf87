#include "Files.h"
#include "OwnDeskFixture.h"
#include "ingest/Importer.h"
#include "records/Damage.h"
#include "store/Rescue.h"

#include <QDir>
#include <QFileInfo>
#include <QSignalSpy>
#include <atomic>

using namespace calldeck;
using namespace Qt::StringLiterals;

namespace
{

class OwnStoreTest : public CommandFixture
{
protected:
    const DatabaseKey key = *DatabaseKey::fromBytes(QByteArray("0123456789abcdef0123456789ABCDEF"));

    std::unique_ptr<OwnStore> openStore(const DatabaseKey &with = {})
    {
        auto opened = OwnStore::open({dir.path(), with, u"Dana"_s, {}}, *file);
        EXPECT_TRUE(opened) << (opened ? "" : QString(opened.error().message + opened.error().detail).toStdString());
        return opened ? *std::move(opened) : nullptr;
    }
    /** Calls by the store and then on the desk. */
    QList<Applied> takeIn(OwnStore &store, const QList<IncomingCall> &calls)
    {
        QList<Applied> results;
        EXPECT_TRUE(store.begin());
        for (const IncomingCall &call : calls) {
            const auto applied = store.put(call, now);
            EXPECT_TRUE(applied) << (applied ? "" : applied.error().message.toStdString());
            results.append(applied ? *applied : Applied::Unchanged);
        }
        EXPECT_TRUE(store.commit());
        EXPECT_TRUE(store.catchUp(*file));
        return results;
    }
    CallKey keyOf(const QString &providerCallId) { return (*file->findCall(providerCallId)).value_or(0); }
    /** The backend writes no moment down that is yet to come. */
    static TimeMs today() { return std::min(now, QDateTime::currentMSecsSinceEpoch()); }
    /** Everything a person can do to a call, with text of all kinds. */
    void work(const QString &name)
    {
        const CallKey call = keyOf(name);
        done(disposition({call}, u"booked"_s, u"after five, gate \"7\"\nring twice"_s, now + 3'600'000, 12'500), today());
        done(ChangeTags{{call}, {u"vip"_s}, {}}, today());
        done(set({call}, CallField::caller_name, u"Zoë O'Neil"_s), today());
        done(AddNote{call, u"the dog is friendly"_s}, today());
        done(LinkContact{call, {}, true}, today());
    }
    /** Two calls, one worked on and in step with the store, a change of the other on its way. */
    void workAndLeaveOneUnsent(const DatabaseKey &with = {})
    {
        takeIn(*openStore(with), {missedCall(u"a"_s), missedCall(u"b"_s, u"+14155550001"_s)});
        work(u"a"_s);
        syncOnce(with);
        done(set({keyOf(u"b"_s)}, CallField::caller_name, u"not sent yet"_s), today());
    }
    /** Another data directory than that of the fixture: one with a key. */
    void encryptBoth()
    {
        file.reset();
        ASSERT_TRUE(removeCache(dir.path()));
        file = *CacheFile::open(dir.path(), CacheFile::Mode::Create, key);
        sitDown();
    }
    /** Changes a bit in the first page of a table of the encrypted store. */
    qint64 damageStore(const QByteArray &table)
    {
        qint64 page = 0;
        {
            const auto store = Database::open(ownStorePath(dir.path()), Database::Access::ReadWrite, key);
            EXPECT_TRUE((*store)->execute("PRAGMA wal_checkpoint(TRUNCATE)"));
            page = (*store)->singleInteger("SELECT rootpage FROM sqlite_schema WHERE name = '" + table + "'").value_or(0);
        }
        damagePage(ownStorePath(dir.path()), page);
        return page;
    }
    static constexpr qsizetype pageSize = 4096;
    static QByteArray pageOf(const QString &path, qint64 page) { return test::bytesOf(path).mid((page - 1) * pageSize, pageSize); }
    static void damagePage(const QString &path, qint64 page)
    {
        ASSERT_GT(page, 1);
        QByteArray bytes = test::bytesOf(path);
        const qsizetype at = (page - 1) * pageSize + 100;
        bytes[at] = static_cast<char>(bytes[at] ^ 1);
        ASSERT_TRUE(test::writeBytes(path, bytes));
    }
    void letGo()
    {
        runner.reset();
        file.reset();
    }
    void takeUp(const DatabaseKey &with = {})
    {
        auto opened = CacheFile::open(dir.path(), CacheFile::Mode::ReadWrite, with);
        ASSERT_TRUE(opened) << (opened ? "" : opened.error().message.toStdString());
        file = *std::move(opened);
        sitDown();
    }
    /** Runs the whole desk until everything went to its backend and came back. */
    void syncOnce(const DatabaseKey &with = {})
    {
        letGo();
        OwnDesk(dir.path(), with).waitUntilInStep();
        takeUp(with);
    }
};

} // namespace

TEST_F(OwnStoreTest, callsComeInByTheStoreAndShowOnTheDesk)
{
    const auto store = openStore();
    EXPECT_EQ(takeIn(*store, {missedCall(u"a"_s), missedCall(u"b"_s, u"+14155550001"_s)}), (QList<Applied>{Applied::Added, Applied::Added}));
    EXPECT_EQ(rows("calls"), 2);
    EXPECT_EQ(rows("outbox"), 0);
    const Call call = callAt(keyOf(u"a"_s));
    EXPECT_EQ(call.customer_number, u"+14155552671"_s);
    EXPECT_TRUE(call.outcome_required);
    EXPECT_FALSE(openTask().isEmpty()) << "a missed call makes its callback task";
    EXPECT_EQ(takeIn(*store, {missedCall(u"a"_s)}), QList<Applied>{Applied::Unchanged});
    IncomingCall more = missedCall(u"a"_s);
    more.call.caller_name = u"Marisol Vega-Ruiz"_s;
    EXPECT_EQ(takeIn(*store, {more}), QList<Applied>{Applied::Updated});
    EXPECT_EQ(callAt(keyOf(u"a"_s)).caller_name, u"Marisol Vega-Ruiz"_s);
    expectSound();
    EXPECT_EQ(*ownStoreProblems(dir.path(), {}), QStringList());
}

TEST_F(OwnStoreTest, refusedCallAndRollbackLeaveNothing)
{
    const auto store = openStore();
    ASSERT_TRUE(store->begin());
    EXPECT_TRUE(store->put(missedCall(u"a"_s), now));
    const auto refused = store->put(IncomingCall{}, now);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Error::Code::InvalidInput);
    ASSERT_TRUE(store->rollback());
    ASSERT_TRUE(store->catchUp(*file));
    EXPECT_EQ(rows("calls"), 0);
    ASSERT_TRUE(store->begin());
    EXPECT_FALSE(*store->hasCalls());
}

TEST_F(OwnStoreTest, fileOfCallsIsImportedOnce)
{
    const QString csv = dir.filePath(u"calls.csv"_s);
    QFile out(csv);
    ASSERT_TRUE(out.open(QIODevice::WriteOnly));
    out.write("provider_call_id,started_at,outcome,caller_name\n1,2026-11-20T10:00:00Z,NO_ANSWER,Anna\n2,2026-11-20T11:00:00Z,NO_ANSWER,Beth\n");
    out.close();
    const auto store = openStore();
    ImportOrder order;
    order.file = csv;
    EXPECT_EQ(importFile(*store, order, now)->added, 2);
    EXPECT_EQ(importFile(*store, order, now)->unchanged, 2);
    order.dry_run = true;
    EXPECT_FALSE(importFile(*store, order, now)->changed);
    ASSERT_TRUE(store->catchUp(*file));
    EXPECT_EQ(rows("calls"), 2);
}

TEST_F(OwnStoreTest, whatPeopleDoGoesThroughTheBackend)
{
    takeIn(*openStore(), {missedCall(u"a"_s), missedCall(u"b"_s, u"+14155550001"_s)});
    work(u"a"_s);
    const QString before = picture();
    EXPECT_GT(rows("outbox"), 0);
    syncOnce();
    EXPECT_EQ(picture(), before);
    EXPECT_EQ(rows("outbox"), 0);
    EXPECT_EQ(rows("dead"), 0);
    EXPECT_EQ(rows("conflicts"), 0);
    EXPECT_EQ(file->database().singleInteger("SELECT min(ver) FROM calls").value_or(0) > 0, true);
    expectSound();
}

TEST_F(OwnStoreTest, deskOfTheTimeWithoutABackendIsTakenOver)
{
    put(missedCall(u"a"_s));
    put(missedCall(u"b"_s, u"+14155550001"_s));
    IncomingCall talk = missedCall(u"c"_s, u"+14155550002"_s);
    talk.turns = {{}};
    talk.turns.first().content = u"my boiler is out"_s;
    put(talk);
    work(u"a"_s);
    done(SetDoNotContact{{keyOf(u"b"_s)}, true, u"asked us to stop"_s}, today());
    const QString before = picture();
    const qint64 outcomes = rows("call_outcomes");
    syncOnce();
    EXPECT_EQ(picture(), before);
    EXPECT_EQ(rows("call_outcomes"), outcomes) << "an edit that the taken rows show was carried out again";
    EXPECT_EQ(rows("outbox"), 0);
    EXPECT_EQ(rows("dead"), 0);
    EXPECT_EQ(rows("conflicts"), 0);
    EXPECT_EQ((*file->turns(keyOf(u"c"_s))).size(), 1);
    done(disposition({keyOf(u"c"_s)}, u"booked"_s, u"this afternoon"_s), today());
    const QString later = picture();
    syncOnce();
    EXPECT_EQ(picture(), later);
    expectSound();
}

TEST_F(OwnStoreTest, lostStoreIsMadeAgainOfTheDesk)
{
    workAndLeaveOneUnsent();
    const QString before = picture();
    const qint64 outcomes = rows("call_outcomes");
    letGo();
    ASSERT_TRUE(QDir(dir.filePath(u"backend"_s)).removeRecursively());
    takeUp();
    syncOnce();
    EXPECT_EQ(picture(), before);
    EXPECT_EQ(rows("call_outcomes"), outcomes);
    EXPECT_EQ(rows("outbox"), 0);
    EXPECT_EQ(rows("dead"), 0);
    EXPECT_EQ(rows("conflicts"), 0);
    expectSound();
}

TEST_F(OwnStoreTest, lostDeskIsFilledFromTheStore)
{
    takeIn(*openStore(), {missedCall(u"a"_s)});
    work(u"a"_s);
    syncOnce();
    const QString before = picture();
    letGo();
    ASSERT_TRUE(removeCache(dir.path()));
    OwnDesk(dir.path()).waitUntilInStep();
    takeUp();
    EXPECT_EQ(picture(), before);
}

TEST_F(OwnStoreTest, damagedDeskIsFilledFromItsStore)
{
    workAndLeaveOneUnsent();
    const QString before = picture();
    const qint64 tasks = rows("follow_ups");
    letGo();
    const auto rescued = rescueCache(dir.path(), {});
    ASSERT_TRUE(rescued) << rescued.error().message.toStdString();
    EXPECT_EQ(rescued->edits.carried, 1);
    takeUp();
    EXPECT_EQ(rows("calls"), 0);
    syncOnce();
    // Tasks have other row numbers in a new file.
    const auto withoutTasks = [](const QString &text) { return QString(text.section(u'|', 0, -4) + text.section(u'|', -2)); };
    EXPECT_EQ(withoutTasks(picture()), withoutTasks(before));
    EXPECT_EQ(rows("follow_ups"), tasks);
    EXPECT_EQ(rows("outbox"), 0);
}

TEST_F(OwnStoreTest, damagedStoreIsMadeAnewOfItsDesk)
{
    encryptBoth();
    workAndLeaveOneUnsent(key);
    const QString before = picture();
    letGo();
    EXPECT_TRUE(*isOwnStoreWhole(dir.path(), key));
    const qint64 page = damageStore("mutation");
    const QByteArray damaged = pageOf(ownStorePath(dir.path()), page);
    EXPECT_FALSE(*isOwnStoreWhole(dir.path(), key));
    {
        // The page is met only when a desk pushes: the backend tells it, and what was done waits.
        std::atomic<int> told = 0;
        const OwnDesk desk(dir.path(), key, u"Dana"_s, [&told](const Error &error) { told += isDamage(error) ? 1 : 1000; });
        ASSERT_TRUE(QTest::qWaitFor([&] { return told > 0; }, 30'000));
        EXPECT_LT(told, 1000);
        EXPECT_GT(desk.cache->database().singleInteger("SELECT count(*) FROM outbox"), 0);
    }
    EXPECT_TRUE(pageOf(ownStorePath(dir.path()), page) == damaged) << "nobody wished anything";
    ASSERT_TRUE(wishNewOwnStore(dir.path()));
    takeUp(key);
    syncOnce(key);
    EXPECT_EQ(picture(), before);
    EXPECT_EQ(rows("outbox"), 0);
    EXPECT_EQ(rows("dead"), 0);
    EXPECT_EQ(*ownStoreProblems(dir.path(), key), QStringList());
    const QStringList aside = QDir(dir.path()).entryList({u"backend.aside-*"_s}, QDir::Dirs);
    ASSERT_EQ(aside.size(), 1);
    EXPECT_TRUE(pageOf(dir.filePath(aside.first() + u"/calldeckd.db"_s), page) == damaged) << "not kept as it was";
    EXPECT_EQ(QDir(dir.path()).entryList({u"backend.*"_s}), aside) << "something was left";
}

TEST_F(OwnStoreTest, nothingMovesWhereTheDeskIsDamagedTooOrTheStoreIsWhole)
{
    encryptBoth();
    takeIn(*openStore(key), {missedCall(u"a"_s)});
    ASSERT_TRUE(wishNewOwnStore(dir.path()));
    EXPECT_TRUE(OwnStore::open({dir.path(), key, u"Dana"_s, {}}, *file));
    EXPECT_EQ(QDir(dir.path()).entryList({u"backend*"_s}), QStringList{u"backend"_s}) << "a whole store stays, and the wish is gone";
    ASSERT_TRUE(file->database().execute("PRAGMA wal_checkpoint(TRUNCATE)"));
    const qint64 page = file->database().singleInteger("SELECT rootpage FROM sqlite_schema WHERE name = 'calls'").value_or(0);
    letGo();
    damageStore("mutation");
    damagePage(cachePath(dir.path()), page);
    const QByteArray damaged = test::bytesOf(ownStorePath(dir.path()));
    ASSERT_TRUE(wishNewOwnStore(dir.path()));
    takeUp(key);
    const auto store = OwnStore::open({dir.path(), key, u"Dana"_s, {}}, *file);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().message, bothDamaged(dir.path()).message);
    EXPECT_EQ(QDir(dir.path()).entryList({u"backend*"_s}), QStringList{u"backend"_s});
    EXPECT_TRUE(test::bytesOf(ownStorePath(dir.path())) == damaged);
}

TEST_F(OwnStoreTest, damageIsToldFromOtherReasonsAndWhateverTheVersion)
{
    encryptBoth();
    EXPECT_EQ(isOwnStoreWhole(dir.path(), key).error().code, Error::Code::NotFound);
    takeIn(*openStore(key), {missedCall(u"a"_s)});
    letGo();
    const QByteArray whole = test::bytesOf(ownStorePath(dir.path()));
    for (const qsizetype at : {qsizetype(20), whole.size() / 2, whole.size() - 10}) {
        QByteArray bytes = whole;
        bytes[at] = static_cast<char>(bytes[at] ^ 1);
        ASSERT_TRUE(test::writeBytes(ownStorePath(dir.path()), bytes));
        const auto found = isOwnStoreWhole(dir.path(), key);
        EXPECT_TRUE(found && !*found) << at << (found ? "" : found.error().message.toStdString());
    }
    ASSERT_TRUE(test::writeBytes(ownStorePath(dir.path()), whole));
    {
        const auto older = Database::open(ownStorePath(dir.path()), Database::Access::ReadWrite, key);
        ASSERT_TRUE((*older)->execute("PRAGMA user_version = 1"));
    }
    EXPECT_TRUE(*isOwnStoreWhole(dir.path(), key)) << "an older version is not damage";
    damageStore("mutation");
    EXPECT_FALSE(*isOwnStoreWhole(dir.path(), key)) << "nor does it hide any";
    ASSERT_TRUE(QDir(dir.filePath(u"backend"_s)).removeRecursively());
    takeUp(key);
    takeIn(*openStore(DatabaseKey()), {missedCall(u"b"_s)});
    EXPECT_TRUE(*isOwnStoreWhole(dir.path(), key)) << "one that waits for its encryption";
}

TEST_F(OwnStoreTest, fileFromElsewhereKeepsItsCalls)
{
    takeIn(*openStore(), {missedCall(u"mine"_s)});
    syncOnce();
    const auto changeFile = [this](bool ofAStore) {
        const QTemporaryDir elsewhere;
        {
            const auto other = CacheFile::open(elsewhere.path(), CacheFile::Mode::Create);
            ASSERT_TRUE(CacheSink(**other).put(missedCall(u"theirs"_s, u"+14155550009"_s), now));
            if (ofAStore) {
                const auto store = OwnStore::open({elsewhere.path(), {}, u"Kim"_s, {}}, **other);
                ASSERT_TRUE(store && (*store)->catchUp(**other));
            }
        }
        letGo();
        ASSERT_TRUE(removeCache(dir.path()));
        ASSERT_TRUE(moveCache(elsewhere.path(), dir.path()));
        takeUp();
    };
    for (const bool ofAStore : {false, true}) {
        SCOPED_TRACE(ofAStore);
        changeFile(ofAStore);
        syncOnce();
        EXPECT_EQ(rows("calls"), 1);
        EXPECT_NE(keyOf(u"theirs"_s), 0);
        done(set({keyOf(u"theirs"_s)}, CallField::caller_name, u"Changed since"_s), today());
        syncOnce();
        EXPECT_EQ(callAt(keyOf(u"theirs"_s)).caller_name, u"Changed since"_s);
        EXPECT_EQ(rows("outbox"), 0);
    }
    EXPECT_EQ(QDir(dir.path()).entryList({u"backend.aside-*"_s}, QDir::Dirs).size(), 2) << "a store went away";
}

TEST_F(OwnStoreTest, olderStoreThanItsFileIsMadeAgain)
{
    takeIn(*openStore(), {missedCall(u"a"_s)});
    syncOnce();
    const QString kept = dir.filePath(u"older"_s);
    ASSERT_TRUE(QDir().mkpath(kept));
    ASSERT_TRUE(QFile::copy(ownStorePath(dir.path()), kept + u"/calldeckd.db"_s));
    takeIn(*openStore(), {missedCall(u"b"_s, u"+14155550001"_s)});
    syncOnce();
    ASSERT_TRUE(QFile::remove(ownStorePath(dir.path())));
    ASSERT_TRUE(QFile::rename(kept + u"/calldeckd.db"_s, ownStorePath(dir.path())));
    syncOnce();
    EXPECT_EQ(rows("calls"), 2);
    done(set({keyOf(u"b"_s)}, CallField::caller_name, u"Changed since"_s), today());
    syncOnce();
    EXPECT_EQ(callAt(keyOf(u"b"_s)).caller_name, u"Changed since"_s);
    EXPECT_EQ(rows("outbox"), 0);
}

TEST_F(OwnStoreTest, newsLeaveAloneWhatPeopleWroteBeforeThereWasAStore)
{
    put(missedCall(u"a"_s));
    done(set({keyOf(u"a"_s)}, CallField::caller_name, u"Mary Vega"_s), today());
    IncomingCall again = missedCall(u"a"_s);
    again.call.caller_name = u"M VEGA"_s;
    again.call.queue = u"Plumbing"_s;
    takeIn(*openStore(), {again});
    EXPECT_EQ(callAt(keyOf(u"a"_s)).caller_name, u"Mary Vega"_s);
    EXPECT_EQ(callAt(keyOf(u"a"_s)).queue, u"Plumbing"_s);
    syncOnce();
    EXPECT_EQ(rows("conflicts"), 0);
    EXPECT_EQ(callAt(keyOf(u"a"_s)).caller_name, u"Mary Vega"_s);
}

TEST_F(OwnStoreTest, rescuedEditThatTheStoreHasAlreadyIsNotRefused)
{
    takeIn(*openStore(), {missedCall(u"a"_s), missedCall(u"b"_s, u"+14155550001"_s)});
    done(set({keyOf(u"b"_s)}, CallField::caller_name, u"First"_s), today());
    syncOnce();
    done(AddNote{keyOf(u"a"_s), u"said once"_s}, today());
    // The store took it; the file died before it knew.
    const QString before = dir.filePath(u"before.db"_s);
    ASSERT_TRUE(file->backupTo(before));
    syncOnce();
    letGo();
    ASSERT_TRUE(removeCache(dir.path()));
    ASSERT_TRUE(QFile::rename(before, cachePath(dir.path())));
    const auto rescued = rescueCache(dir.path(), {});
    ASSERT_TRUE(rescued) << rescued.error().message.toStdString();
    EXPECT_EQ(rescued->edits.carried, 1);
    takeUp();
    syncOnce();
    EXPECT_EQ(rows("dead"), 0);
    EXPECT_EQ(rows("outbox"), 0);
    EXPECT_EQ(rows("call_notes"), 1);
}

TEST_F(OwnStoreTest, interruptedMakingIsBegunAgain)
{
    put(missedCall(u"a"_s));
    ASSERT_TRUE(QDir(dir.path()).mkpath(u"backend"_s));
    QFile half(ownStorePath(dir.path()) + u".making"_s);
    ASSERT_TRUE(half.open(QIODevice::WriteOnly) && half.write("half a store") > 0);
    half.close();
    const auto store = openStore();
    ASSERT_TRUE(store->begin());
    EXPECT_TRUE(*store->hasCalls());
    EXPECT_FALSE(QFileInfo::exists(half.fileName()));
}

TEST_F(OwnStoreTest, whoClosesTheDeskDoesNotWaitForTheTakingOver)
{
    for (const char *name : {"a", "b", "c"})
        put(missedCall(QString::fromLatin1(name)));
    int asked = 0;
    const auto stopped = OwnStore::open({dir.path(), {}, {}, [&asked] { return ++asked == 2; }}, *file);
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().code, Error::Code::Cancelled);
    EXPECT_EQ(QDir(dir.filePath(u"backend"_s)).entryList(QDir::Files), QStringList()) << "half a store was left";
    const auto store = openStore();
    ASSERT_TRUE(store->begin());
    EXPECT_TRUE(*store->hasCalls());
}

TEST_F(OwnStoreTest, storeIsEncryptedAsItsDirectoryIs)
{
    encryptBoth();
    takeIn(*openStore(key), {missedCall(u"a"_s)});
    syncOnce(key);
    const auto files = test::contentOf(dir.path());
    for (auto each = files.begin(); each != files.end(); ++each) {
        EXPECT_FALSE(each.value().contains("Marisol")) << each.key().toStdString();
        EXPECT_FALSE(each.value().contains("4155552671")) << each.key().toStdString();
    }
    const auto other = OwnStore::open({dir.path(), *DatabaseKey::fromBytes(QByteArray("0123456789abcdef0123456789ABCDEf")), {}, {}}, *file);
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, Error::Code::WrongKey);
    EXPECT_FALSE(ownStoreProblems(dir.path(), {}));
}

TEST_F(OwnStoreTest, plainStoreOfAnEncryptedDirectoryIsEncrypted)
{
    takeIn(*openStore(), {missedCall(u"a"_s)});
    ASSERT_TRUE(encryptOwnStore(dir.path(), key));
    EXPECT_FALSE(test::bytesOf(ownStorePath(dir.path())).contains("Marisol"));
    EXPECT_EQ(*ownStoreProblems(dir.path(), key), QStringList());
}

TEST_F(OwnStoreTest, damageAndAlteredTrailAreFound)
{
    takeIn(*openStore(), {missedCall(u"a"_s)});
    {
        const auto database = Database::open(ownStorePath(dir.path()), Database::Access::ReadWrite);
        ASSERT_TRUE((*database)->execute("UPDATE audit SET entry = replace(entry, 'intake', 'intakf')"));
    }
    EXPECT_EQ((*ownStoreProblems(dir.path(), {})).size(), 1);
}

TEST_F(OwnStoreTest, tokenOfTheLastStartIsGoodNoLonger)
{
    letGo();
    QByteArray old;
    {
        OwnDesk desk(dir.path());
        desk.waitUntilInStep();
        old = *desk.backend->newToken();
        // The desk's own token went with that: it is told, and asks for another.
        QSignalSpy refused(desk.sync.get(), &DeskSync::tokenRefused);
        desk.sync->syncNow();
        ASSERT_TRUE(refused.count() > 0 || refused.wait());
        desk.sync->setToken(*desk.backend->newToken());
        desk.waitUntilInStep();
    }
    OwnDesk desk(dir.path());
    desk.sync->setToken(old);
    QSignalSpy refused(desk.sync.get(), &DeskSync::tokenRefused);
    desk.sync->syncNow();
    EXPECT_TRUE(refused.count() > 0 || refused.wait());
}

/** The copy has written as much as the newer file had sent: no count tells the two apart. */
TEST_F(OwnStoreTest, olderCopyOfTheDeskIsADeviceOfItsOwn)
{
    takeIn(*openStore(), {missedCall(u"a"_s), missedCall(u"b"_s, u"+14155550001"_s)});
    done(AddNote{keyOf(u"b"_s), u"ring twice"_s}, today());
    syncOnce();
    const QString device = syncPosition(file->database())->device;
    letGo();
    const QString copy = dir.filePath(u"copy.db"_s);
    ASSERT_TRUE(QFile::copy(cachePath(dir.path()), copy));
    takeUp();
    done(disposition({keyOf(u"a"_s)}, u"booked"_s, {}, {}, 12'500), today());
    syncOnce();
    letGo();
    ASSERT_TRUE(QFile::remove(cachePath(dir.path())) && QFile::rename(copy, cachePath(dir.path())));
    takeUp();
    done(AddNote{keyOf(u"b"_s), u"the dog is friendly"_s}, today());
    done(disposition({keyOf(u"a"_s)}, u"no_answer"_s), today());
    syncOnce();
    EXPECT_EQ(rows("outbox"), 0);
    EXPECT_EQ(rows("dead"), 0);
    EXPECT_EQ(rows("call_notes"), 2);
    EXPECT_EQ(callAt(keyOf(u"a"_s)).disposition, u"booked"_s) << "nobody had seen that decision";
    EXPECT_EQ(rows("conflicts"), 1);
    EXPECT_NE(syncPosition(file->database())->device, device);
    expectSound();
}

TEST_F(OwnStoreTest, whatIsSaidOfABackendThatFailedIsTakenBackWhenItAnswers)
{
    letGo();
    OwnDesk desk(dir.path());
    desk.waitUntilInStep();
    bool said = false;
    QObject::connect(desk.sync.get(), &SyncService::statusChanged, desk.sync.get(), [&](const SyncStatus &status) { said = said || (status.link == SyncStatus::Link::Offline && status.problem == u"The disk is full."_s); });
    desk.sync->unavailable(u"The disk is full."_s);
    ASSERT_TRUE(QTest::qWaitFor([&] { return said; }));
    desk.sync->syncNow();
    EXPECT_TRUE(QTest::qWaitFor([&] { return desk.sync->status().link == SyncStatus::Link::Online && desk.sync->status().problem.isEmpty(); }));
}

TEST_F(OwnStoreTest, anotherPersonSignsTheirOwnDecisions)
{
    takeIn(*openStore(), {missedCall(u"a"_s)});
    letGo();
    {
        OwnDesk desk(dir.path(), {}, u"Robin"_s);
        desk.waitUntilInStep();
        ASSERT_TRUE(desk.store->apply(disposition({1}, u"booked"_s, u"now"_s)).result());
        desk.waitUntilInStep();
    }
    takeUp();
    EXPECT_EQ(file->database().singleText("SELECT agent_id FROM call_outcomes"), u"Robin"_s);
    EXPECT_EQ(rows("outbox"), 0);
}
