#pragma once

#include "auth/Tokens.h"
#include "http/HttpReply.h"
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
    bool refusal_told = false; ///< the audit trail says already that it was refused
};

enum class Door {
    Open,           ///< nobody need say who they are
    Role,           ///< the route's least role
    AdminOrService  ///< administrators, and programs with a service token
};

/** Which workers answer: what is slow never stands before what is not. */
enum class Lane {
    Usual,
    Passwords, ///< slow on purpose
    Provider,  ///< may wait for the identity provider
    Files      ///< may wait for the store of attachments, which may be another machine
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
    Lane lane = Lane::Usual;
    HttpResponse (*handle)(ApiCall &call) = nullptr;
    void (*answer)(ApiCall &call, const HttpReply &reply) = nullptr; ///< instead of `handle`: answers now or later, when `call` is gone
};

/** All routes but the socket's: the router, the list for the matrix test and the API description read this. */
const QList<Route> &apiRoutes();
/** [{"method", "path", "door", "role", "query", "body", "most_bytes"}...], with the socket's. */
QByteArray routesText();

} // namespace calldeck
