#pragma once

#include "backend/SyncEngine.h"
#include "desk/SyncService.h"

#include <QThread>

namespace calldeck
{

class DeskStore;

/** SyncService over an engine on a thread of its own. stop() before the store closes; destroy after it. */
class DeskSync : public SyncService
{
    Q_OBJECT
public:
    enum class Backend { Elsewhere, Own };
    DeskSync(DeskStore &store, Backend backend);
    ~DeskSync() override;

    void start(const BackendAccount &account);
    void setToken(const QByteArray &token);
    void signInLost();
    /** The backend does not run; before start(), or beside it. */
    void unavailable(const QString &problem);
    void stop();

    SyncStatus status() const override { return m_status; }
    QFuture<Result<QList<WaitingEdit>>> waiting(int most) override;
    QFuture<Result<QList<RefusedEdit>>> refused() override;
    QFuture<Result<QList<OpenConflict>>> conflicts() override;
    QFuture<Result<Done>> retry(qint64 refused) override;
    QFuture<Result<Done>> discard(qint64 refused) override;
    QFuture<Result<Done>> resolve(const QString &conflict, bool replace) override;
    QFuture<Result<UnsentWork>> unsent() override;
    QFuture<Result<Done>> saveUnsent(const QString &file) override;
    void syncNow() override;
    void signInAgain() override { Q_EMIT signInAsked(); }

Q_SIGNALS:
    /** The access token is no longer taken. */
    void tokenRefused();
    void signInAsked();

private:
    template <class T> QFuture<Result<T>> ask(const std::function<Result<T>(Database &)> &work, bool sends = false);

    DeskStore &m_store;
    QThread m_thread;
    SyncEngine *m_engine; ///< lives on m_thread
    SyncStatus m_status;
};

} // namespace calldeck
