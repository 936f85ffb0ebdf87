#pragma once

#include "http/HttpConfig.h"
#include "http/HttpHandler.h"
#include "http/HttpServer.h"
#include "http/Wire.h"

#include <QHash>
#include <boost/asio/thread_pool.hpp>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <vector>

namespace calldeck
{

/** What is behind one open connection. */
class Guest
{
public:
    virtual ~Guest() = default;
    /** Finish what runs, then leave. Any thread. */
    virtual void windDown() = 0;
    /** Leave now. Any thread. */
    virtual void cut() = 0;
    /** Let go of everything. Only when no I/O thread runs any more. */
    virtual void abandon() = 0;
};

/**
 * What connections share. Handles that outlive the server keep it alive, so that they may speak to a connection that is
 * closing; connections themselves only refer to it, for they live inside its context.
 */
class ServerCore : public std::enable_shared_from_this<ServerCore>
{
public:
    ServerCore(HttpServerConfig its_config, HttpHandler &its_handler,
               std::shared_ptr<boost::asio::ssl::context> its_tls);

    const HttpServerConfig config;
    HttpHandler &handler;
    const std::shared_ptr<boost::asio::ssl::context> tls;

    /** A place for a connection of that peer, unless there is none left or the server stops. Any thread, as all below.
     */
    std::optional<quint64> admit(const QString &peer);
    /** Who sits in the place; asks it to leave at once if the server began to stop meanwhile. */
    void seat(quint64 place, const std::shared_ptr<Guest> &guest, bool web_socket);
    void leave(quint64 place);
    void work(std::function<void()> job);

    HttpServer::Stats stats() const;
    std::vector<std::shared_ptr<Guest>> refuseNewcomers();
    std::vector<std::shared_ptr<Guest>> guests() const;
    bool waitUntilEmpty(std::chrono::milliseconds most);
    /** Ends the server's own workers. */
    void joinWorkers();

private:
    struct Place {
        QString peer;
        std::weak_ptr<Guest> guest;
        bool web_socket = false;
    };

    mutable std::mutex m_mutex;
    std::condition_variable m_emptied;
    QHash<quint64, Place> m_places;
    QHash<QString, int> m_of_peer;
    HttpServer::Stats m_stats;
    quint64 m_last = 0;
    bool m_stopping = false;
    std::optional<boost::asio::thread_pool> m_workers;

public:
    // Last, so that the connections in it go before what they refer to.
    boost::asio::io_context io;
};

/** A place, for as long as this lives. */
class Seat
{
public:
    Seat(ServerCore &core, quint64 place) : m_core(&core), m_place(place) {}
    Seat(Seat &&other) noexcept : m_core(std::exchange(other.m_core, nullptr)), m_place(other.m_place) {}
    Seat &operator=(Seat &&) = delete;
    ~Seat() { leave(); }

    quint64 place() const { return m_place; }
    void leave()
    {
        if (ServerCore *core = std::exchange(m_core, nullptr))
            core->leave(m_place);
    }

private:
    ServerCore *m_core;
    quint64 m_place;
};

} // namespace calldeck
