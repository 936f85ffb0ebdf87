#pragma once

#include "backend/CacheAccess.h"
#include "desk/DeskService.h"
#include "secrets/DataKey.h"
#include "store/CacheFile.h"
#include "store/ServiceThread.h"

#include <QSemaphore>
#include <QElapsedTimer>
#include <QTimer>

namespace calldeck
{

class CommandRunner;
class CallQueries;
class DirectoryLock;

/**
 * DeskService over a cache file: one thread writes, one reads rows for the drawer and the table, one holds the in-memory index and
 * answers orders. The directory is locked for as long as this object lives.
 */
class DeskStore : public DeskService, public CacheAccess
{
    Q_OBJECT
public:
    /** Opens or, with Mode::Create, makes the cache; blocks for the few milliseconds that takes, before any window is shown. */
    static Result<std::unique_ptr<DeskStore>> open(const QString &dataDir, CacheFile::Mode mode, const QString &agentName, const DataKey &key = {});
    ~DeskStore() override;
    /** Does everything that was asked for and ends the threads. Before the objects that wait for answers are destroyed: Qt 6.4 asserts otherwise. */
    void close();

    const Workspace &workspace() const override { return m_workspace; }
    QString agentName() const override { return m_agentName; }
    TimeMs now() const override;
    QString encryptionNotice() const override { return m_encryptionNotice; }

    QFuture<Result<CallOrder>> firstPage(const CallQuery &query, int limit) override;
    QFuture<Result<CallOrder>> order(const CallQuery &query) override;
    QFuture<Result<QList<Call>>> rows(const QList<CallKey> &keys) override;
    QFuture<Result<CallDetail>> detail(CallKey call) override;
    QFuture<Result<CallKey>> callNamed(const QString &callId) override;
    QFuture<Result<QList<TimelineEntry>>> timeline(CallKey call) override;
    QFuture<Result<QList<FollowUpTask>>> followUps() override;
    QFuture<Result<QList<Contact>>> searchContacts(const QString &text) override;
    QFuture<Result<QList<TagCount>>> tags() override;
    QFuture<Result<QStringList>> valuesOf(CallField field) override;
    QFuture<Result<QList<SavedView>>> savedViews() override;
    QFuture<Result<DeskCounts>> counts() override;

    QFuture<Result<Receipt>> apply(const Command &command) override;
    QFuture<Result<Receipt>> saveDraft(CallKey call, const Draft &draft) override;
    QFuture<Result<Receipt>> saveView(const SavedView &view) override;
    QFuture<Result<Receipt>> deleteView(qint64 id) override;

    /** Calls of a provider that have not ended; for a feed that takes up its work again. */
    QFuture<Result<QList<Call>>> inProgress(const QString &provider);
    /** For the sync. `done` runs on the thread of `context`, which must live until close() has returned. */
    void write(QObject *context, const Work &work, const std::function<void(const Result<ChangeSet> &)> &done) override;
    /** Two desks never disagree about a deadline: now() is the backend's time. */
    void setClockOffset(qint64 ms) override { m_clockOffset = ms; }
    /** Sets the workspace of a new data directory before the window is shown. */
    QFuture<Result<Receipt>> configure(const Workspace &workspace);

Q_SIGNALS:
    /** An edit was saved and waits to be sent. */
    void editSaved();
    /** The backend has other settings of the workspace than those this desk was opened with. */
    void settingsChanged();

private:
    struct Writer;
    struct Reader;
    struct Finder;

    DeskStore(Workspace workspace, QString agentName, std::unique_ptr<DirectoryLock> lock);
    Verdict start(const QString &dataDir, std::unique_ptr<CacheFile> writing, const DatabaseKey &key);
    void announce(const ChangeSet &changes);
    /** `work` is one transaction that also puts an edit on its way. */
    QFuture<Result<Receipt>> writeAndSend(const std::function<Verdict(Database &, TimeMs)> &work);
    /** Tells the window when writing stops or starts to work. On the writer thread. */
    void watch(const Verdict &written);
    void indexSoon();
    void indexNow();
    void indexPiece(ServiceThread<Writer> &thread);
    void countSoon();

    Workspace m_workspace;
    QString m_agentName;
    QString m_encryptionNotice;
    std::unique_ptr<DirectoryLock> m_lock;
    std::shared_ptr<std::atomic<quint64>> m_newestOrder = std::make_shared<std::atomic<quint64>>(0);
    std::shared_ptr<QSemaphore> m_firstRows = std::make_shared<QSemaphore>(); ///< released when rows are handed to the window
    std::atomic<bool> m_failing = false; ///< the last write did not reach the disk
    std::atomic<bool> m_indexing = false;
    std::atomic<qint64> m_clockOffset = 0;
    QTimer m_countTimer;
    QTimer m_indexTimer;
    QElapsedTimer m_sinceIndexAsked; ///< for the words that wait
    std::unique_ptr<ServiceThread<Writer>> m_writer;
    std::unique_ptr<ServiceThread<Reader>> m_reader;
    std::unique_ptr<ServiceThread<Finder>> m_finder;
};

} // namespace calldeck
