#include "store/DeskStore.h"

#include "desk/Answer.h"
#include "rules/Phone.h"
#include "store/CallDetails.h"
#include "store/CallQueries.h"
#include "store/CallRows.h"
#include "store/CallSearch.h"
#include "store/CommandRunner.h"
#include "store/DataDirectory.h"
#include "store/FollowUpRows.h"
#include "store/ViewRows.h"

#include <QDateTime>

namespace calldeck
{

namespace
{

constexpr int callsIndexedAtOnce = 8; ///< a millisecond, for which a save may have to wait
constexpr int countDelayMs = 120;
constexpr int indexDelayMs = 150;
constexpr int longestIndexDelayMs = 2000;
constexpr int longestHeadStartMs = 400;
constexpr std::ptrdiff_t rowsOfAWindow = 40;

Receipt receiptOf(TimeMs now, int calls = 0) { return {QString(), calls, now}; }

Result<int> indexOnce(Database &database)
{
    Transaction transaction(database);
    if (!transaction.begun())
        return transaction.begun().error();
    const Result<int> indexed = indexQueuedCalls(database, callsIndexedAtOnce);
    if (!indexed || *indexed == 0)
        return indexed;
    const Verdict kept = transaction.commit();
    return kept ? indexed : Result<int>(kept.error());
}

} // namespace

/** The writing connection. CacheFile comes first: the others hold on to its database. */
struct DeskStore::Writer {
    std::unique_ptr<CacheFile> file;
    CommandRunner commands;
    FeedRows feed;
};

struct DeskStore::Reader {
    std::unique_ptr<Database> database;
};

struct DeskStore::Finder {
    std::unique_ptr<Database> database;
    CallQueries queries;
};

DeskStore::DeskStore(Workspace workspace, QString agentName, std::unique_ptr<DirectoryLock> lock)
    : m_workspace(std::move(workspace)), m_agentName(std::move(agentName)), m_lock(std::move(lock))
{
    m_countTimer.setSingleShot(true);
    m_countTimer.setInterval(countDelayMs);
    m_indexTimer.setSingleShot(true);
    m_indexTimer.setInterval(indexDelayMs);
    connect(&m_indexTimer, &QTimer::timeout, this, &DeskStore::indexNow);
    connect(&m_countTimer, &QTimer::timeout, this, [this] {
        onAnswer(counts(), this, [this](const Result<DeskCounts> &counted) {
            if (counted)
                Q_EMIT countsChanged(*counted);
        });
    });
}

DeskStore::~DeskStore() { close(); }

void DeskStore::close()
{
    m_newestOrder->fetch_add(1);
    m_countTimer.stop();
    m_indexTimer.stop();
    if (m_finder)
        m_finder->finish();
    if (m_reader)
        m_reader->finish();
    if (m_writer)
        m_writer->finish();
}

Result<std::unique_ptr<DeskStore>> DeskStore::open(const QString &dataDir, CacheFile::Mode mode, const QString &agentName, const DataKey &key)
{
    auto lock = DirectoryLock::take(dataDir);
    if (!lock)
        return lock.error();
    auto file = CacheFile::open(dataDir, mode, key.key);
    if (!file)
        return openingError(file.error(), key);
    std::unique_ptr<DeskStore> store(new DeskStore((*file)->workspace(), agentName, *std::move(lock)));
    if (key.key.isEmpty())
        store->m_encryptionNotice = key.notice.isEmpty() ? QStringLiteral("Not encrypted") : key.notice;
    if (Verdict started = store->start(dataDir, *std::move(file), key.key); !started)
        return started.error();
    return store;
}

Verdict DeskStore::start(const QString &dataDir, std::unique_ptr<CacheFile> writing, const DatabaseKey &key)
{
    auto reading = openCache(dataDir, Database::Access::ReadOnly, cacheFormat(), key);
    if (!reading)
        return reading.error();
    auto finding = openCache(dataDir, Database::Access::ReadOnly, cacheFormat(), key);
    if (!finding)
        return finding.error();
    m_writer = std::make_unique<ServiceThread<Writer>>(QStringLiteral("calldeck writer"));
    m_reader = std::make_unique<ServiceThread<Reader>>(QStringLiteral("calldeck reader"));
    m_finder = std::make_unique<ServiceThread<Finder>>(QStringLiteral("calldeck finder"));
    // std::function wants copies; a connection has one owner, handed over through a shared box.
    const auto handOver = [](auto &thread, auto state) {
        auto box = std::make_shared<decltype(state)>(std::move(state));
        thread.post([&thread, box](auto *) { thread.install(std::move(*box)); });
    };
    Database &database = writing->database();
    handOver(*m_writer, std::unique_ptr<Writer>(new Writer{std::move(writing), CommandRunner(database, m_workspace, m_agentName), FeedRows(database, m_workspace, m_agentName)}));
    handOver(*m_reader, std::unique_ptr<Reader>(new Reader{*std::move(reading)}));
    Database &finderDatabase = **finding;
    handOver(*m_finder, std::unique_ptr<Finder>(new Finder{*std::move(finding), CallQueries(finderDatabase)}));
    // The columns of every call are read behind the first rows, so that the first paint takes as long with a million calls as with ten.
    m_finder->post([firstRows = m_firstRows](Finder *finder) {
        firstRows->tryAcquire(1, longestHeadStartMs);
        if (finder)
            (void)finder->queries.prepare();
    });
    m_reader->post([](Reader *) { (void)formatPhone(QStringLiteral("+14155552671"), QStringLiteral("US")); }); // reads the numbering plan off the GUI thread
    indexSoon();
    countSoon();
    return Done{};
}

TimeMs DeskStore::now() const { return QDateTime::currentMSecsSinceEpoch() + m_clockOffset; }

QFuture<Result<CallOrder>> DeskStore::firstPage(const CallQuery &query, int limit)
{
    return m_reader->ask<CallOrder>([query, limit, firstRows = m_firstRows](Reader &reader) -> Result<CallOrder> {
        auto keys = firstKeys(*reader.database, query, limit);
        if (!keys)
            return keys.error();
        CallOrder order;
        order.complete = false;
        if (!*keys)
            return order;
        order.keys = std::make_shared<const std::vector<CallKey>>(**std::move(keys));
        const auto shown = std::min<std::ptrdiff_t>(rowsOfAWindow, static_cast<std::ptrdiff_t>(order.keys->size()));
        auto rows = callsByKey(*reader.database, QList<CallKey>(order.keys->begin(), order.keys->begin() + shown));
        if (!rows)
            return rows.error();
        order.rows = *std::move(rows);
        firstRows->release();
        return order;
    });
}

QFuture<Result<CallOrder>> DeskStore::order(const CallQuery &query)
{
    const quint64 request = m_newestOrder->fetch_add(1) + 1;
    const auto newest = m_newestOrder;
    const auto cancelled = [newest, request] { return newest->load(std::memory_order_relaxed) != request; };
    return m_finder->ask<CallOrder>([query, cancelled, at = now()](Finder &finder) -> Result<CallOrder> {
        if (cancelled())
            return Error{Error::Code::Cancelled, QStringLiteral("Stopped."), {}, true};
        if (Verdict ready = finder.queries.prepare(); !ready)
            return ready.error();
        finder.database->setCancelCheck(cancelled);
        auto keys = finder.queries.order(query, at, cancelled);
        finder.database->setCancelCheck({});
        if (!keys)
            return keys.error();
        CallOrder order;
        order.keys = std::make_shared<const std::vector<CallKey>>(*std::move(keys));
        return order;
    });
}

QFuture<Result<QList<Call>>> DeskStore::rows(const QList<CallKey> &keys)
{
    return m_reader->ask<QList<Call>>([keys, firstRows = m_firstRows](Reader &reader) {
        auto calls = callsByKey(*reader.database, keys);
        firstRows->release();
        return calls;
    });
}

QFuture<Result<CallDetail>> DeskStore::detail(CallKey call)
{
    return m_reader->ask<CallDetail>([call](Reader &reader) { return callDetail(*reader.database, call); });
}

QFuture<Result<CallKey>> DeskStore::callNamed(const QString &callId)
{
    return m_reader->ask<CallKey>([callId](Reader &reader) -> Result<CallKey> {
        const auto call = findCallByCallId(*reader.database, callId);
        if (!call)
            return call.error();
        if (!*call)
            return Error{Error::Code::NotFound, QStringLiteral("This call is no longer there."), {}, false};
        return (*call)->key;
    });
}

QFuture<Result<QList<TimelineEntry>>> DeskStore::timeline(CallKey call)
{
    return m_reader->ask<QList<TimelineEntry>>([this, call](Reader &reader) { return callTimeline(*reader.database, call, m_workspace); });
}

QFuture<Result<QList<FollowUpTask>>> DeskStore::followUps()
{
    return m_reader->ask<QList<FollowUpTask>>([](Reader &reader) { return openFollowUps(*reader.database, {}, 0); });
}

QFuture<Result<QList<Contact>>> DeskStore::searchContacts(const QString &text)
{
    return m_reader->ask<QList<Contact>>([this, text](Reader &reader) { return contactsMatching(*reader.database, text, m_workspace.region); });
}

QFuture<Result<QList<TagCount>>> DeskStore::tags()
{
    // Counted over all calls: not in front of the rows that somebody is waiting for.
    return m_finder->ask<QList<TagCount>>([](Finder &finder) { return tagCounts(*finder.database); });
}

QFuture<Result<QStringList>> DeskStore::valuesOf(CallField field)
{
    return m_finder->ask<QStringList>([field](Finder &finder) { return distinctValues(*finder.database, field); });
}

QFuture<Result<QList<SavedView>>> DeskStore::savedViews()
{
    return m_reader->ask<QList<SavedView>>([](Reader &reader) { return calldeck::savedViews(*reader.database); });
}

QFuture<Result<DeskCounts>> DeskStore::counts()
{
    return m_finder->ask<DeskCounts>([at = now()](Finder &finder) -> Result<DeskCounts> {
        auto counted = deskCounts(*finder.database, at);
        if (counted)
            counted->calls = finder.queries.calls();
        return counted;
    });
}

void DeskStore::announce(const ChangeSet &changes)
{
    // Posted before the window hears of it: an order() that the window asks for now already sees the change.
    m_finder->post([changes](Finder *finder) {
        if (!finder)
            return;
        if (changes.everything)
            (void)finder->queries.reload();
        else
            (void)finder->queries.refresh(changes.changed + changes.added);
    });
    Q_EMIT changed(changes);
    countSoon();
    indexSoon();
}

void DeskStore::countSoon()
{
    if (!m_countTimer.isActive())
        m_countTimer.start();
}

void DeskStore::indexSoon()
{
    // When saving pauses, so that the save that comes next does not wait for the words of the last one.
    if (!m_indexTimer.isActive())
        m_sinceIndexAsked.start();
    if (m_sinceIndexAsked.elapsed() < longestIndexDelayMs)
        m_indexTimer.start();
}

void DeskStore::indexNow()
{
    if (!m_indexing.exchange(true))
        indexPiece(*m_writer);
}

void DeskStore::indexPiece(ServiceThread<Writer> &thread)
{
    // Piece by piece, so that a save never waits for a long queue. What is left when the store closes is indexed at the next start.
    thread.post([this, &thread](Writer *writer) {
        const Result<int> indexed = writer ? indexOnce(writer->file->database()) : Result<int>(0);
        if (indexed && *indexed == callsIndexedAtOnce)
            return indexPiece(thread);
        m_indexing = false;
    });
}

void DeskStore::watch(const Verdict &written)
{
    static constexpr std::array broken{Error::Code::DiskFull, Error::Code::Io, Error::Code::ReadOnly, Error::Code::Damaged};
    const bool failing = !written && std::find(broken.begin(), broken.end(), written.error().code) != broken.end();
    // A refused command says nothing about the disk.
    if (failing == m_failing.load() || (!failing && !written))
        return;
    m_failing = failing;
    QMetaObject::invokeMethod(this, [this, failing, written] { failing ? Q_EMIT failed(written.error()) : Q_EMIT recovered(); }, Qt::QueuedConnection);
}

QFuture<Result<Receipt>> DeskStore::apply(const Command &command)
{
    return m_writer->ask<Receipt>([this, command](Writer &writer) -> Result<Receipt> {
        auto effect = writer.commands.run(command, now());
        watch(effect ? Verdict(Done{}) : Verdict(effect.error()));
        if (!effect)
            return effect.error();
        ChangeSet changes;
        changes.changed = effect->changed;
        changes.by_this_desk = true;
        QMetaObject::invokeMethod(
            this,
            [this, changes] {
                announce(changes);
                Q_EMIT editSaved();
            },
            Qt::QueuedConnection);
        return effect->receipt;
    });
}

QFuture<Result<Receipt>> DeskStore::saveDraft(CallKey call, const Draft &draft)
{
    return m_writer->ask<Receipt>([this, call, draft](Writer &writer) -> Result<Receipt> {
        const Verdict done = writer.commands.saveDraft(call, draft, now());
        watch(done);
        return done ? Result<Receipt>(receiptOf(now())) : done.error();
    });
}

QFuture<Result<Receipt>> DeskStore::saveView(const SavedView &view)
{
    return writeAndSend([view](Database &database, TimeMs at) { return keepView(database, view, at); });
}

QFuture<Result<Receipt>> DeskStore::deleteView(qint64 id)
{
    return writeAndSend([id](Database &database, TimeMs at) { return removeView(database, id, at); });
}

QFuture<Result<Receipt>> DeskStore::writeAndSend(const std::function<Verdict(Database &, TimeMs)> &work)
{
    return m_writer->ask<Receipt>([this, work](Writer &writer) -> Result<Receipt> {
        const TimeMs at = now();
        if (Verdict done = work(writer.file->database(), at); !done)
            return done.error();
        QMetaObject::invokeMethod(this, &DeskStore::editSaved, Qt::QueuedConnection);
        return receiptOf(at);
    });
}

void DeskStore::write(QObject *context, const Work &work, const std::function<void(const Result<ChangeSet> &)> &done)
{
    m_writer->post([this, context, work, done](Writer *writer) {
        auto changes = writer ? work(writer->file->database(), writer->feed) : Result<ChangeSet>(Error{Error::Code::Cancelled, QStringLiteral("The data is closed."), {}, false});
        if (changes && (!changes->added.isEmpty() || !changes->changed.isEmpty()))
            QMetaObject::invokeMethod(this, [this, announced = *changes] { announce(announced); }, Qt::QueuedConnection);
        if (changes && changes->settings)
            QMetaObject::invokeMethod(this, &DeskStore::settingsChanged, Qt::QueuedConnection);
        QMetaObject::invokeMethod(context, [done, changes = std::move(changes)] { done(changes); }, Qt::QueuedConnection);
    });
}

QFuture<Result<QList<Call>>> DeskStore::inProgress(const QString &provider)
{
    return m_writer->ask<QList<Call>>([provider](Writer &writer) -> Result<QList<Call>> {
        Database &database = writer.file->database();
        Statement select = database.prepare("SELECT id FROM calls WHERE status = 'IN_PROGRESS' AND provider = ?");
        select.bind(1, provider);
        QList<CallKey> keys;
        while (select.step())
            keys.append(select.integer(0));
        return select.failed() ? Result<QList<Call>>(database.lastError()) : callsByKey(database, keys);
    });
}

QFuture<Result<Receipt>> DeskStore::configure(const Workspace &workspace)
{
    m_workspace = workspace;
    return m_writer->ask<Receipt>([this, workspace](Writer &writer) -> Result<Receipt> {
        if (Verdict done = writer.file->setWorkspace(workspace); !done)
            return done.error();
        return receiptOf(now());
    });
}

} // namespace calldeck
