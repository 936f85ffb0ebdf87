#pragma once

#include "records/Result.h"

#include <QByteArray>
#include <QList>

namespace calldeck
{

/** One part of a multipart/form-data body. `body` points into what was read. */
struct MultipartPart {
    QByteArray name;
    QByteArray file_name;    ///< as sent: never use it as a path
    bool is_file = false;    ///< it came with a file name
    QByteArray content_type; ///< in lower case without parameters; "" when none was said
    QByteArrayView body;
};

struct MultipartLimits {
    static constexpr qsizetype parts = 16;
    static constexpr qsizetype header_bytes = 4096;
    static constexpr qsizetype name_bytes = 1000;
};

/**
 * Reads a whole body by RFC 7578 and nothing looser: no text before the first or after the last boundary, no folded headers, only
 * Content-Disposition and Content-Type, each once. InvalidInput says what is wrong. `content_type` is the request's header.
 */
Result<QList<MultipartPart>> readMultipart(QByteArrayView body, const QByteArray &content_type);

} // namespace calldeck
