#pragma once

#include "auth/Tokens.h"
#include "http/WebSocketLink.h"
#include "sql/SqlPool.h"
#include "store/WorkspaceTx.h"

#include <QMap>

namespace calldeck
{

/**
 * The open sockets, and what they are told: the head of their workspace's log, at most every 100 ms. Looks every other second whether a
 * session behind a socket was ended or its role changed, and closes it (4401, 4403). A thread of its own.
 */
class Hub
{
public:
    explicit Hub(SqlPool &pool);
    /** stop(). */
    ~Hub();
    Hub(const Hub &) = delete;
    Hub &operator=(const Hub &) = delete;

    /** Any thread. The socket gets the head at once. */
    void add(const Caller &caller, const WebSocketLink &link, const Head &head);
    void remove(quint64 link);
    /** A head that was told already, or is older, is not told again. Any thread. */
    void headMoved(const QString &ws, qint64 epoch, qint64 seq);
    /** Workspaces with open sockets. Any thread. */
    QStringList workspaces() const;
    void stop();

private:
    struct Socket {
        Caller caller;
        WebSocketLink link;
    };
    struct Told {
        qint64 epoch = 0;
        qint64 seq = 0;
        bool waiting = false;
    };
    void run();
    void tell();
    void look(SqlConnection &connection);
    void check(SqlConnection &connection);

    SqlPool &m_pool;
    mutable std::mutex m_mutex;
    std::condition_variable m_wake;
    QMap<quint64, Socket> m_sockets;
    QHash<QString, Told> m_heads;
    bool m_waiting = false;
    bool m_stopping = false;
    bool m_looking = false;
    qint64 m_accessChange = -1;
    std::thread m_thread;
};

} // namespace calldeck
