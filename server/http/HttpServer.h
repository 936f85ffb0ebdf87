#pragma once

#include "http/HttpConfig.h"
#include "http/HttpHandler.h"

namespace calldeck
{

/** HTTP/1.1 and WebSockets, plain or over TLS, on threads of its own. */
class HttpServer
{
public:
    struct Stats {
        qint64 connections = 0; ///< open ones, with the WebSockets
        qint64 web_sockets = 0;
        qint64 refused = 0; ///< over a cap, since the start
    };

    /** Binds and begins to serve. InvalidInput names the setting that is wrong, Busy the port that is taken. */
    static Result<std::unique_ptr<HttpServer>> listen(const HttpServerConfig &config, HttpHandler &handler);
    /** stop() without grace. */
    ~HttpServer();
    HttpServer(const HttpServer &) = delete;
    HttpServer &operator=(const HttpServer &) = delete;

    /** The port bound. */
    quint16 port() const;
    /** Any thread. */
    Stats stats() const;
    /**
     * Stops accepting, closes idle connections, WebSockets with 1001, and what is left after `grace` by force. No
     * handler is called after it. Blocks until a running stream piece has returned. Not from a handler or a worker; a
     * second call does nothing.
     */
    void stop(std::chrono::milliseconds grace);

private:
    class Running;
    explicit HttpServer(std::unique_ptr<Running> running);

    std::unique_ptr<Running> m_running;
};

} // namespace calldeck
