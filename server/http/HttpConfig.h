#pragma once

#include <QString>
#include <chrono>
#include <functional>

namespace calldeck
{

/** What one peer, or all of them, may cost. Sizes in bytes. */
struct HttpLimits {
    qint64 header_bytes = 16 * 1024;
    std::chrono::milliseconds handshake_timeout{5'000}; ///< TLS, and the answer 101
    std::chrono::milliseconds header_timeout{10'000};   ///< from its first byte
    /** For the body to come, and for the answer to be taken; begins anew if `least_bytes_per_second` moved in that
     * time. */
    std::chrono::milliseconds body_timeout{30'000};
    qint64 least_bytes_per_second = 32 * 1024;
    std::chrono::milliseconds idle_timeout{60'000};  ///< between two requests
    std::chrono::milliseconds linger_timeout{2'000}; ///< for the peer to take the last bytes and close
    int connections = 4096;                          ///< WebSockets count too
    int connections_per_peer = 256; ///< per IPv4 address or IPv6 /64; 0: no limit, for a server behind a proxy

    qint64 socket_in_bytes = 16 * 1024; ///< of one message; more closes with 1009
    double socket_in_per_second = 20;   ///< messages; more closes with 4029
    double socket_in_burst = 40;
    qint64 socket_out_bytes = 256 * 1024; ///< waiting for a peer that does not read; more closes with 4008
    std::chrono::milliseconds socket_ping{20'000};
    std::chrono::milliseconds socket_dead{45'000}; ///< nothing heard, not even a pong: cut
};

struct HttpServerConfig {
    QString address = QStringLiteral("127.0.0.1"); ///< IPv4 or IPv6; "::" takes both
    quint16 port = 0;                              ///< 0: any free one
    QString tls_certificate;                       ///< PEM file with the chain; both or neither
    QString tls_key;                               ///< PEM file
    HttpLimits limits;
    int threads = 2;      ///< for I/O
    QString spool_folder; ///< for bodies in files; empty: the system's
    /** Runs a job on a worker; called on I/O threads. Empty: two threads of the server's own. */
    std::function<void(std::function<void()>)> post;
};

} // namespace calldeck
