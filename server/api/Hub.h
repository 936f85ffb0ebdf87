#pragma once

#include "api/Happenings.h"
#include "auth/Tokens.h"
#include "http/WebSocketLink.h"
#include "sql/SqlPool.h"
#include "store/WorkspaceTx.h"

#include <QMap>

namespace calldeck
{

/**
 * The open sockets, and what they are told: the head of their workspace's log, at most every 100 ms, and after it, to those that did not ask for
 * hints alone, what happened (Happenings.h), each once and only to a socket that reads. Looks every other second for heads and events that nobody told of, and whether
 * a session behind a socket was ended or its role changed, and closes it (4401, 4403). A thread of its own.
 */
class Hub
{
public:
    /** `most`: sockets of one account. */
    Hub(SqlPool &pool, qsizetype most);
    /** stop(). */
    ~Hub();
    Hub(const Hub &) = delete;
    Hub &operator=(const Hub &) = delete;

    /** What a socket asked to be told. */
    enum class Wish { Everything, Hints };
    /** Any thread. The socket gets the head at once. One too many of an account closes its oldest (4429): that may be one whose network is gone. */
    void add(const Caller &caller, const WebSocketLink &link, Wish wish, const Head &head, qint64 lastEvent);
    void remove(quint64 link);
    /** A head that was told already, or is older, is not told again. Any thread. */
    void headMoved(const QString &ws, qint64 epoch, qint64 seq);
    /** There are new events in the workspace. Any thread. */
    void eventsRaised(const QString &ws);
    /** Workspaces with open sockets. Any thread. */
    QStringList workspaces() const;
    void stop();

private:
    struct Socket {
        Caller caller;
        WebSocketLink link;
        Wish wish = Wish::Everything;
        HappeningPlace told;
    };
    struct Told {
        qint64 epoch = 0;
        qint64 seq = 0;
        bool waiting = false;  ///< a hint
        bool happened = false; ///< there may be something to read
    };
    QList<WebSocketLink> takeTooMany(const QString &account);
    void run();
    void tell();
    void readSoon();
    void readAll(SqlConnection &connection);
    bool readFor(SqlConnection &connection, const QString &ws);
    void give(const QString &ws, const Happenings &news);
    void lookAtHeads(SqlConnection &connection);
    void look(SqlConnection &connection);
    void check(SqlConnection &connection);

    SqlPool &m_pool;
    const qsizetype m_most;
    mutable std::mutex m_mutex;
    std::condition_variable m_wake;
    QMap<quint64, Socket> m_sockets;
    QHash<QString, Told> m_heads;
    bool m_waiting = false;
    bool m_stopping = false;
    bool m_looking = false;
    bool m_reading = false;
    std::chrono::steady_clock::time_point m_lastRead;
    qint64 m_accessChange = -1;
    std::thread m_thread;
};

} // namespace calldeck
