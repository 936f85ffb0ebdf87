#pragma once

#include "backend/Backoff.h"
#include "backend/SyncRounds.h"
#include "desk/SyncService.h"

#include <QTimer>

namespace calldeck
{

class HintSocket;

/** How to reach the backend. The access token is renewed by `renew` when the backend no longer takes it. */
struct BackendAccount {
    QUrl server;
    QByteArray token;
};

/**
 * Keeps one cache in step with its backend: sends what waits, fetches what is new, on hints and on timers, and tells how it stands. Lives on
 * a thread of its own with an event loop; all calls come from there (or before the thread starts). Stop it before the cache closes.
 */
class SyncEngine : public QObject
{
    Q_OBJECT
public:
    SyncEngine(CacheAccess &cache, QObject *parent = nullptr);
    ~SyncEngine() override;

    void start(const BackendAccount &account);
    /** A new access token after a renewed sign-in. */
    void setToken(const QByteArray &token);
    /** The sign-in cannot be renewed: everything waits until there is a new token. */
    void signInLost();
    /** The backend does not run, says who runs it; the next answer of it says otherwise. */
    void unavailable(const QString &problem) { setLink(SyncStatus::Link::Offline, problem); }
    void stop();
    /** Something was saved: send it. */
    void editsWait();
    void syncNow();

    // One round by hand, for tests that schedule the rounds themselves.
    SyncRounds &rounds() { return m_rounds; }
    void connectTo(const BackendAccount &account);

Q_SIGNALS:
    void statusChanged(const calldeck::SyncStatus &status);
    void tokenRefused();

private:
    void push();
    void pull();
    void pushed(const RoundOutcome &outcome);
    void pulled(const RoundOutcome &outcome);
    /** Takes over what a round says of the link; true when rounds may go on. */
    bool note(const RoundOutcome &outcome);
    /** The server answers, or its hints come. */
    void reached();
    void followClock();
    void setLink(SyncStatus::Link link, const QString &problem);
    void hinted(qint64 head);
    void pullForHint();
    void count();
    void tell();

    CacheAccess &m_cache;
    BackendClient m_client;
    SyncRounds m_rounds;
    std::unique_ptr<HintSocket> m_hints;
    Backoff m_pushBackoff;
    Backoff m_pullBackoff;
    QTimer m_pushTimer;  ///< next try of a push
    QTimer m_pullTimer;  ///< next safety pull, or probe while there is no link
    QTimer m_countTimer;
    QTimer m_hintTimer;  ///< until a pull that a hint asked for may be
    QElapsedTimer m_sinceHinted;
    qint64 m_hintedHead = 0; ///< the newest that a hint spoke of since the last pull for one
    SyncStatus m_status;
    QString m_mustUpgrade; ///< what was said when the server took no edits of this version, "" once it does
    bool m_running = false;
    bool m_pushAgain = false;
    bool m_pullAgain = false;
};

} // namespace calldeck
