#pragma once

#include "http/Messages.h"

namespace calldeck
{

/** One field of a request that does not hold, for the form that sent it. */
struct FieldProblem {
    QString field;
    QString reason;
};

/**
 * An RFC 9457 `application/problem+json` answer: `type` "/problems/<code>", `title` (the same for every such problem),
 * `status`, `detail` (this one), `code`, and `errors` when there are any. Put no secret and no internals into `detail`.
 */
HttpResponse problem(int status, const QString &code, const QString &title, const QString &detail = {},
                     const QList<FieldProblem> &errors = {});

} // namespace calldeck
