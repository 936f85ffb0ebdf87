#include "http/HttpConnection.h"

#include "http/Problem.h"
#include "http/RequestReader.h"
#include "http/ResponseHead.h"
#include "http/Target.h"
#include "http/WebSocketSession.h"
#include <QDir>
#include <QRandomGenerator>
#include <QTemporaryFile>
#include <algorithm>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>

namespace calldeck
{

namespace
{

namespace net = boost::asio;

constexpr std::size_t small_read = 4 * 1024;
constexpr std::size_t large_read = 64 * 1024;
constexpr qint64 stream_piece = 64 * 1024;
constexpr qsizetype joined_body = 32 * 1024; // up to here a copy is cheaper than a second call into the kernel

QByteArray newId()
{
    return QByteArray::number(QRandomGenerator::global()->generate64(), 16).rightJustified(16, '0');
}

bool hasNoBody(int status)
{
    return status < 200 || status == 204 || status == 304;
}

/** Sends the answer of one request to its connection. */
class ConnectionReply : public ReplyChannel
{
public:
    ConnectionReply(std::shared_ptr<ServerCore> core, const std::shared_ptr<HttpConnection> &connection)
        : m_core(std::move(core)), m_connection(connection), m_gone(connection->gone())
    {
    }
    ~ConnectionReply() override
    {
        if (!m_sent.load())
            send(problem(500, QStringLiteral("unanswered"), QStringLiteral("The server could not answer")));
    }
    void send(HttpResponse response) override
    {
        if (m_sent.exchange(true))
            return;
        if (const auto connection = m_connection.lock())
            connection->answerFrom(std::move(response));
    }
    bool isGone() const override { return m_gone->load(); }
    void open()
    {
        if (m_sent.exchange(true))
            return;
        if (const auto connection = m_connection.lock())
            connection->openFrom();
    }
    void accept(QByteArray subprotocol, WebSocketEvents events)
    {
        if (m_sent.exchange(true))
            return;
        if (const auto connection = m_connection.lock())
            connection->acceptFrom(std::move(subprotocol), std::move(events));
    }

private:
    const std::shared_ptr<ServerCore> m_core; // first: the connection may go with this handle's last look at it
    const std::weak_ptr<HttpConnection> m_connection;
    const std::shared_ptr<std::atomic_bool> m_gone;
    std::atomic_bool m_sent = false;
};

class ConnectionGate : public BodyGateChannel
{
public:
    explicit ConnectionGate(std::shared_ptr<ConnectionReply> reply) : m_reply(std::move(reply)) {}
    void open() override { m_reply->open(); }
    void refuse(HttpResponse response) override { m_reply->send(std::move(response)); }

private:
    const std::shared_ptr<ConnectionReply> m_reply;
};

class ConnectionUpgrade : public UpgradeChannel
{
public:
    explicit ConnectionUpgrade(std::shared_ptr<ConnectionReply> reply) : m_reply(std::move(reply)) {}
    void accept(QByteArray subprotocol, WebSocketEvents events) override
    {
        m_reply->accept(std::move(subprotocol), std::move(events));
    }
    void refuse(HttpResponse response) override { m_reply->send(std::move(response)); }

private:
    const std::shared_ptr<ConnectionReply> m_reply;
};

} // namespace

HttpConnection::HttpConnection(ServerCore &core, Wire wire, Seat seat, QString peer)
    : m_core(core), m_limits(core.config.limits), m_wire(std::move(wire)), m_strand(m_wire.get_executor()),
      m_seat(std::move(seat)), m_peer(std::move(peer)), m_timer(m_strand), m_scanner(m_limits.header_bytes)
{
}

HttpConnection::~HttpConnection()
{
    *m_gone = true;
}

void HttpConnection::start()
{
    net::post(m_strand, [self = shared_from_this()] { self->m_wire.tls() ? self->shakeHands() : self->awaitHead(); });
}

void HttpConnection::windDown()
{
    net::post(m_strand, [self = shared_from_this()] {
        self->m_winding_down = true;
        const bool idle = self->m_state == State::Handshake || (self->m_state == State::Head && self->m_in.isEmpty());
        if (idle)
            self->close();
    });
}

void HttpConnection::cut()
{
    net::post(m_strand, [self = shared_from_this()] { self->close(); });
}

void HttpConnection::abandon()
{
    m_open_line = false;
    close();
}

void HttpConnection::answerFrom(HttpResponse response)
{
    net::post(m_strand, [self = shared_from_this(), response = std::move(response)]() mutable {
        // A body that is left unread stands where the next request would.
        self->m_keep_alive = self->m_keep_alive && self->m_state != State::Asking;
        if (self->m_state == State::Waiting || self->m_state == State::Asking)
            self->answer(std::move(response));
    });
}

void HttpConnection::openFrom()
{
    net::post(m_strand, [self = shared_from_this()] {
        if (self->m_state != State::Asking)
            return;
        self->m_self.reset();
        self->beginBody();
    });
}

void HttpConnection::acceptFrom(QByteArray subprotocol, WebSocketEvents events)
{
    net::post(m_strand,
              [self = shared_from_this(), subprotocol = std::move(subprotocol), events = std::move(events)]() mutable {
                  if (self->m_state == State::Waiting && self->m_web_socket)
                      self->upgradeTo(subprotocol, std::move(events));
              });
}

void HttpConnection::shakeHands()
{
    setDeadline(m_limits.handshake_timeout);
    m_wire.tls()->async_handshake(TlsStream::server, [self = shared_from_this()](ErrorCode error) {
        if (self->m_state == State::Closed)
            return;
        if (error)
            return self->close();
        self->awaitHead();
    });
}

// --- reading
// -------------------------------------------------------------------------------------------------------------------------

void HttpConnection::awaitHead()
{
    m_state = State::Head;
    reset();
    if (m_winding_down && m_in.isEmpty())
        return finish();
    setDeadline(std::exchange(m_first, false) ? m_limits.header_timeout : m_limits.idle_timeout);
    if (!m_in.isEmpty())
        proceed();
    else if (m_ended)
        finish();
    else
        read();
}

void HttpConnection::reset()
{
    m_scanner = HeadScanner(m_limits.header_bytes);
    m_head_begun = false;
    m_reader.reset();
    m_request = {};
    m_minor = 1;
    m_keep_alive = false;
    m_web_socket = false;
    m_response = {};
    m_stream_left = -1;
    m_line = {};
    m_line.peer = m_peer;
}

void HttpConnection::read()
{
    const qint64 ahead = m_limits.header_bytes + (m_state == State::Body ? qint64(large_read) : 0);
    if (m_reading || m_ended || m_state == State::Closed || m_in.size() > ahead)
        return;
    m_reading = true;
    m_chunk.resize(m_state == State::Body ? large_read : small_read);
    if (m_state != State::Body)
        m_chunk.shrink_to_fit();
    m_wire.async_read_some(net::buffer(m_chunk), [self = shared_from_this()](ErrorCode error, std::size_t bytes) {
        self->received(error, bytes);
    });
}

void HttpConnection::received(ErrorCode error, std::size_t bytes)
{
    m_reading = false;
    if (m_state == State::Closed)
        return;
    if (error)
        return inputEnded(error);
    if (m_state == State::Closing)
        return read();
    m_in.append(m_chunk.data(), static_cast<qsizetype>(bytes));
    proceed();
}

void HttpConnection::inputEnded(ErrorCode error)
{
    m_ended = true;
    *m_gone = true;
    const bool only_half = error == net::error::eof || error == net::ssl::error::stream_truncated;
    // A peer may have closed only its own direction: what it asked for is still written.
    if (only_half && (m_state == State::Asking || m_state == State::Waiting || m_state == State::Writing))
        return;
    close();
}

void HttpConnection::proceed()
{
    if (m_state == State::Head)
        readHead();
    else if (m_state == State::Body)
        readBody();
    else
        read();
}

void HttpConnection::readHead()
{
    for (;;) {
        switch (m_scanner.look(m_in)) {
        case HeadScanner::State::More:
            if (m_ended)
                return close();
            if (!std::exchange(m_head_begun, true))
                setDeadline(m_limits.header_timeout);
            return read();
        case HeadScanner::State::Bad:
            return refuse(400, QStringLiteral("bad_request"),
                          QStringLiteral("The head of the request cannot be read."));
        case HeadScanner::State::TooBig:
            return refuse(431, QStringLiteral("head_too_big"), QStringLiteral("The head of the request is too big."));
        case HeadScanner::State::Complete:
            break;
        }
        if (m_scanner.end() > 2)
            break;
        // Empty lines before a request are passed over.
        m_in.remove(0, m_scanner.end());
        m_scanner = HeadScanner(m_limits.header_bytes);
    }
    if (takeHead())
        headDone();
}

bool HttpConnection::takeHead()
{
    m_reader = std::make_unique<RequestReader>();
    m_line_began = SteadyClock::now();
    m_open_line = true;
    m_request.id = m_line.id = newId();
    const RequestReader::State state = m_reader->readHead(QByteArrayView(m_in).first(m_scanner.end()), m_request);
    m_in.remove(0, m_scanner.end());
    if (state == RequestReader::State::Complete) {
        m_request.peer = m_peer;
        m_request.secure = m_wire.tls() != nullptr;
        m_minor = m_reader->minor();
        m_line.method = m_request.method;
        m_line.path = m_request.target.split('?').first();
        return true;
    }
    const bool version = state == RequestReader::State::BadVersion;
    refuse(version ? 505 : 400, version ? QStringLiteral("bad_version") : QStringLiteral("bad_request"),
           version ? QStringLiteral("The only protocols spoken here are HTTP/1.1 and HTTP/1.0.")
                   : QStringLiteral("The head of the request cannot be read."));
    return false;
}

void HttpConnection::headDone()
{
    if (const auto fault = requestFault(m_request, m_minor))
        return refuse(fault->status, fault->code, fault->detail);
    m_web_socket = asksForWebSocket(m_request, m_minor);
    if (m_web_socket) {
        if (const auto fault = webSocketFault(m_request))
            return refuse(fault->status, fault->code, fault->detail);
    }
    auto target = readTarget(m_request.target);
    if (!target)
        return refuse(400, QStringLiteral("bad_target"), target.error().message);
    m_request.path = std::move(target->path);
    m_request.query = std::move(target->query);
    m_keep_alive = m_reader->keepsAlive();
    if (m_reader->hasBody())
        planBody();
    else
        dispatch();
}

void HttpConnection::planBody()
{
    BodyPlan plan = m_core.handler.bodyPlan(m_request);
    if (plan.refusal) {
        m_keep_alive = false;
        return answer(std::move(*plan.refusal));
    }
    m_most_bytes = plan.most_bytes;
    m_spools = plan.spool;
    plan.asks ? askForBody() : beginBody();
}

void HttpConnection::askForBody()
{
    m_state = State::Asking;
    m_self = shared_from_this();
    clearDeadline();
    auto reply = std::make_shared<ConnectionReply>(m_core.shared_from_this(), shared_from_this());
    m_core.handler.admit(m_request, BodyGate(std::make_shared<ConnectionGate>(std::move(reply))));
    read();
}

void HttpConnection::beginBody()
{
    const QString &folder = m_core.config.spool_folder;
    switch (m_reader->beginBody(m_most_bytes, !m_spools          ? QString()
                                              : folder.isEmpty() ? QDir::tempPath()
                                                                 : folder)) {
    case RequestReader::State::TooBig:
        return refuse(413, QStringLiteral("body_too_big"),
                      QStringLiteral("The most taken here is %1 bytes.").arg(m_most_bytes));
    case RequestReader::State::DiskFailed:
        return refuse(507, QStringLiteral("no_room"), QStringLiteral("There is no room for the body at the moment."));
    default:
        break;
    }
    beginPhase();
    const bool waits = m_minor >= 1 && !m_request.header("expect").isEmpty() && m_in.isEmpty();
    if (waits)
        return write("HTTP/1.1 100 Continue\r\n\r\n", &HttpConnection::readBody);
    readBody();
}

void HttpConnection::readBody()
{
    m_state = State::Body;
    if (feedBody())
        read();
}

bool HttpConnection::feedBody()
{
    const qsizetype before = m_in.size();
    const RequestReader::State state = m_reader->readBody(m_in);
    m_moved += before - m_in.size();
    switch (state) {
    case RequestReader::State::More:
        // What is left is the beginning of a chunk's line or of the trailer, which are short.
        if (m_in.size() > m_limits.header_bytes)
            break;
        if (m_ended)
            close();
        return !m_ended;
    case RequestReader::State::Complete:
        if (m_reader->giveBody(m_request) == RequestReader::State::Complete) {
            dispatch();
            return false;
        }
        [[fallthrough]];
    case RequestReader::State::DiskFailed:
        refuse(507, QStringLiteral("no_room"), QStringLiteral("There is no room for the body at the moment."));
        return false;
    case RequestReader::State::TooBig:
        refuse(413, QStringLiteral("body_too_big"), QStringLiteral("The body is bigger than this place takes."));
        return false;
    default:
        break;
    }
    refuse(400, QStringLiteral("bad_body"), QStringLiteral("The body of the request cannot be read."));
    return false;
}

void HttpConnection::dispatch()
{
    m_state = State::Waiting;
    m_self = shared_from_this();
    clearDeadline();
    auto reply = std::make_shared<ConnectionReply>(m_core.shared_from_this(), shared_from_this());
    if (m_web_socket)
        return m_core.handler.upgrade(m_request,
                                      WebSocketUpgrade(std::make_shared<ConnectionUpgrade>(std::move(reply))));
    // What is kept of the request is what the answer depends on: its method.
    HttpRequest request = std::exchange(m_request, {});
    m_request.method = request.method;
    m_request.id = request.id;
    m_core.handler.handle(std::move(request), HttpReply(std::move(reply)));
    read();
}

void HttpConnection::upgradeTo(const QByteArray &subprotocol, WebSocketEvents events)
{
    if (m_reading || !m_in.isEmpty() || m_winding_down)
        return refuse(m_winding_down ? 503 : 400, QStringLiteral("bad_upgrade"),
                      QStringLiteral("The connection cannot become a WebSocket."));
    m_state = State::Closed;
    m_self.reset();
    m_timer.cancel();
    WebSocketSession::start(m_core, std::move(m_wire), std::move(m_seat), m_request, subprotocol, std::move(events),
                            [self = shared_from_this()](bool accepted) { self->report(accepted ? 101 : 499); });
}

// --- answering
// -----------------------------------------------------------------------------------------------------------------------

void HttpConnection::refuse(int status, const QString &code, const QString &detail)
{
    if (!std::exchange(m_open_line, true)) {
        m_line_began = SteadyClock::now();
        m_request.id = m_line.id = newId();
    }
    m_keep_alive = false;
    HttpResponse response = problem(status, code, QStringLiteral("The request was refused"), detail);
    if (status == 426)
        response.headers.emplaceBack("Sec-WebSocket-Version", "13");
    answer(std::move(response));
}

void HttpConnection::answer(HttpResponse response)
{
    m_self.reset();
    if (response.status < 200 || response.status > 599)
        response = problem(500, QStringLiteral("bad_status"), QStringLiteral("The server could not answer"));
    m_keep_alive = m_keep_alive && !m_winding_down && !asksToClose(response);
    m_line.status = response.status;
    const bool bare = hasNoBody(response.status);
    const bool streams = bool(response.stream);
    const bool unsent = bare || m_request.method == "HEAD";

    ResponseHeadPlan plan;
    plan.id = m_request.id;
    plan.minor = m_minor;
    plan.length = streams ? response.stream_bytes : qint64(response.body.size());
    plan.framing = bare               ? Framing::None
                   : plan.length >= 0 ? Framing::Length
                   : m_minor >= 1     ? Framing::Chunks
                                      : Framing::UntilClose;
    m_keep_alive = m_keep_alive && (unsent || plan.framing != Framing::UntilClose);
    plan.keep_alive = m_keep_alive;

    QByteArray head = responseHead(response, plan);
    beginPhase();
    m_chunked = plan.framing == Framing::Chunks;
    m_stream_left = streams ? response.stream_bytes : -1;
    m_response = std::move(response);
    if (unsent)
        return write(std::move(head), &HttpConnection::answered);
    if (streams)
        return write(std::move(head), &HttpConnection::pull);
    if (m_response.body.size() > joined_body)
        return write(std::move(head), &HttpConnection::writeBody);
    write(head + m_response.body, &HttpConnection::answered);
}

void HttpConnection::writeBody()
{
    write(std::exchange(m_response.body, {}), &HttpConnection::answered);
}

void HttpConnection::write(QByteArray bytes, Step next)
{
    m_state = State::Writing;
    m_out = std::move(bytes);
    m_out_at = 0;
    m_next = next;
    writeSome();
}

void HttpConnection::writeSome()
{
    const auto rest = net::buffer(m_out.constData() + m_out_at, static_cast<std::size_t>(m_out.size() - m_out_at));
    m_wire.async_write_some(
        rest, [self = shared_from_this()](ErrorCode error, std::size_t bytes) { self->wrote(error, bytes); });
}

void HttpConnection::wrote(ErrorCode error, std::size_t bytes)
{
    if (m_state == State::Closed)
        return;
    if (error)
        return close();
    m_out_at += static_cast<qsizetype>(bytes);
    m_moved += static_cast<qint64>(bytes);
    m_line.bytes += static_cast<qint64>(bytes);
    if (m_out_at < m_out.size())
        return writeSome();
    m_out.clear();
    (this->*m_next)();
}

void HttpConnection::pull()
{
    // The peer is not to blame for the time a worker takes: it begins anew with the piece.
    clearDeadline();
    struct Job {
        std::shared_ptr<ServerCore> core; // first, so that it outlives the connection
        std::shared_ptr<HttpConnection> connection;
    };
    auto job = std::make_shared<Job>(Job{m_core.shared_from_this(), shared_from_this()});
    m_core.work([job] {
        Result<QByteArray> piece = Error{};
        try {
            piece = job->connection->m_response.stream(stream_piece);
        } catch (const std::exception &exception) {
            piece = Error{Error::Code::Io, {}, QString::fromUtf8(exception.what()), false};
        }
        net::post(job->connection->m_strand,
                  [self = job->connection, piece = std::move(piece)] { self->pulled(piece); });
    });
}

void HttpConnection::pulled(const Result<QByteArray> &piece)
{
    if (m_state == State::Closed) {
        m_response = {};
        return;
    }
    const bool counted = m_stream_left >= 0;
    const bool wrong_length =
        piece && counted && (piece->isEmpty() ? m_stream_left > 0 : piece->size() > m_stream_left);
    if (!piece || wrong_length) {
        // Without chunks or a length only a reset tells the peer that there should have been more.
        ErrorCode ignored;
        m_wire.socket().set_option(net::socket_base::linger(true, 0), ignored);
        return close();
    }
    if (counted)
        m_stream_left -= piece->size();
    beginPhase();
    if (piece->isEmpty())
        return m_chunked ? write("0\r\n\r\n", &HttpConnection::answered) : answered();
    write(m_chunked ? QByteArray::number(piece->size(), 16) + "\r\n" + *piece + "\r\n" : *piece, &HttpConnection::pull);
}

void HttpConnection::answered()
{
    m_response = {};
    report(m_line.status);
    if (m_keep_alive)
        awaitHead();
    else
        finish();
}

// --- leaving
// -------------------------------------------------------------------------------------------------------------------------

/** Tells the peer that no more comes and waits until it has read what did: closing at once could make it lose the
 * answer. */
void HttpConnection::finish()
{
    m_state = State::Closing;
    *m_gone = true;
    m_in.clear();
    if (m_ended)
        return close();
    setDeadline(m_limits.linger_timeout);
    if (m_wire.tls()) {
        m_wire.tls()->async_shutdown([self = shared_from_this()](ErrorCode) { self->close(); });
    } else {
        ErrorCode ignored;
        m_wire.socket().shutdown(net::socket_base::shutdown_send, ignored);
    }
    read();
}

void HttpConnection::close()
{
    if (m_state == State::Closed)
        return;
    const bool pulling = m_state == State::Writing && m_response.stream && m_out.isEmpty();
    m_state = State::Closed;
    const auto held = std::exchange(m_self, nullptr);
    *m_gone = true;
    m_deadline.reset();
    m_timer.cancel();
    m_wire.cut();
    m_in.clear();
    m_reader.reset();
    // A worker may be inside the stream: then it is let go of when the piece comes.
    if (!pulling)
        m_response = {};
    report(m_line.status ? m_line.status : 499);
    m_seat.leave();
}

void HttpConnection::report(int status)
{
    if (!std::exchange(m_open_line, false))
        return;
    m_line.status = status;
    m_line.milliseconds = std::chrono::duration<double, std::milli>(SteadyClock::now() - m_line_began).count();
    m_core.handler.finished(m_line);
}

// --- time
// ----------------------------------------------------------------------------------------------------------------------------

void HttpConnection::beginPhase()
{
    m_moved = 0;
    setDeadline(m_limits.body_timeout);
}

void HttpConnection::setDeadline(std::chrono::milliseconds from_now)
{
    m_deadline = SteadyClock::now() + from_now;
    // A timer that fires too early looks again; so most requests touch no timer.
    if (!m_armed || *m_armed > *m_deadline)
        armTimer();
}

void HttpConnection::clearDeadline()
{
    m_deadline.reset();
}

void HttpConnection::armTimer()
{
    m_armed = m_deadline;
    m_timer.expires_at(*m_deadline);
    m_timer.async_wait([weak = weak_from_this()](ErrorCode error) {
        const auto self = weak.lock();
        if (!self || error)
            return;
        self->m_armed.reset();
        if (!self->m_deadline || self->m_state == State::Closed)
            return;
        if (SteadyClock::now() < *self->m_deadline)
            self->armTimer();
        else
            self->deadlinePassed();
    });
}

void HttpConnection::deadlinePassed()
{
    m_deadline.reset();
    const bool moves = m_state == State::Body || m_state == State::Writing;
    if (moves && m_moved >= std::max<qint64>(1, m_limits.least_bytes_per_second * m_limits.body_timeout.count() / 1000))
        return beginPhase();
    const bool begun = m_state == State::Body || (m_state == State::Head && m_head_begun);
    if (begun)
        return refuse(408, QStringLiteral("too_slow"), QStringLiteral("The request took too long to come."));
    close();
}

} // namespace calldeck
