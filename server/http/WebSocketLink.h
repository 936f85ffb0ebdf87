#pragma once

#include "http/Messages.h"

namespace calldeck
{

/** One open WebSocket seen from outside. Implemented by the server, and by tests. Any thread. */
class WebSocketChannel
{
public:
    virtual ~WebSocketChannel() = default;
    virtual void send(QByteArray text) = 0;
    virtual void sendLatest(int slot, QByteArray text) = 0;
    virtual bool offer(QByteArray text, qint64 most_waiting) = 0;
    virtual void close(quint16 code, QByteArray reason) = 0;
    virtual bool isOpen() const = 0;
    virtual quint64 id() const = 0;
};

/** Handle to one open WebSocket. Copies are the same socket. Any thread; does nothing once the socket is closed. Does
 * not keep it open. */
class WebSocketLink
{
public:
    explicit WebSocketLink(std::shared_ptr<WebSocketChannel> channel) : m_channel(std::move(channel)) {}

    /** Queues a text message (UTF-8). When more than HttpLimits::socket_out_bytes wait, the socket is closed with 4008.
     */
    void send(QByteArray text) const { m_channel->send(std::move(text)); }
    /** As send(), but takes the place of a message of the same slot that still waits: of each slot at most one waits.
     */
    void sendLatest(int slot, QByteArray text) const { m_channel->sendLatest(slot, std::move(text)); }
    /** Queues a text message unless `most_waiting` bytes wait for this peer: then it is dropped, and false. */
    bool offer(QByteArray text, qint64 most_waiting) const { return m_channel->offer(std::move(text), most_waiting); }
    /** Begins to close; what still waits is not sent. `reason` is cut to 120 bytes. */
    void close(quint16 code, QByteArray reason = {}) const { m_channel->close(code, std::move(reason)); }
    bool isOpen() const { return m_channel->isOpen(); }
    /** Another one for each socket of a server. */
    quint64 id() const { return m_channel->id(); }

private:
    std::shared_ptr<WebSocketChannel> m_channel;
};

/** Called on an I/O thread, never two at once for one socket; must not block. Let go of after `closed`. */
struct WebSocketEvents {
    std::function<void(WebSocketLink)> opened;
    std::function<void(QByteArray)> text;
    std::function<void(quint16 code)>
        closed; ///< once, if `opened` came; the code sent or received, 1006 when there was none
};

/** Where the answer to a request for a WebSocket goes. Any thread. */
class UpgradeChannel
{
public:
    virtual ~UpgradeChannel() = default;
    virtual void accept(QByteArray subprotocol, WebSocketEvents events) = 0;
    virtual void refuse(HttpResponse response) = 0;
};

/** Accepts or refuses one WebSocket. Copies are the same; only the first answer counts; when all die without one, 500
 * goes out. */
class WebSocketUpgrade
{
public:
    explicit WebSocketUpgrade(std::shared_ptr<UpgradeChannel> channel) : m_channel(std::move(channel)) {}

    /** `subprotocol` is one that the peer offered, or empty. `events.opened` is not called if the peer has left. */
    void accept(QByteArray subprotocol, WebSocketEvents events) const
    {
        m_channel->accept(std::move(subprotocol), std::move(events));
    }
    void refuse(HttpResponse response) const { m_channel->refuse(std::move(response)); }

private:
    std::shared_ptr<UpgradeChannel> m_channel;
};

} // namespace calldeck
