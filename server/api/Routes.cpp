#include "api/Handlers.h"
#include "api/RestHandlers.h"
#include "http/HttpHandler.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr qint64 small = 16 * 1024;
constexpr qint64 pushBytes = 256 * 1024;
constexpr qint64 bulkBytes = 2 * 1024 * 1024; ///< 10,000 ids
constexpr qint64 uploadBytes = BodyPlan::upload + 16 * 1024; ///< with what multipart puts around the file
constexpr qint64 intakeBytes = 5 * 1024 * 1024;

Route get(const QByteArray &pattern, Door door, const QStringList &query, HttpResponse (*handle)(ApiCall &))
{
    return {"GET", pattern, door, UserRole::AGENT, query, std::nullopt, 0, false, Lane::Usual, handle};
}

Route post(const QByteArray &pattern, Door door, const QStringList &body, qint64 most_bytes, HttpResponse (*handle)(ApiCall &))
{
    return {"POST", pattern, door, UserRole::AGENT, {}, body, most_bytes, false, Lane::Usual, handle};
}

Route post(const QByteArray &pattern, const QStringList &body, qint64 most_bytes, void (*answer)(ApiCall &, const HttpReply &))
{
    return {"POST", pattern, Door::Role, UserRole::AGENT, {}, body, most_bytes, false, Lane::Usual, nullptr, answer};
}

Route empty(const QByteArray &pattern, HttpResponse (*handle)(ApiCall &)) { return {"POST", pattern, Door::Role, UserRole::AGENT, {}, std::nullopt, small, false, Lane::Usual, handle}; }

Route remove(const QByteArray &pattern, HttpResponse (*handle)(ApiCall &)) { return {"DELETE", pattern, Door::Role, UserRole::AGENT, {}, std::nullopt, 0, false, Lane::Usual, handle}; }

Route in(Lane lane, Route route)
{
    route.lane = lane;
    return route;
}

QList<Route> table()
{
    return {
        get("/healthz", Door::Open, {}, showHealth),
        get("/readyz", Door::Open, {}, showReadiness),
        {"GET", "/metrics", Door::Role, UserRole::ADMIN, {}, std::nullopt, 0, false, Lane::Usual, showMetrics},
        in(Lane::Passwords, post("/api/auth/login", Door::Open, {u"email"_s, u"password"_s, u"device_name"_s, u"workspace"_s}, small, logIn)),
        in(Lane::Provider, get("/api/auth/oidc", Door::Open, {}, showOpenId)),
        in(Lane::Provider, post("/api/auth/oidc", Door::Open, {u"code"_s, u"code_verifier"_s, u"redirect_uri"_s, u"nonce"_s, u"device_name"_s}, small, signInByOpenId)),
        post("/api/auth/refresh", Door::Open, {u"refresh_token"_s}, small, refreshTokens),
        {"POST", "/api/auth/logout", Door::Role, UserRole::AGENT, {u"discarded"_s}, std::nullopt, small, false, Lane::Usual, logOut},
        get("/api/session", Door::Role, {}, showSession),
        empty("/api/ws-ticket", giveTicket),
        post("/api/sync/push", {u"device"_s, u"epoch"_s, u"schema_ver"_s, u"ms"_s}, pushBytes, pushEdits),
        post("/api/sync/park", {u"device"_s, u"epoch"_s, u"edit"_s}, pushBytes, parkEdit),
        get("/api/sync/changes", Door::Role, {u"cursor"_s, u"limit"_s}, pullChanges),
        get("/api/sync/snapshot", Door::Role, {u"epoch"_s, u"s"_s, u"kind"_s, u"after"_s, u"limit"_s, u"only"_s}, pullSnapshot),
        get("/api/sync/rows", Door::Role, {u"kind"_s, u"ids"_s}, pullRows),
        get("/api/sync/digest", Door::Role, {u"kind"_s}, pullDigest),
        post("/api/calls/intake", Door::AdminOrService, {u"calls"_s}, intakeBytes, takeCalls),
        post("/api/calls/bulk", Door::Role, {u"callIds"_s, u"filters"_s, u"operation"_s, u"tag"_s, u"remove"_s, u"reason"_s, u"disposition"_s, u"notes"_s}, bulkBytes, beginBulk),
        get("/api/bulk-jobs/{jobId}", Door::Role, {}, showBulk),
        remove("/api/bulk-jobs/{jobId}", cancelBulk),
        post("/api/calls/export", Door::Role, {u"filters"_s, u"format"_s, u"email"_s}, small, beginExport),
        get("/api/exports/{jobId}", Door::Role, {}, showExport),
        remove("/api/exports/{jobId}", removeExport),
        get("/api/exports/{jobId}/file", Door::Open, {u"ticket"_s}, giveExport),
        {"POST", "/api/calls/{id}/attachments", Door::Role, UserRole::AGENT, {}, std::nullopt, uploadBytes, true, Lane::Files, attachFile},
        get("/api/calls/{id}/attachments", Door::Role, {}, listAttachments),
        get("/api/attachments/{id}", Door::Role, {}, showAttachment),
        in(Lane::Files, remove("/api/attachments/{id}", detachFile)),
        in(Lane::Files, get("/api/attachments/{id}/file", Door::Open, {u"ticket"_s}, giveAttachment)),
        {"PUT", "/api/workspace", Door::Role, UserRole::ADMIN, {}, QStringList{u"settings"_s}, BodyPlan::usual, false, Lane::Usual, replaceSettings},
    };
}

} // namespace

const QList<Route> &apiRoutes()
{
    static const QList<Route> routes = table() + restRoutes();
    return routes;
}

} // namespace calldeck
