#include "StoreFixture.h"

#include "demo/DemoWorkspace.h"
#include "store/DeskStore.h"

#include <QCoreApplication>
#include <QSignalSpy>
#include <QThread>

using namespace calldeck;

namespace
{

class DeskStoreTest : public testing::Test
{
protected:
    void SetUp() override
    {
        ASSERT_TRUE(makeDemoWorkspace(dir.filePath(QStringLiteral("desk")), 300, StoreFixtureNow));
        open();
    }
    void open()
    {
        store.reset();
        auto opened = DeskStore::open(dir.filePath(QStringLiteral("desk")), CacheFile::Mode::ReadWrite, QStringLiteral("Dana"));
        ASSERT_TRUE(opened) << (opened ? "" : opened.error().message.toStdString());
        store = *std::move(opened);
    }
    template <class T> T waited(QFuture<T> future)
    {
        std::optional<T> answer;
        future.then(store.get(), [&](const T &value) { answer = value; });
        for (int i = 0; i < 20'000 && !answer; ++i) {
            QCoreApplication::processEvents(QEventLoop::AllEvents, 20);
            QThread::usleep(500);
        }
        EXPECT_TRUE(answer) << "no answer";
        return answer.value_or(T(Error{}));
    }
    QList<CallKey> waiting()
    {
        CallQuery query;
        query.filter.in_triage = true;
        query.sort = {SortColumn::Triage, false};
        const auto order = waited(store->order(query));
        return order ? QList<CallKey>((*order).keys->begin(), (*order).keys->end()) : QList<CallKey>();
    }
    static RecordDisposition noAnswer(CallKey key)
    {
        DispositionEntry entry;
        entry.disposition = QStringLiteral("no_answer");
        return {{key}, entry};
    }

    static constexpr TimeMs StoreFixtureNow = 1'795'546'800'000;
    QTemporaryDir dir;
    std::unique_ptr<DeskStore> store;
};

} // namespace

TEST_F(DeskStoreTest, aReceiptMeansThatItIsThereAfterOpeningAgain)
{
    const QList<CallKey> calls = waiting();
    ASSERT_GE(calls.size(), 3);
    const auto receipt = waited(store->apply(noAnswer(calls.first())));
    ASSERT_TRUE(receipt);
    open();
    const auto detail = waited(store->detail(calls.first()));
    ASSERT_TRUE(detail);
    EXPECT_EQ(detail->call.disposition, QStringLiteral("no_answer"));
    EXPECT_FALSE(waiting().contains(calls.first()));
}

TEST_F(DeskStoreTest, closingWhileWritesAreQueuedLosesNone)
{
    const QList<CallKey> calls = waiting();
    ASSERT_GE(calls.size(), 5);
    for (CallKey key : calls)
        (void)store->apply(noAnswer(key));
    Draft draft;
    draft.notes = QStringLiteral("typed just before closing");
    (void)store->saveDraft(calls.last(), draft);
    open();
    EXPECT_TRUE(waiting().isEmpty());
    EXPECT_EQ(waited(store->detail(calls.last()))->draft->notes, draft.notes);
}

TEST_F(DeskStoreTest, aNewerOrderCancelsTheOlder)
{
    CallQuery query;
    query.filter.text = QStringLiteral("a");
    QList<QFuture<Result<CallOrder>>> asked;
    for (int i = 0; i < 20; ++i)
        asked.append(store->order(query));
    const auto last = waited(asked.last());
    EXPECT_TRUE(last) << last.error().message.toStdString();
    int cancelled = 0;
    for (auto &future : asked) {
        const auto answer = waited(future);
        cancelled += !answer && answer.error().code == Error::Code::Cancelled;
    }
    EXPECT_GT(cancelled, 0);
}

TEST_F(DeskStoreTest, changesAreToldOnTheThreadOfTheWindow)
{
    QSignalSpy changed(store.get(), &DeskService::changed);
    QThread *toldOn = nullptr;
    QObject::connect(store.get(), &DeskService::changed, store.get(), [&] { toldOn = QThread::currentThread(); });
    const CallKey key = waiting().first();
    ASSERT_TRUE(waited(store->apply(noAnswer(key))));
    for (int i = 0; i < 200 && changed.isEmpty(); ++i)
        QCoreApplication::processEvents(QEventLoop::AllEvents, 20);
    ASSERT_FALSE(changed.isEmpty());
    EXPECT_TRUE(qvariant_cast<ChangeSet>(changed.first().first()).changed.contains(key));
    EXPECT_EQ(toldOn, QThread::currentThread());
}

TEST_F(DeskStoreTest, undoPutsTheCallBackIntoTriage)
{
    const CallKey key = waiting().first();
    const auto receipt = waited(store->apply(noAnswer(key)));
    ASSERT_TRUE(receipt);
    ASSERT_TRUE(waited(store->apply(Undo{receipt->mutation_id})));
    EXPECT_TRUE(waiting().contains(key));
    const auto twice = waited(store->apply(Undo{receipt->mutation_id}));
    EXPECT_FALSE(twice);
}

TEST_F(DeskStoreTest, refusedCommandSaysWhyAndChangesNothing)
{
    const CallKey key = waiting().first();
    RecordDisposition incomplete = noAnswer(key);
    incomplete.entry.disposition = QStringLiteral("callback_requested");
    const auto refused = waited(store->apply(incomplete));
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().message.contains(QStringLiteral("follow-up")));
    EXPECT_TRUE(waiting().contains(key));
}

TEST_F(DeskStoreTest, savedViewsKeepTheirNamesApart)
{
    ASSERT_TRUE(waited(store->saveView({0, QStringLiteral("Storm"), QStringLiteral("is:emergency")})));
    EXPECT_FALSE(waited(store->saveView({0, QStringLiteral("storm"), QStringLiteral("status:missed")})));
    const auto views = waited(store->savedViews());
    ASSERT_TRUE(views);
    ASSERT_EQ(views->size(), 1);
    ASSERT_TRUE(waited(store->deleteView(views->first().id)));
    EXPECT_TRUE(waited(store->savedViews())->isEmpty());
}
