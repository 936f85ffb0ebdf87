#include "api/Hub.h"

#include "store/Moment.h"
#include "sync/JsonText.h"

namespace calldeck
{

using namespace std::chrono_literals;

namespace
{

constexpr int hintSlot = 1;
constexpr auto hintEvery = 100ms;
constexpr auto lookEvery = 2s;
constexpr quint16 sessionEnded = 4401;
constexpr quint16 roleChanged = 4403;

QByteArray hintText(qint64 epoch, qint64 seq)
{
    JsonObjectText text;
    return text.add("t", QStringLiteral("hint")).add("epoch", epoch).add("head", seq).end();
}

} // namespace

Hub::Hub(SqlPool &pool) : m_pool(pool), m_thread([this] { run(); }) {}

Hub::~Hub() { stop(); }

void Hub::add(const Caller &caller, const WebSocketLink &link, const Head &head)
{
    link.sendLatest(hintSlot, hintText(head.epoch, head.seq));
    const std::lock_guard lock(m_mutex);
    m_sockets.insert(link.id(), {caller, link});
    // The session may have ended between its ticket and now.
    m_accessChange = -1;
}

void Hub::remove(quint64 link)
{
    const std::lock_guard lock(m_mutex);
    m_sockets.remove(link);
}

void Hub::headMoved(const QString &ws, qint64 epoch, qint64 seq)
{
    {
        const std::lock_guard lock(m_mutex);
        Told &told = m_heads[ws];
        if (std::pair(epoch, seq) <= std::pair(told.epoch, told.seq))
            return;
        told = {epoch, seq, true};
        m_waiting = true;
    }
    m_wake.notify_one();
}

QStringList Hub::workspaces() const
{
    const std::lock_guard lock(m_mutex);
    QStringList names;
    for (const Socket &socket : m_sockets)
        names.append(socket.caller.ws);
    names.removeDuplicates();
    return names;
}

void Hub::stop()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_wake.notify_all();
    if (m_thread.joinable())
        m_thread.join();
}

void Hub::run()
{
    auto nextLook = std::chrono::steady_clock::now() + lookEvery;
    std::unique_lock lock(m_mutex);
    while (!m_stopping) {
        m_wake.wait_until(lock, nextLook, [this] { return m_stopping || m_waiting; });
        if (m_waiting) {
            m_waiting = false;
            lock.unlock();
            tell();
            lock.lock();
            m_wake.wait_for(lock, hintEvery, [this] { return m_stopping; });
        }
        if (std::chrono::steady_clock::now() < nextLook)
            continue;
        nextLook = std::chrono::steady_clock::now() + lookEvery;
        if (m_sockets.isEmpty() || m_looking)
            continue;
        m_looking = true;
        lock.unlock();
        const bool posted = m_pool.post([this](Result<SqlConnection *> connection) {
            if (connection)
                look(**connection);
            const std::lock_guard looked(m_mutex);
            m_looking = false;
        });
        lock.lock();
        m_looking = m_looking && posted;
    }
}

void Hub::tell()
{
    QList<std::pair<WebSocketLink, QByteArray>> hints;
    {
        const std::lock_guard lock(m_mutex);
        for (const Socket &socket : std::as_const(m_sockets)) {
            const auto told = m_heads.constFind(socket.caller.ws);
            if (told != m_heads.cend() && told->waiting)
                hints.append({socket.link, hintText(told->epoch, told->seq)});
        }
        for (Told &told : m_heads)
            told.waiting = false;
    }
    for (const auto &[link, text] : hints)
        link.sendLatest(hintSlot, text);
}

void Hub::look(SqlConnection &connection)
{
    const auto number = accessChangeNumber(connection);
    if (!number)
        return;
    {
        const std::lock_guard lock(m_mutex);
        if (*number == m_accessChange)
            return;
        m_accessChange = *number;
    }
    check(connection);
}

void Hub::check(SqlConnection &connection)
{
    QMap<quint64, Socket> sockets;
    {
        const std::lock_guard lock(m_mutex);
        sockets = m_sockets;
    }
    for (const Socket &socket : std::as_const(sockets)) {
        const auto now = callerOfFamily(connection, socket.caller.family, serverNow());
        if (!now)
            return;
        const Caller *caller = std::get_if<Caller>(&*now);
        if (!caller)
            socket.link.close(sessionEnded, "session ended");
        else if (caller->role != socket.caller.role)
            socket.link.close(roleChanged, "role changed");
    }
}

} // namespace calldeck
