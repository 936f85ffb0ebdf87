#include "CallIntake.h"
#include "StoreFixture.h"
#include "database/Database.h"
#include "store/DeskStore.h"

#include <QSignalSpy>
#include <QTest>
#include <csignal>
#include <sys/resource.h>

using namespace calldeck;

namespace
{

/** While it stands, no file of this process grows beyond so many bytes: what a disk does that is full. */
class FileSizeLimit
{
public:
    explicit FileSizeLimit(rlim_t bytes)
    {
        std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &m_before);
        const rlimit less{bytes, m_before.rlim_max};
        setrlimit(RLIMIT_FSIZE, &less);
    }
    ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &m_before); }

private:
    rlimit m_before{};
};

class DeskStoreTest : public testing::Test
{
protected:
    void SetUp() override { open(); }
    void open()
    {
        store.reset();
        auto opened = DeskStore::open(dir.path(), CacheFile::Mode::Create, QStringLiteral("Dana"));
        ASSERT_TRUE(opened) << opened.error().message.toStdString();
        store = *std::move(opened);
    }
    template <class T> static T answer(QFuture<Result<T>> future)
    {
        const Result<T> result = future.result();
        EXPECT_TRUE(result) << (result ? QString() : result.error().message).toStdString();
        return result ? *result : T();
    }
    void fill(int calls)
    {
        QList<IncomingCall> incoming;
        const TimeMs at = store->now();
        for (int i = 0; i < calls; ++i) {
            IncomingCall call;
            call.call.provider = QStringLiteral("test");
            call.call.provider_call_id = QStringLiteral("n%1").arg(i);
            call.call.customer_number_raw = QStringLiteral("+1415555%1").arg(1000 + i);
            call.call.status = CallStatus::MISSED;
            call.call.call_type = CallType::INBOUND;
            call.call.started_at = at - 1000 * (calls - i);
            call.call.ended_at = at - 900 * (calls - i);
            incoming.append(call);
        }
        QSignalSpy told(store.get(), &DeskService::changed);
        store->write(
            store.get(), [&](Database &database, FeedRows &) { return takeAll(database, incoming, at); }, [](const Result<ChangeSet> &taken) { EXPECT_TRUE(taken); });
        EXPECT_TRUE(told.count() > 0 || told.wait());
    }
    Result<ChangeSet> takeAll(Database &database, const QList<IncomingCall> &incoming, TimeMs at)
    {
        ChangeSet changes;
        Transaction transaction(database);
        for (const IncomingCall &call : incoming) {
            const auto taken = CallIntake(database, store->workspace()).put(call, at);
            if (!taken)
                return taken.error();
            changes.added.append(taken->key);
        }
        const Verdict done = transaction.commit();
        return done ? Result<ChangeSet>(changes) : done.error();
    }
    static SetFields value(CallKey key, int cents) { return {{key}, {{CallField::value_cents, QString::number(cents)}}}; }
    qint64 valueOf(CallKey key) { return answer(store->rows({key})).value(0).value_cents.value_or(-1); }
    void expectSoundAfterClosing()
    {
        store.reset();
        const auto file = CacheFile::open(dir.path(), CacheFile::Mode::ReadWrite);
        ASSERT_TRUE(file);
        const auto report = (*file)->verify();
        EXPECT_TRUE(report->problems.isEmpty()) << report->problems.join(u'\n').toStdString();
    }

    QTemporaryDir dir;
    std::unique_ptr<DeskStore> store;
};

} // namespace

TEST_F(DeskStoreTest, writesAreAnsweredInTheOrderTheyWereAskedFor)
{
    fill(1);
    QList<QFuture<Result<Receipt>>> asked;
    for (int i = 0; i < 200; ++i)
        asked.append(store->apply(value(1, i)));
    for (qsizetype last : {20, 100, 199}) {
        asked[last].waitForFinished();
        EXPECT_TRUE(std::all_of(asked.cbegin(), asked.cbegin() + last, [](const auto &future) { return future.isFinished() && future.result(); }));
    }
    EXPECT_EQ(valueOf(1), 199);
    store.reset();
    auto file = CacheFile::open(dir.path(), CacheFile::Mode::ReadOnly);
    ASSERT_TRUE(file);
    Statement ids = (*file)->database().prepare("SELECT mid FROM outbox ORDER BY lseq");
    for (const auto &future : asked) {
        ASSERT_TRUE(ids.step());
        EXPECT_EQ(ids.text(0), future.result()->mutation_id);
    }
}

