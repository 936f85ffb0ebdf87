#pragma once

#include "api/Route.h"

namespace calldeck
{

/** What the table says to a method and a path. */
struct Match {
    const Route *route = nullptr;
    QByteArrayList allowed; ///< methods of the path, when there is no such method
};
Match findRoute(const QByteArray &method, const QStringList &path);

/** Query parameters, content type and body against the route; fills `body`. The refusal, or nothing. */
std::optional<HttpResponse> checkRequest(const HttpRequest &request, const Route &route, QJsonObject &body);

} // namespace calldeck
