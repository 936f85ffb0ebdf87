#pragma once

#include "Mailbox.h"
#include <QByteArray>
#include <QMap>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace calldeck::test
{

/** One answer as it came. */
struct Answer {
    int status = 0;
    QMap<QByteArray, QByteArray> headers; // names in lower case
    QByteArray head;
    QByteArray body;
    bool whole = false; // the body came to its end

    QByteArray operator[](const char *name) const { return headers.value(name); }
};

/** A socket that sends exactly what a test says. */
class HttpPeer
{
public:
    explicit HttpPeer(quint16 port, int receive_buffer = 0, const char *from = "127.0.0.1")
        : m_socket(::socket(AF_INET, SOCK_STREAM, 0))
    {
        if (receive_buffer)
            ::setsockopt(m_socket, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        const timeval most{20, 0};
        ::setsockopt(m_socket, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
        sockaddr_in mine = address(from, 0);
        ::bind(m_socket, reinterpret_cast<sockaddr *>(&mine), sizeof mine);
        sockaddr_in other = address("127.0.0.1", port);
        m_connected = ::connect(m_socket, reinterpret_cast<sockaddr *>(&other), sizeof other) == 0;
    }
    ~HttpPeer() { leave(); }
    HttpPeer(const HttpPeer &) = delete;
    HttpPeer &operator=(const HttpPeer &) = delete;

    bool connected() const { return m_connected; }
    bool send(const QByteArray &bytes)
    {
        for (qsizetype at = 0; at < bytes.size();) {
            const ssize_t sent =
                ::send(m_socket, bytes.constData() + at, static_cast<std::size_t>(bytes.size() - at), MSG_NOSIGNAL);
            if (sent <= 0)
                return false;
            at += sent;
        }
        return true;
    }
    bool get(const QByteArray &target, const QByteArray &more = {})
    {
        return send("GET " + target + " HTTP/1.1\r\nHost: h\r\n" + more + "\r\n");
    }
    void halfClose() { ::shutdown(m_socket, SHUT_WR); }
    void leave()
    {
        if (m_socket >= 0)
            ::close(m_socket);
        m_socket = -1;
    }
    /** Leaves so that the other side sees a reset. */
    void reset()
    {
        const linger now{1, 0};
        ::setsockopt(m_socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        leave();
    }

    /** Reads what there is; false at the end of the connection, or when nothing came in time. */
    bool more(std::chrono::milliseconds most = 20s)
    {
        pollfd ready{m_socket, POLLIN, 0};
        if (::poll(&ready, 1, static_cast<int>(most.count())) <= 0)
            return false;
        QByteArray piece(64 * 1024, Qt::Uninitialized);
        const ssize_t size = ::recv(m_socket, piece.data(), static_cast<std::size_t>(piece.size()), 0);
        m_ended = size <= 0;
        if (size > 0)
            in.append(piece.constData(), static_cast<qsizetype>(size));
        return size > 0;
    }
    /** Reads on until the other side has closed; false when it does not. */
    bool closed(std::chrono::milliseconds most = 20s)
    {
        while (more(most)) {
        }
        return m_ended;
    }
    bool has(qsizetype bytes)
    {
        while (in.size() < bytes) {
            if (!more())
                return false;
        }
        return true;
    }
    QByteArray line()
    {
        while (!in.contains("\r\n")) {
            if (!more())
                return {};
        }
        return cut(in.indexOf("\r\n") + 2).chopped(2);
    }
    QByteArray cut(qsizetype bytes)
    {
        const QByteArray front = in.left(bytes);
        in.remove(0, bytes);
        return front;
    }

    /** The next answer; `bare` if it has no body whatever its head says. */
    Answer answer(bool bare = false)
    {
        Answer result;
        while (!in.contains("\r\n\r\n")) {
            if (!more())
                return result;
        }
        result.head = cut(in.indexOf("\r\n\r\n") + 4);
        const QList<QByteArray> lines = result.head.chopped(4).split('\n');
        result.status = lines.first().split(' ').value(1).toInt();
        for (const QByteArray &line : lines.mid(1))
            result.headers.insert(line.left(line.indexOf(':')).toLower(), line.mid(line.indexOf(':') + 1).trimmed());
        if (bare || result.status < 200 || result.status == 204 || result.status == 304)
            result.whole = true;
        else if (result["transfer-encoding"] == "chunked")
            readChunks(result);
        else
            readLength(result);
        return result;
    }

    QByteArray in;

private:
    static sockaddr_in address(const char *host, quint16 port)
    {
        sockaddr_in result{};
        result.sin_family = AF_INET;
        result.sin_port = htons(port);
        ::inet_pton(AF_INET, host, &result.sin_addr);
        return result;
    }
    void readChunks(Answer &result)
    {
        for (;;) {
            bool good = false;
            const qsizetype size = line().toLongLong(&good, 16);
            if (!good || !has(size + 2))
                return;
            result.body += cut(size);
            cut(2);
            if (size == 0) {
                result.whole = true;
                return;
            }
        }
    }
    void readLength(Answer &result)
    {
        const bool told = result.headers.contains("content-length");
        const qsizetype size = result["content-length"].toLongLong();
        if (told) {
            result.whole = has(size);
            result.body = cut(size);
        } else {
            result.whole = closed() && m_ended;
            result.body = cut(in.size());
        }
    }

    int m_socket = -1;
    bool m_connected = false;
    bool m_ended = false;
};

} // namespace calldeck::test