TEST_F(DeskStoreTest, newerOrderCancelsTheOlder)
{
    fill(3000);
    QList<QFuture<Result<CallOrder>>> asked;
    for (int i = 0; i < 100; ++i)
        asked.append(store->order({CallFilter{}, {SortColumn::Caller, i % 2 == 0}}));
    EXPECT_EQ(answer(asked.takeLast()).keys->size(), 3000U);
    int cancelled = 0;
    for (const auto &future : asked) {
        const auto result = future.result();
        if (result)
            EXPECT_EQ(result->keys->size(), 3000U);
        else
            cancelled += result.error().code == Error::Code::Cancelled;
    }
    EXPECT_GT(cancelled, 0);
}

TEST_F(DeskStoreTest, changesAndCountsAreToldOnTheGuiThread)
{
    QSignalSpy counts(store.get(), &DeskService::countsChanged);
    QList<ChangeSet> seen;
    bool here = true;
    QObject::connect(store.get(), &DeskService::changed, store.get(),
                     [&](const ChangeSet &changes) {
                         here = here && QThread::currentThread() == qApp->thread();
                         seen.append(changes);
                     },
                     Qt::DirectConnection);
    fill(3);
    answer(store->apply(value(2, 700)));
    ASSERT_TRUE(QTest::qWaitFor([&] { return seen.size() == 2; }));
    EXPECT_TRUE(here);
    EXPECT_EQ(seen[0].added, (QList<CallKey>{1, 2, 3}));
    EXPECT_FALSE(seen[0].by_this_desk);
    EXPECT_EQ(seen[1].changed, QList<CallKey>{2});
    EXPECT_TRUE(seen[1].by_this_desk);
    ASSERT_TRUE(counts.count() > 0 || counts.wait());
    const auto counted = counts.last().first().value<DeskCounts>();
    EXPECT_EQ(counted.calls, 3);
    EXPECT_EQ(counted.triage, 3);
    EXPECT_EQ(counted.follow_ups_open, 3);
    EXPECT_EQ(counted.outbox_waiting, 1);
}

TEST_F(DeskStoreTest, orderAskedForAfterAChangeSeesIt)
{
    fill(50);
    std::optional<QFuture<Result<CallOrder>>> order;
    QObject::connect(store.get(), &DeskService::changed, store.get(), [&](const ChangeSet &changes) {
        if (!changes.by_this_desk)
            return;
        CallFilter dear;
        dear.value_cents.from = 500;
        order = store->order({dear, {}});
    });
    answer(store->apply(value(7, 900)));
    ASSERT_TRUE(QTest::qWaitFor([&] { return order.has_value(); }));
    EXPECT_EQ(*answer(*order).keys, std::vector<CallKey>{7});
}

TEST_F(DeskStoreTest, refusedCommandTellsNobody)
{
    fill(1);
    QSignalSpy changed(store.get(), &DeskService::changed);
    const auto refused = store->apply(RecordDisposition{{1}, {}}).result();
    ASSERT_FALSE(refused);
    answer(store->apply(value(1, 5)));
    ASSERT_TRUE(QTest::qWaitFor([&] { return changed.count() > 0; }));
    EXPECT_EQ(changed.count(), 1);
}

