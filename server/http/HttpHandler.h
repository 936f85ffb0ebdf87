#pragma once

#include "http/HttpReply.h"
#include "http/WebSocketLink.h"

#include <optional>

namespace calldeck
{

/** What to do with the body of a request whose head has come. */
struct BodyPlan {
    static constexpr qint64 usual = 1024 * 1024;
    static constexpr qint64 upload = 25 * 1024 * 1024;

    qint64 most_bytes = usual;           ///< more is refused with 413
    bool spool = false;                  ///< into HttpRequest::body_file instead of memory
    std::optional<HttpResponse> refusal; ///< goes out at once instead; the body is not read
    bool asks = false;                   ///< HttpHandler::admit() decides whether the body is read
};

/** One line for the access log: what was asked and what was answered. Text is as the peer sent it: escape it. */
struct AccessLine {
    QByteArray method;       ///< empty when the head could not be read
    QByteArray path;         ///< undecoded, without the query
    int status = 0;          ///< 101 for a WebSocket, 499 when the peer left before the answer
    qint64 bytes = 0;        ///< sent, with the head
    double milliseconds = 0; ///< from the end of the head to the last byte sent
    QString peer;
    QByteArray id;
};

/** Takes the requests of a server. All calls come on I/O threads, several at once, and must not block. Outlives the
 * server. */
class HttpHandler
{
public:
    virtual ~HttpHandler() = default;

    /** After the head, before the body. */
    virtual BodyPlan bodyPlan(const HttpRequest &head) = 0;
    /** Where the plan asks: after the head, before the body. Not a byte of it is taken until the gate is open. */
    virtual void admit(HttpRequest, BodyGate gate) { gate.open(); }
    /** A whole request: hand it to a worker and answer from there. A peer's next request waits for the answer. */
    virtual void handle(HttpRequest request, HttpReply reply) = 0;
    /** A request for a WebSocket. */
    virtual void upgrade(HttpRequest request, WebSocketUpgrade upgrade) = 0;
    /** After each answer, also those the server gave by itself. */
    virtual void finished(const AccessLine &line) = 0;
};

} // namespace calldeck
