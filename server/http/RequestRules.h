#pragma once

#include "http/Messages.h"
#include <optional>

namespace calldeck
{

/** Why a request is refused before a handler sees it. */
struct RequestFault {
    int status = 400;
    QString code;
    QString detail;
};

/** What RFC 9112 makes a server refuse in a head: Host, Content-Length against Transfer-Encoding, Expect. `minor` is
 * the 1 of HTTP/1.1. */
std::optional<RequestFault> requestFault(const HttpRequest &head, int minor);

/** Does the head ask for a WebSocket? */
bool asksForWebSocket(const HttpRequest &head, int minor);

/** What keeps a head that asks for a WebSocket from getting one. */
std::optional<RequestFault> webSocketFault(const HttpRequest &head);

/** Is `token` in the comma separated list `value`, whatever the case? */
bool hasToken(QByteArrayView value, QByteArrayView token);

} // namespace calldeck
