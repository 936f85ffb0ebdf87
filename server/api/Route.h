#pragma once

#include "auth/Tokens.h"
#include "http/Problem.h"

#include <QJsonObject>

namespace calldeck
{

struct Services;

/** One request on a worker, already let in: the route's role, query parameters and body keys are checked. */
struct ApiCall {
    const HttpRequest &request;
    SqlConnection &connection;
    Services &services;
    Caller caller;    ///< empty on open routes
    QJsonObject body; ///< of routes that take one
    TimeMs now = 0;
};

enum class Door {
    Open,           ///< nobody need say who they are
    Role,           ///< the route's least role
    AdminOrService, ///< administrators, and programs with a service token
    Metrics         ///< administrators, and this machine itself
};

/** One line of the table of routes. */
struct Route {
    QByteArray method;
    QByteArray pattern; ///< segments; "{name}" stands for any one
    Door door = Door::Role;
    UserRole least = UserRole::AGENT;
    QStringList query;              ///< the parameters it knows
    std::optional<QStringList> body; ///< the top-level keys of its JSON body; nothing: it takes none
    qint64 most_bytes = 0;
    bool uploads = false;         ///< its body is a file: into the spool, multipart/form-data
    bool checks_password = false; ///< slow on purpose: on workers of its own
    HttpResponse (*handle)(ApiCall &call) = nullptr;
    bool asks_provider = false; ///< may wait for the identity provider: on workers of its own
};

/** All routes but the socket's: the router, the list for the matrix test and the API description read this. */
const QList<Route> &apiRoutes();
/** [{"method", "path", "door", "role", "query", "body", "most_bytes"}...], with the socket's. */
QByteArray routesText();

} // namespace calldeck
