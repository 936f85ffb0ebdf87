#pragma once

#include "api/Route.h"
#include "store/WorkspaceTx.h"

namespace calldeck
{

/** A whole number in a query, or nothing when it is missing or empty; anything else is refused by its name. */
Result<std::optional<qint64>> numberIn(const HttpRequest &request, const QString &name, qint64 least, qint64 most);
/** The same for a time with its zone, for true and false, and for one word of a list. */
Result<std::optional<TimeMs>> timeIn(const HttpRequest &request, const QString &name);
Result<std::optional<bool>> truthIn(const HttpRequest &request, const QString &name);
Result<QString> wordIn(const HttpRequest &request, const QString &name, const QStringList &words, const QString &otherwise);
/** A text of 1 to `longest` characters without control characters, "" when it is missing. */
Result<QString> textIn(const HttpRequest &request, const QString &name, qsizetype longest = 200);

/** What all lists have in common. */
struct PageQuery {
    int limit = 50;
    QString cursor;
};
Result<PageQuery> pageQueryOf(const HttpRequest &request);

/** What stands in that header, if it is there. The name in small letters. */
std::optional<QByteArray> headerOf(const HttpRequest &request, QByteArrayView name);
/** The Idempotency-Key, "" when there is none; InvalidInput when it is not 1 to 128 printable ASCII characters. */
Result<QByteArray> idempotencyKeyOf(const HttpRequest &request);
/** The segment of the path that stands for {id} or {number}: the n-th from 0. */
QString pathPart(const ApiCall &call, qsizetype n);

Result<std::unique_ptr<WorkspaceTx>> reading(ApiCall &call);

} // namespace calldeck