TEST_F(DeskStoreTest, diskThatTakesNothingMoreIsToldOnceAndSoIsItsReturn)
{
    fill(1);
    QSignalSpy failed(store.get(), &DeskService::failed);
    QSignalSpy recovered(store.get(), &DeskService::recovered);
    Draft draft;
    draft.notes = QString(4'000'000, u'x');
    {
        const FileSizeLimit limit(1'000'000);
        EXPECT_FALSE(store->saveDraft(1, draft).result());
        EXPECT_FALSE(store->saveDraft(1, draft).result());
        ASSERT_TRUE(failed.count() > 0 || failed.wait());
    }
    answer(store->saveDraft(1, draft));
    ASSERT_TRUE(recovered.count() > 0 || recovered.wait());
    EXPECT_EQ(failed.count(), 1);
    EXPECT_EQ(recovered.count(), 1);
    expectSoundAfterClosing();
}

TEST_F(DeskStoreTest, closingLosesNothingThatWasAskedFor)
{
    fill(300);
    QList<CallKey> all;
    for (CallKey key = 1; key <= 300; ++key)
        all.append(key);
    for (int round = 0; round < 8; ++round) {
        SCOPED_TRACE(round);
        QList<QFuture<Result<Receipt>>> asked;
        // More than the search index takes at once, so that closing meets it at work.
        asked.append(store->apply(ChangeTags{all, {QStringLiteral("round %1").arg(round)}, {}}));
        for (CallKey key = 1; key <= 30; ++key)
            asked.append(store->apply(value(key, round * 100 + static_cast<int>(key))));
        Draft draft;
        draft.notes = QStringLiteral("round %1").arg(round);
        asked.append(store->saveDraft(5, draft));
        (void)store->order({});
        store.reset();
        for (const auto &future : asked) {
            ASSERT_TRUE(future.isFinished());
            EXPECT_TRUE(future.result());
        }
        open();
        for (CallKey key = 1; key <= 30; ++key)
            EXPECT_EQ(valueOf(key), round * 100 + key);
        EXPECT_EQ(answer(store->detail(5)).draft->notes, draft.notes);
        EXPECT_EQ(answer(store->tags()).size(), round + 1);
    }
    expectSoundAfterClosing();
}

TEST_F(DeskStoreTest, savedTextIsFoundSoonAndAfterReopening)
{
    fill(2);
    answer(store->apply(SetFields{{2}, {{CallField::call_notes, QStringLiteral("boiler on the roof")}}}));
    CallQuery query;
    query.filter.text = QStringLiteral("boiler");
    const auto found = [&] { return answer(store->order(query)).keys->size() == 1; };
    EXPECT_TRUE(QTest::qWaitFor(found));
    answer(store->apply(SetFields{{2}, {{CallField::call_notes, QStringLiteral("furnace")}}}));
    open();
    query.filter.text = QStringLiteral("furnace");
    EXPECT_TRUE(QTest::qWaitFor(found));
}

TEST_F(DeskStoreTest, directoryIsLockedWhileOpen)
{
    const auto second = DeskStore::open(dir.path(), CacheFile::Mode::Create, QStringLiteral("Ana"));
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Error::Code::Locked);
    store.reset();
    EXPECT_TRUE(DeskStore::open(dir.path(), CacheFile::Mode::Create, QStringLiteral("Ana")));
}

TEST_F(DeskStoreTest, failedOpeningLetsGoOfTheDirectory)
{
    QTemporaryDir empty;
    const auto refused = DeskStore::open(empty.path(), CacheFile::Mode::ReadWrite, QStringLiteral("Ana"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Error::Code::NotFound);
    EXPECT_TRUE(DeskStore::open(empty.path(), CacheFile::Mode::Create, QStringLiteral("Ana")));
}

TEST_F(DeskStoreTest, viewsAreKeptUnderOneName)
{
    answer(store->saveView({0, QStringLiteral("Storm"), QStringLiteral("tag:storm")}));
    EXPECT_EQ(store->saveView({0, QStringLiteral("storm"), {}}).result().error().code, Error::Code::Conflict);
    EXPECT_FALSE(store->saveView({0, QStringLiteral(" "), {}}).result());
    open();
    const auto views = answer(store->savedViews());
    ASSERT_EQ(views.size(), 1);
    EXPECT_EQ(views[0].filter, QStringLiteral("tag:storm"));
    answer(store->deleteView(views[0].id));
    EXPECT_TRUE(answer(store->savedViews()).isEmpty());
}
