#pragma once

#include "http/HeadScanner.h"
#include "http/RequestRules.h"
#include "http/ServerCore.h"

#include <atomic>

namespace calldeck
{

class RequestReader;

/**
 * One connection that speaks HTTP: reads a request, waits for its answer, writes it, and reads the next. While it waits
 * it keeps reading a little ahead, which is how it notices that the peer has left. Owns itself through what is under
 * way; everything runs on its strand.
 */
class HttpConnection : public Guest, public std::enable_shared_from_this<HttpConnection>
{
public:
    HttpConnection(ServerCore &core, Wire wire, Seat seat, QString peer);
    ~HttpConnection() override;

    void start();
    void windDown() override;
    void cut() override;
    void abandon() override;

    /** The answer to the request that waits for one. Any thread. */
    void answerFrom(HttpResponse response);
    /** The body of the request whose head waits may come. Any thread. */
    void openFrom();
    /** The request that waits becomes a WebSocket. Any thread. */
    void acceptFrom(QByteArray subprotocol, WebSocketEvents events);
    const std::shared_ptr<std::atomic_bool> &gone() const { return m_gone; }

private:
    enum class State { Handshake, Head, Asking, Body, Waiting, Writing, Closing, Closed };
    using Step = void (HttpConnection::*)();

    void shakeHands();
    void awaitHead();
    void read();
    void received(ErrorCode error, std::size_t bytes);
    void inputEnded(ErrorCode error);
    void proceed();
    void readHead();
    bool takeHead();
    void headDone();
    void planBody();
    void askForBody();
    void beginBody();
    void readBody();
    bool feedBody();
    void dispatch();
    void upgradeTo(const QByteArray &subprotocol, WebSocketEvents events);

    void answer(HttpResponse response);
    void refuse(int status, const QString &code, const QString &detail);
    void write(QByteArray bytes, Step next);
    void writeSome();
    void wrote(ErrorCode error, std::size_t bytes);
    void writeBody();
    void pull();
    void pulled(const Result<QByteArray> &piece);
    void answered();
    void reset();
    void finish();
    void close();
    void report(int status);

    void setDeadline(std::chrono::milliseconds from_now);
    void clearDeadline();
    void armTimer();
    void deadlinePassed();
    void beginPhase();

    ServerCore &m_core;
    const HttpLimits &m_limits;
    Wire m_wire;
    const Strand m_strand;
    Seat m_seat;
    const QString m_peer;
    const std::shared_ptr<std::atomic_bool> m_gone = std::make_shared<std::atomic_bool>(false);

    State m_state = State::Handshake;
    std::shared_ptr<HttpConnection> m_self; // while it waits for an answer nothing else may hold it
    bool m_reading = false;
    bool m_ended = false; // the peer sends no more
    bool m_winding_down = false;
    bool m_first = true;
    std::vector<char> m_chunk;
    QByteArray m_in;

    SteadyTimer m_timer;
    std::optional<SteadyClock::time_point> m_deadline;
    std::optional<SteadyClock::time_point> m_armed;

    HeadScanner m_scanner;
    bool m_head_begun = false;
    std::unique_ptr<RequestReader> m_reader;
    qint64 m_most_bytes = 0; // of the body
    bool m_spools = false;
    HttpRequest m_request;
    int m_minor = 1;
    bool m_keep_alive = false;
    bool m_web_socket = false;
    qint64 m_moved = 0; // bytes of the body or the answer, in the span of time that runs

    bool m_open_line = false;
    AccessLine m_line;
    SteadyClock::time_point m_line_began;

    QByteArray m_out;
    qsizetype m_out_at = 0;
    Step m_next = nullptr;
    HttpResponse m_response;
    bool m_chunked = false;
    qint64 m_stream_left = -1;
};

} // namespace calldeck
