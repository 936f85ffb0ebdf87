#pragma once

#include "http/Messages.h"

namespace calldeck
{

/** How the end of an answer's body is told. */
enum class Framing { None, Length, Chunks, UntilClose };

struct ResponseHeadPlan {
    Framing framing = Framing::Length;
    qint64 length = 0;
    bool keep_alive = true;
    int minor = 1; ///< of the request
    QByteArray id;
};

/** The status line and headers with the empty line. Nothing in `response` can add a line of its own. */
QByteArray responseHead(const HttpResponse &response, const ResponseHeadPlan &plan);

/** Text fit for a header's value: control characters become blanks, none at the ends. */
QByteArray headerValue(QByteArrayView text);

/** Does the handler ask for the connection to be closed? */
bool asksToClose(const HttpResponse &response);

} // namespace calldeck
