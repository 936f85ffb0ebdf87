#include "http/WebSocketSession.h"

#include "http/RateLimiter.h"
#include "http/ResponseHead.h"
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/stream.hpp>

namespace calldeck
{

namespace
{

namespace net = boost::asio;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;

constexpr quint16 abnormal = 1006;
constexpr qsizetype longest_reason = 120;

http::request<http::empty_body> handshakeOf(const HttpRequest &request)
{
    http::request<http::empty_body> handshake{http::verb::get, "/", 11};
    for (const char *name :
         {"host", "upgrade", "connection", "sec-websocket-key", "sec-websocket-version", "sec-websocket-protocol"})
        handshake.set(name, request.header(name).toStdString());
    return handshake;
}

/** The code that a socket which ended by itself ended with. */
quint16 codeOf(const ErrorCode &error, const websocket::close_reason &reason)
{
    if (error == websocket::error::closed)
        return reason.code == websocket::close_code::none ? quint16(websocket::close_code::no_status)
                                                          : quint16(reason.code);
    if (error == websocket::error::message_too_big || error == websocket::error::buffer_overflow)
        return 1009;
    if (error == websocket::error::bad_frame_payload)
        return 1007;
    return error == websocket::condition::protocol_violation ? 1002 : abnormal;
}

class Session : public WebSocketSession, public std::enable_shared_from_this<Session>
{
public:
    Session(ServerCore &core, Wire wire, Seat seat, const HttpRequest &request, WebSocketEvents events)
        : m_core(core), m_limits(core.config.limits), m_strand(wire.get_executor()), m_stream(std::move(wire)),
          m_seat(std::move(seat)), m_timer(m_strand), m_handshake(handshakeOf(request)), m_events(std::move(events)),
          m_outbox(m_limits.socket_out_bytes)
    {
    }

    void accept(const QByteArray &id, const QByteArray &subprotocol, std::function<void(bool)> answered);

    void windDown() override { closeFrom(1001, "The server stops."); }
    void cut() override
    {
        net::post(m_strand, [self = shared_from_this()] { self->end(abnormal); });
    }
    void abandon() override
    {
        m_stream.next_layer().cut();
        m_events = {};
        m_seat.leave();
    }
    Outbox &outbox() override { return m_outbox; }
    bool isOpen() const override { return m_open.load(); }
    void flushFrom() override
    {
        net::post(m_strand, [self = shared_from_this()] { self->flush(); });
    }
    void closeFrom(quint16 code, QByteArray reason) override
    {
        net::post(m_strand,
                  [self = shared_from_this(), code, reason = std::move(reason)] { self->shut(code, reason); });
    }

private:
    void accepted(ErrorCode error);
    void read();
    void received(ErrorCode error);
    void takeText();
    void heardControl(websocket::frame_type kind);
    bool mayCome();
    void flush();
    void shut(quint16 code, const QByteArray &reason);
    void end(quint16 code);
    void tickAfter(std::chrono::milliseconds time);
    void tick();

    ServerCore &m_core;
    const HttpLimits &m_limits;
    const Strand m_strand;
    websocket::stream<Wire> m_stream;
    Seat m_seat;
    SteadyTimer m_timer;
    const http::request<http::empty_body> m_handshake;
    WebSocketEvents m_events;
    Outbox m_outbox;
    TokenBucket m_came;
    boost::beast::flat_buffer m_buffer;
    SteadyClock::time_point m_heard = SteadyClock::now();
    std::atomic_bool m_open = false;
    bool m_was_open = false;
    bool m_writing = false;
    bool m_pinging = false;
    bool m_leaving = false; // the time to leave runs
    quint16 m_shut_with = 0;
    bool m_ended = false;
};

/** What a WebSocketLink speaks to. */
class Channel : public WebSocketChannel
{
public:
    Channel(std::shared_ptr<ServerCore> core, const std::shared_ptr<Session> &session, quint64 id)
        : m_core(std::move(core)), m_session(session), m_id(id)
    {
    }

    void send(QByteArray text) override { put(Outbox::no_slot, std::move(text)); }
    void sendLatest(int slot, QByteArray text) override { put(slot, std::move(text)); }
    bool offer(QByteArray text, qint64 most_waiting) override
    {
        const auto session = m_session.lock();
        const auto put = session ? session->outbox().offer(std::move(text), most_waiting) : Outbox::Put::Closed;
        if (put == Outbox::Put::Wake)
            session->flushFrom();
        return put == Outbox::Put::Wake || put == Outbox::Put::Queued;
    }
    void close(quint16 code, QByteArray reason) override
    {
        if (const auto session = m_session.lock())
            session->closeFrom(code, std::move(reason));
    }
    bool isOpen() const override
    {
        const auto session = m_session.lock();
        return session && session->isOpen();
    }
    quint64 id() const override { return m_id; }

private:
    void put(int slot, QByteArray text)
    {
        const auto session = m_session.lock();
        if (!session)
            return;
        switch (session->outbox().put(slot, std::move(text))) {
        case Outbox::Put::Wake:
            return session->flushFrom();
        case Outbox::Put::Full:
            session->outbox().close();
            return session->closeFrom(4008, "Too much waits to be read.");
        case Outbox::Put::Queued:
        case Outbox::Put::Closed:
            return;
        }
    }

