#pragma once

#include "backend/Backoff.h"
#include "backend/BackendClient.h"

#include <QTimer>
#include <QWebSocket>

namespace calldeck
{

/**
 * The backend's hints that something is new: opens a WebSocket with a single-use ticket, keeps it alive, opens it again after a while
 * when it is lost. A hint is never the data. On the thread of its client.
 */
class HintSocket : public QObject
{
    Q_OBJECT
public:
    explicit HintSocket(BackendClient &client);

    /** Opens it unless it is open, opening, or waiting for its next try. */
    void open();
    void close();
    bool isOpen() const { return m_open; }

Q_SIGNALS:
    void opened();
    /** An open socket went away; silent: the other side had stopped to answer, so that requests get no answer either. */
    void lost(bool silent);
    void hint(qint64 head);

private:
    void openWith(const QString &ticket);
    void heard(const QString &text);
    void gone();
    void beat();

    BackendClient &m_client;
    QWebSocket m_socket;
    Backoff m_backoff;
    QTimer m_retry;
    QTimer m_beat;
    QTimer m_openingLimit;
    QElapsedTimer m_sinceHeard;
    bool m_wanted = false;
    bool m_opening = false;
    bool m_open = false;
    bool m_silent = false;
};

} // namespace calldeck
