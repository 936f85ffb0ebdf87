#pragma once

#include "embedded/OwnBackend.h"

#include <QObject>
#include <QThread>
#include <QTimer>
#include <atomic>

namespace calldeck
{

/** Runs the desk's own backend on a thread of its own: neither its start nor its tokens nor the calls that come in hold up the window. */
class BackendHost : public QObject
{
    Q_OBJECT
public:
    explicit BackendHost(OwnPlace place);
    /** Ends the backend; waits for what it is doing. */
    ~BackendHost() override;

    /** Tries until it succeeds; a second call does nothing. */
    void start();
    /** A new token, because the last one is no longer taken. */
    void renew();
    /** Calls from outside, in the order they came; those that come before the backend runs wait for it. */
    void take(const QList<IncomingCall> &calls);

Q_SIGNALS:
    void ready(const QUrl &server, const QByteArray &token);
    void tokenReady(const QByteArray &token);
    void failed(const calldeck::Error &error);
    /** The store cannot be read, or not all of it; told whenever somebody comes upon it. */
    void storeDamaged();

private:
    void onThread(const std::function<void()> &work);
    void open();
    void takeWaiting();
    void lookForDamage(const Error &error);

    OwnPlace m_place;
    std::atomic<bool> m_closing = false;
    QThread m_thread;
    QObject *m_there; ///< lives on m_thread
    std::unique_ptr<OwnBackend> m_backend; ///< on m_thread
    QList<IncomingCall> m_waiting;         ///< on m_thread
    bool m_looked = false;                 ///< for damage; on m_thread
    bool m_damaged = false;                ///< as it was found; on m_thread
    QTimer m_retry;
    bool m_renewing = false;
    bool m_started = false;
};

} // namespace calldeck
