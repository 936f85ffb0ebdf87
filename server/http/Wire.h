#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <utility>

namespace calldeck
{

using ErrorCode = boost::system::error_code;
using Strand = boost::asio::strand<boost::asio::io_context::executor_type>;
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Strand>;
using TlsStream = boost::asio::ssl::stream<Socket>;
using SteadyClock = std::chrono::steady_clock;
using SteadyTimer = boost::asio::basic_waitable_timer<SteadyClock, boost::asio::wait_traits<SteadyClock>, Strand>;

/** A socket, plain or with TLS, as one type: what is built on it is compiled once. Movable while nothing is under way.
 * On its strand only. */
class Wire
{
public:
    using executor_type = Strand;

    explicit Wire(Socket socket) : m_plain(std::make_unique<Socket>(std::move(socket))) {}
    Wire(Socket socket, boost::asio::ssl::context &context)
        : m_tls(std::make_unique<TlsStream>(std::move(socket), context))
    {
    }

    executor_type get_executor() noexcept { return socket().get_executor(); }
    Socket &socket() noexcept { return m_tls ? m_tls->next_layer() : *m_plain; }
    /** Null for a plain one. */
    TlsStream *tls() noexcept { return m_tls.get(); }
    bool isOpen() noexcept { return (m_tls || m_plain) && socket().is_open(); }
    void cut() noexcept
    {
        ErrorCode ignored;
        if (isOpen())
            socket().close(ignored);
    }

    template <class Buffers, class Handler> void async_read_some(const Buffers &buffers, Handler &&handler)
    {
        if (m_tls)
            m_tls->async_read_some(buffers, std::forward<Handler>(handler));
        else
            m_plain->async_read_some(buffers, std::forward<Handler>(handler));
    }
    template <class Buffers, class Handler> void async_write_some(const Buffers &buffers, Handler &&handler)
    {
        if (m_tls)
            m_tls->async_write_some(buffers, std::forward<Handler>(handler));
        else
            m_plain->async_write_some(buffers, std::forward<Handler>(handler));
    }

    std::function<void()>
        on_teardown; ///< the WebSocket begins to close the connection: time to watch how long it takes

private:
    std::unique_ptr<Socket> m_plain;
    std::unique_ptr<TlsStream> m_tls;
};

inline void beast_close_socket(Wire &wire)
{
    wire.cut();
}

/** For Beast. How the connection ended is not what the caller asks: the reason to end it is, so that is kept. */
template <class Handler> void async_teardown(boost::beast::role_type role, Wire &wire, Handler &&handler)
{
    if (wire.on_teardown)
        wire.on_teardown();
    auto done =
        boost::asio::bind_executor(wire.get_executor(), [handler = std::forward<Handler>(handler)](ErrorCode) mutable {
            std::move(handler)(ErrorCode{});
        });
    if (wire.tls())
        wire.tls()->async_shutdown(std::move(done));
    else
        boost::beast::websocket::async_teardown(role, wire.socket(), std::move(done));
}

} // namespace calldeck