    const std::shared_ptr<ServerCore> m_core; // first: the session may go with this handle's last look at it
    const std::weak_ptr<Session> m_session;
    const quint64 m_id;
};

void Session::accept(const QByteArray &id, const QByteArray &subprotocol, std::function<void(bool)> answered)
{
    m_stream.next_layer().on_teardown = [this] { tickAfter(m_limits.linger_timeout), m_leaving = true; };
    m_stream.read_message_max(static_cast<std::size_t>(m_limits.socket_in_bytes));
    m_stream.auto_fragment(false);
    m_stream.text(true);
    m_stream.control_callback([this](websocket::frame_type kind, boost::beast::string_view) { heardControl(kind); });
    m_stream.set_option(websocket::stream_base::decorator(
        [id, protocol = headerValue(subprotocol)](websocket::response_type &response) {
            response.set("X-Request-Id", id.toStdString());
            if (!protocol.isEmpty())
                response.set(http::field::sec_websocket_protocol, protocol.toStdString());
        }));
    m_leaving = true;
    tickAfter(m_limits.handshake_timeout);
    m_stream.async_accept(m_handshake, [self = shared_from_this(), answered = std::move(answered)](ErrorCode error) {
        answered(!error);
        self->accepted(error);
    });
}

void Session::accepted(ErrorCode error)
{
    if (error || m_ended)
        return end(abnormal);
    m_leaving = false;
    m_heard = SteadyClock::now();
    m_open = m_was_open = true;
    tickAfter(m_limits.socket_ping);
    if (m_events.opened)
        m_events.opened(
            WebSocketLink(std::make_shared<Channel>(m_core.shared_from_this(), shared_from_this(), m_seat.place())));
    if (m_shut_with)
        return shut(std::exchange(m_shut_with, quint16(0)), {});
    read();
}

void Session::read()
{
    m_stream.async_read(m_buffer, [self = shared_from_this()](ErrorCode error, std::size_t) { self->received(error); });
}

void Session::received(ErrorCode error)
{
    // Once we close, the answer to that tells the end.
    if (m_ended || m_shut_with)
        return;
    if (error)
        return end(codeOf(error, m_stream.reason()));
    m_heard = SteadyClock::now();
    if (!m_stream.got_text())
        return shut(1003, "Only text is read here.");
    if (!mayCome())
        return;
    takeText();
    if (!m_shut_with && !m_ended)
        read();
}

void Session::takeText()
{
    const auto bytes = m_buffer.cdata();
    const QByteArray text(static_cast<const char *>(bytes.data()), static_cast<qsizetype>(bytes.size()));
    m_buffer.consume(m_buffer.size());
    if (m_events.text)
        m_events.text(text);
}

void Session::heardControl(websocket::frame_type kind)
{
    m_heard = SteadyClock::now();
    // Beast is in the middle of reading here: what follows from it waits for its turn.
    if (kind != websocket::frame_type::close)
        net::post(m_strand, [self = shared_from_this()] { self->mayCome(); });
}

bool Session::mayCome()
{
    const qint64 now =
        std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now().time_since_epoch()).count();
    if (m_came.take(m_limits.socket_in_per_second, m_limits.socket_in_burst, now) == 0)
        return true;
    shut(4029, "Too many messages.");
    return false;
}

void Session::flush()
{
    if (m_writing || m_ended || m_shut_with || !m_was_open)
        return;
    const auto text = m_outbox.take();
    if (!text)
        return;
    m_writing = true;
    const auto bytes = net::const_buffer(text->constData(), static_cast<std::size_t>(text->size()));
    m_stream.async_write(bytes, [self = shared_from_this(), held = *text](ErrorCode error, std::size_t) {
        self->m_writing = false;
        // Why it failed is what reading tells.
        if (!error)
            self->flush();
    });
}

void Session::shut(quint16 code, const QByteArray &reason)
{
    if (m_ended || m_shut_with)
        return;
    m_shut_with = code;
    m_open = false;
    m_outbox.close();
    if (!m_was_open)
        return;
    m_leaving = true;
    tickAfter(m_limits.linger_timeout);
    websocket::close_reason said(static_cast<websocket::close_code>(code));
    const QByteArray cut = reason.left(longest_reason);
    said.reason.assign(cut.constData(), static_cast<std::size_t>(cut.size()));
    m_stream.async_close(said, [self = shared_from_this()](ErrorCode) { self->end(self->m_shut_with); });
}

void Session::end(quint16 code)
{
    if (std::exchange(m_ended, true))
        return;
    m_open = false;
    m_outbox.close();
    m_timer.cancel();
    m_stream.next_layer().cut();
    m_seat.leave();
    const WebSocketEvents events = std::exchange(m_events, {});
    if (m_was_open && events.closed)
        events.closed(m_shut_with ? m_shut_with : code);
}

void Session::tickAfter(std::chrono::milliseconds time)
{
    m_timer.expires_after(time);
    m_timer.async_wait([self = weak_from_this()](ErrorCode error) {
        if (const auto session = self.lock(); session && !error)
            session->tick();
    });
}

void Session::tick()
{
    if (m_ended)
        return;
    // Cutting makes what is under way fail, which tells the end with the code it has.
    if (m_leaving)
        return m_shut_with || !m_was_open ? end(abnormal) : m_stream.next_layer().cut();
    if (SteadyClock::now() - m_heard > m_limits.socket_dead)
        return end(abnormal);
    tickAfter(m_limits.socket_ping);
    if (std::exchange(m_pinging, true))
        return;
    m_stream.async_ping({}, [self = shared_from_this()](ErrorCode) { self->m_pinging = false; });
}

} // namespace

void WebSocketSession::start(ServerCore &core, Wire wire, Seat seat, const HttpRequest &request,
                             const QByteArray &subprotocol, WebSocketEvents events, std::function<void(bool)> answered)
{
    const quint64 place = seat.place();
    const auto session = std::make_shared<Session>(core, std::move(wire), std::move(seat), request, std::move(events));
    core.seat(place, session, true);
    session->accept(request.id, subprotocol, std::move(answered));
}

} // namespace calldeck
