#pragma once

#include "api/Hub.h"
#include "api/Metrics.h"
#include "api/PushTurns.h"
#include "http/HttpServer.h"
#include "http/RateLimiter.h"
#include "jobs/BlobStore.h"
#include "jobs/ExportWork.h"

namespace calldeck
{

/** How much one person or address may ask. Requests per second, and how many at once. */
struct RequestLimits {
    double user_rate = 20;
    double user_burst = 60;
    double service_rate = 100;
    double service_burst = 300;
    double peer_rate = 100;
    double peer_burst = 300;
    double logins_per_minute = 5; ///< per account
    double peer_logins_per_minute = 20;
    double sockets_per_user = 5; ///< open at once; the next one closes the oldest
};

class OpenIdProvider;

/** What all requests share. Everything in it may be used from any thread. */
struct Services {
    RequestLimits limits;
    SqlPool &pool;
    Hub &hub;
    Metrics &metrics;
    PushTurns &pushes;
    RateLimiter users;
    RateLimiter peers;
    RateLimiter loginsByAccount;
    RateLimiter loginsByPeer;
    std::function<HttpServer::Stats()> stats;
    JobRunner *jobs = nullptr;
    ExportParts exports; ///< without a folder there are none
    std::shared_ptr<BlobStore> blobs; ///< of attachments; without it there are none
    qint64 attachment_quota = 0;      ///< bytes of a workspace
    bool mails = false;  ///< mail can go out
    OpenIdProvider *open_id = nullptr; ///< null when nobody can sign in by one
};

} // namespace calldeck
