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
constexpr qint64 mostWaiting = 32 * 1024; ///< for a socket that does not read; then the hint has to do
constexpr auto lookEvery = 2s;
constexpr quint16 sessionEnded = 4401;
constexpr quint16 roleChanged = 4403;
constexpr quint16 tooManySockets = 4429;

QByteArray hintText(qint64 epoch, qint64 seq)
{
    JsonObjectText text;
    return text.add("t", QStringLiteral("hint")).add("epoch", epoch).add("head", seq).end();
}

} // namespace

Hub::Hub(SqlPool &pool, qsizetype most) : m_pool(pool), m_most(std::max<qsizetype>(1, most)), m_thread([this] { run(); }) {}

Hub::~Hub() { stop(); }

void Hub::add(const Caller &caller, const WebSocketLink &link, Wish wish, const Head &head, qint64 lastEvent)
{
    link.sendLatest(hintSlot, hintText(head.epoch, head.seq));
    QList<WebSocketLink> left;
    {
        const std::lock_guard lock(m_mutex);
        m_sockets.insert(link.id(), {caller, link, wish, {head.seq, lastEvent}});
        // The session may have ended between its ticket and now.
        m_accessChange = -1;
        left = takeTooMany(caller.account);
        // What came between its reading of the head and now was told to the others already.
        Told &told = m_heads[caller.ws];
        if (std::pair(head.epoch, head.seq) < std::pair(told.epoch, told.seq))
            told.waiting = told.happened = m_waiting = true;
    }
    m_wake.notify_one();
    for (const WebSocketLink &oldest : std::as_const(left))
        oldest.close(tooManySockets, "too many sockets");
}

/** The oldest of an account that has more than it may. */
QList<WebSocketLink> Hub::takeTooMany(const QString &account)
{
    QList<WebSocketLink> links; // in the order of their ids, which rise with time
    for (const Socket &socket : std::as_const(m_sockets)) {
        if (socket.caller.account == account)
            links.append(socket.link);
    }
    const QList<WebSocketLink> taken = links.first(std::max<qsizetype>(0, links.size() - m_most));
    for (const WebSocketLink &link : taken)
        m_sockets.remove(link.id());
    return taken;
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
        told = {epoch, seq, true, true};
        m_waiting = true;
    }
    m_wake.notify_one();
}

void Hub::eventsRaised(const QString &ws)
{
    {
        const std::lock_guard lock(m_mutex);
        m_heads[ws].happened = true;
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
        for (Socket &socket : m_sockets) {
            const auto told = m_heads.constFind(socket.caller.ws);
            if (told == m_heads.cend() || !told->waiting)
                continue;
            hints.append({socket.link, hintText(told->epoch, told->seq)});
            if (socket.wish == Wish::Hints)
                socket.told.seq = std::max(socket.told.seq, told->seq);
        }
        for (Told &told : m_heads)
            told.waiting = false;
    }
    for (const auto &[link, text] : hints)
        link.sendLatest(hintSlot, text);
    readSoon();
}

/** At most one reading at a time and one in 100 ms: so a call is told of at most so often. */
void Hub::readSoon()
{
    {
        const std::lock_guard lock(m_mutex);
        const bool any = std::any_of(m_sockets.cbegin(), m_sockets.cend(), [](const Socket &socket) { return socket.wish == Wish::Everything; }) && std::any_of(m_heads.cbegin(), m_heads.cend(), [](const Told &told) { return told.happened; });
        if (!any || m_reading)
            return;
        if (std::chrono::steady_clock::now() - m_lastRead < hintEvery) {
            m_waiting = true;
            return;
        }
        m_reading = true;
    }
    const bool posted = m_pool.post([this](Result<SqlConnection *> connection) {
        if (connection)
            readAll(**connection);
        const std::lock_guard lock(m_mutex);
        m_reading = false;
        m_lastRead = std::chrono::steady_clock::now();
        m_waiting = m_waiting || std::any_of(m_heads.cbegin(), m_heads.cend(), [](const Told &told) { return told.happened; });
        m_wake.notify_one();
    });
    if (posted)
        return;
    // The pool is full: what happened is found again by the next look.
    const std::lock_guard lock(m_mutex);
    m_reading = false;
}

void Hub::readAll(SqlConnection &connection)
{
    const QStringList names = workspaces();
    QStringList happened;
    {
        const std::lock_guard lock(m_mutex);
        for (auto it = m_heads.begin(); it != m_heads.end(); ++it) {
            if (std::exchange(it->happened, false) && names.contains(it.key()))
                happened.append(it.key());
        }
    }
    for (const QString &ws : std::as_const(happened)) {
        if (!readFor(connection, ws))
            continue;
        const std::lock_guard lock(m_mutex);
        m_heads[ws].happened = true;
    }
}

/** True when there is more to read. */
bool Hub::readFor(SqlConnection &connection, const QString &ws)
{
    std::optional<HappeningPlace> from;
    {
        const std::lock_guard lock(m_mutex);
        for (const Socket &socket : std::as_const(m_sockets)) {
            if (socket.caller.ws == ws && socket.wish == Wish::Everything)
                from = from ? HappeningPlace{std::min(from->seq, socket.told.seq), std::min(from->event, socket.told.event)} : socket.told;
        }
    }
    if (!from)
        return false;
    const auto tx = WorkspaceTx::begin(connection, ws, WorkspaceTx::Mode::Read);
    const auto news = tx ? happeningsAfter(**tx, *from) : Result<Happenings>(tx.error());
    if (!news)
        return false;
    give(ws, *news);
    return news->more;
}

void Hub::give(const QString &ws, const Happenings &news)
{
    const std::lock_guard lock(m_mutex);
    for (Socket &socket : m_sockets) {
        if (socket.caller.ws != ws || socket.wish != Wish::Everything)
            continue;
        bool reads = true;
        for (const Happenings::Line &line : news.calls)
            reads = reads && (line.number <= socket.told.seq || socket.link.offer(line.text, mostWaiting));
        // A breach is worth more than a change, which the hint tells of too: a socket with many of them waiting still gets it.
        for (const Happenings::Line &line : news.events) {
            if (line.number > socket.told.event)
                (void)socket.link.offer(line.text, 2 * mostWaiting);
        }
        socket.told = {std::max(socket.told.seq, news.reached.seq), std::max(socket.told.event, news.reached.event)};
    }
}

/** What other processes wrote while nobody listened. */
void Hub::lookAtHeads(SqlConnection &connection)
{
    const QStringList names = workspaces();
    for (const QString &ws : names) {
        const auto tx = WorkspaceTx::begin(connection, ws, WorkspaceTx::Mode::Read);
        const auto event = tx ? lastEvent(**tx) : Result<qint64>(tx.error());
        if (!event)
            return;
        const Head head = (*tx)->head();
        HappeningPlace least{head.seq, *event};
        {
            const std::lock_guard lock(m_mutex);
            for (const Socket &socket : std::as_const(m_sockets)) {
                if (socket.caller.ws == ws)
                    least = {std::min(least.seq, socket.told.seq), socket.wish == Wish::Hints ? least.event : std::min(least.event, socket.told.event)};
            }
        }
        if (least.seq < head.seq)
            headMoved(ws, head.epoch, head.seq);
        if (least.event < *event)
            eventsRaised(ws);
    }
}

void Hub::look(SqlConnection &connection)
{
    lookAtHeads(connection);
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
