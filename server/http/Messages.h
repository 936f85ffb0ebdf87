#pragma once

#include "records/Result.h"
#include <QByteArray>
#include <QList>
#include <QStringList>
#include <functional>
#include <memory>
#include <utility>

class QTemporaryFile;

namespace calldeck
{

/** One request as it came over the wire, already checked: no smuggling, no bad escapes, no `..`. */
struct HttpRequest {
    QByteArray method; ///< as sent, "GET"
    QByteArray target; ///< as sent, with the query
    QStringList path;  ///< decoded segments; "%2F" stays inside its segment, "/" is no segment at all
    QList<std::pair<QString, QString>> query;         ///< decoded, in order
    QList<std::pair<QByteArray, QByteArray>> headers; ///< names in lower case, in order of coming
    QByteArray body;                                  ///< empty when `body_file` is set
    std::shared_ptr<QTemporaryFile> body_file;        ///< open, at its beginning; gone with its last holder
    QString peer;                                     ///< address of the other end, without the port
    bool secure = false;                              ///< came over TLS
    QByteArray id;                                    ///< 16 hex digits, also sent back as X-Request-Id

    /** The first header of that name (lower case), empty when there is none. */
    QByteArray header(QByteArrayView name) const;
    /** The first query value of that name, or `otherwise`. */
    QString queryValue(QStringView name, const QString &otherwise = {}) const;
};

/**
 * An answer. Length, connection handling, Date and X-Request-Id are the server's business: such headers in `headers`
 * are left out, except "connection: close", which closes. A control character in a header value is sent as a blank, a
 * header with a bad name is not sent.
 */
struct HttpResponse {
    /**
     * Gives the next piece of at most `most` bytes; empty is the end, an error cuts the connection so that the peer
     * sees the answer is short. Called on a worker, never twice at once, and only after the piece before has left for
     * the peer.
     */
    using Stream = std::function<Result<QByteArray>(qint64 most)>;

    int status = 200;
    QByteArray content_type = "application/json"; ///< empty: none is sent
    QList<std::pair<QByteArray, QByteArray>> headers;
    QByteArray body; ///< not sent when `stream` is set
    Stream stream;   ///< sent in chunks, unless its length is known
    qint64 stream_bytes =
        -1; ///< of the whole stream when known: sent as Content-Length; another length than this cuts the connection
};

} // namespace calldeck
