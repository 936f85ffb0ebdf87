#include "http/HttpServer.h"

#include "http/HttpConnection.h"
#include "http/TlsContext.h"
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <thread>

namespace calldeck
{

namespace
{

namespace net = boost::asio;
using tcp = net::ip::tcp;

constexpr std::chrono::milliseconds accept_again{50};
constexpr std::chrono::milliseconds force_takes{1'000};

/** The address as people write it: an IPv4 peer of an IPv6 socket is an IPv4 peer. */
net::ip::address plainAddress(const net::ip::address &address)
{
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return net::ip::make_address_v4(net::ip::v4_mapped, address.to_v6());
    return address;
}

/** What counts as one peer: a household has one IPv4 address or one IPv6 /64. */
QString peerKey(const net::ip::address &address)
{
    if (address.is_v4())
        return QString::fromStdString(address.to_string());
    auto bytes = address.to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
    return QString::fromStdString(net::ip::address_v6(bytes).to_string());
}

Error failure(const HttpServerConfig &config, const ErrorCode &error)
{
    const bool taken = error == net::error::address_in_use;
    return {taken ? Error::Code::Busy : Error::Code::Io,
            QStringLiteral("Cannot listen on %1 port %2: %3")
                .arg(config.address)
                .arg(config.port)
                .arg(QString::fromStdString(error.message())),
            {},
            taken};
}

} // namespace

class HttpServer::Running
{
public:
    explicit Running(std::shared_ptr<ServerCore> core)
        : m_core(std::move(core)), m_strand(net::make_strand(m_core->io)), m_acceptor(m_strand), m_pause(m_strand),
          m_guard(m_core->io.get_executor())
    {
    }

    ErrorCode bind(const tcp::endpoint &endpoint)
    {
        ErrorCode error;
        m_acceptor.open(endpoint.protocol(), error);
        if (!error)
            m_acceptor.set_option(tcp::acceptor::reuse_address(true), error);
        if (!error && endpoint.address().is_v6())
            m_acceptor.set_option(net::ip::v6_only(false), error);
        if (!error)
            m_acceptor.bind(endpoint, error);
        if (!error)
            m_acceptor.listen(net::socket_base::max_listen_connections, error);
        if (!error)
            m_port = m_acceptor.local_endpoint(error).port();
        return error;
    }

    void run()
    {
        net::post(m_strand, [this] { accept(); });
        for (int count = 0; count < std::max(1, m_core->config.threads); ++count)
            m_threads.emplace_back([this] { serve(); });
    }

    void stop(std::chrono::milliseconds grace)
    {
        if (std::exchange(m_stopped, true))
            return;
        net::post(m_strand, [this] {
            ErrorCode ignored;
            m_acceptor.close(ignored);
            m_pause.cancel();
        });
        for (const auto &guest : m_core->refuseNewcomers())
            guest->windDown();
        if (!m_core->waitUntilEmpty(grace)) {
            for (const auto &guest : m_core->guests())
                guest->cut();
            m_core->waitUntilEmpty(force_takes);
        }
        m_guard.reset();
        m_core->io.stop();
        for (std::thread &thread : m_threads)
            thread.join();
        for (const auto &guest : m_core->guests())
            guest->abandon();
        m_core->joinWorkers();
    }

    const ServerCore &core() const { return *m_core; }
    quint16 port() const { return m_port; }

private:
    void serve()
    {
        for (;;) {
            // What a handler throws has already been answered with 500 by the reply that died with it.
            try {
                m_core->io.run();
                return;
            } catch (const std::exception &exception) {
                qWarning("An HTTP handler threw: %s", exception.what());
            }
        }
    }

    void accept()
    {
        m_acceptor.async_accept(net::make_strand(m_core->io), [this](ErrorCode error, Socket socket) {
            if (!m_acceptor.is_open())
                return;
            if (error)
                return pause();
            accept();
            welcome(std::move(socket));
        });
    }

    /** Out of descriptors or memory: connections wait in the kernel until some are free again. */
    void pause()
    {
        m_pause.expires_after(accept_again);
        m_pause.async_wait([this](ErrorCode error) {
            if (!error && m_acceptor.is_open())
                accept();
        });
    }

    void welcome(Socket socket)
    {
        ErrorCode error;
        const tcp::endpoint endpoint = socket.remote_endpoint(error);
        if (error)
            return;
        const net::ip::address address = plainAddress(endpoint.address());
        const auto place = m_core->admit(peerKey(address));
        if (!place)
            return;
        Seat seat(*m_core, *place);
        socket.set_option(tcp::no_delay(true), error);
        Wire wire = m_core->tls ? Wire(std::move(socket), *m_core->tls) : Wire(std::move(socket));
        const auto connection = std::make_shared<HttpConnection>(*m_core, std::move(wire), std::move(seat),
                                                                 QString::fromStdString(address.to_string()));
        m_core->seat(*place, connection, false);
        connection->start();
    }

    const std::shared_ptr<ServerCore> m_core;
    const Strand m_strand;
    net::basic_socket_acceptor<tcp, Strand> m_acceptor;
    SteadyTimer m_pause;
    net::executor_work_guard<net::io_context::executor_type> m_guard;
    std::vector<std::thread> m_threads;
    quint16 m_port = 0;
    bool m_stopped = false;
};

Result<std::unique_ptr<HttpServer>> HttpServer::listen(const HttpServerConfig &config, HttpHandler &handler)
{
    ErrorCode error;
    const auto address = net::ip::make_address(config.address.toStdString(), error);
    if (error)
        return Error{Error::Code::InvalidInput,
                     QStringLiteral("The address to listen on is no IP address: %1").arg(config.address),
                     {},
                     false};
    auto tls = tlsContext(config);
    if (!tls)
        return tls.error();
    auto running = std::make_unique<Running>(std::make_shared<ServerCore>(config, handler, *tls));
    if (const ErrorCode failed = running->bind({address, config.port}))
        return failure(config, failed);
    running->run();
    return std::unique_ptr<HttpServer>(new HttpServer(std::move(running)));
}

HttpServer::HttpServer(std::unique_ptr<Running> running) : m_running(std::move(running)) {}

HttpServer::~HttpServer()
{
    stop(std::chrono::milliseconds(0));
}

quint16 HttpServer::port() const
{
    return m_running->port();
}

HttpServer::Stats HttpServer::stats() const
{
    return m_running->core().stats();
}

void HttpServer::stop(std::chrono::milliseconds grace)
{
    m_running->stop(grace);
}

} // namespace calldeck
