#include "http/ServerCore.h"

#include <algorithm>
#include <boost/asio/post.hpp>

namespace calldeck
{

ServerCore::ServerCore(HttpServerConfig its_config, HttpHandler &its_handler,
                       std::shared_ptr<boost::asio::ssl::context> its_tls)
    : config(std::move(its_config)), handler(its_handler), tls(std::move(its_tls)), io(std::max(1, config.threads))
{
    if (!config.post)
        m_workers.emplace(2);
}

std::optional<quint64> ServerCore::admit(const QString &peer)
{
    const std::lock_guard lock(m_mutex);
    if (m_stopping)
        return {};
    int &of_peer = m_of_peer[peer];
    const bool peer_full = config.limits.connections_per_peer > 0 && of_peer >= config.limits.connections_per_peer;
    if (peer_full || m_places.size() >= config.limits.connections) {
        if (of_peer == 0)
            m_of_peer.remove(peer);
        ++m_stats.refused;
        return {};
    }
    ++of_peer;
    m_places.insert(++m_last, {peer, {}, false});
    return m_last;
}

void ServerCore::seat(quint64 place, const std::shared_ptr<Guest> &guest, bool web_socket)
{
    bool late = false;
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_places.find(place);
        if (found == m_places.end())
            return;
        found->guest = guest;
        m_stats.web_sockets += (web_socket ? 1 : 0) - (found->web_socket ? 1 : 0);
        found->web_socket = web_socket;
        late = m_stopping;
    }
    if (late)
        guest->windDown();
}

void ServerCore::leave(quint64 place)
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_places.find(place);
    if (found == m_places.end())
        return;
    m_stats.web_sockets -= found->web_socket ? 1 : 0;
    if (--m_of_peer[found->peer] == 0)
        m_of_peer.remove(found->peer);
    m_places.erase(found);
    if (m_places.isEmpty())
        m_emptied.notify_all();
}

void ServerCore::work(std::function<void()> job)
{
    if (config.post)
        config.post(std::move(job));
    else
        boost::asio::post(*m_workers, std::move(job));
}

HttpServer::Stats ServerCore::stats() const
{
    const std::lock_guard lock(m_mutex);
    HttpServer::Stats stats = m_stats;
    stats.connections = m_places.size();
    return stats;
}

std::vector<std::shared_ptr<Guest>> ServerCore::refuseNewcomers()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    return guests();
}

std::vector<std::shared_ptr<Guest>> ServerCore::guests() const
{
    std::vector<std::shared_ptr<Guest>> found;
    const std::lock_guard lock(m_mutex);
    for (const Place &place : m_places) {
        if (auto guest = place.guest.lock())
            found.push_back(std::move(guest));
    }
    return found;
}

bool ServerCore::waitUntilEmpty(std::chrono::milliseconds most)
{
    std::unique_lock lock(m_mutex);
    return m_emptied.wait_for(lock, most, [&] { return m_places.isEmpty(); });
}

void ServerCore::joinWorkers()
{
    if (m_workers)
        m_workers->join();
}

} // namespace calldeck
