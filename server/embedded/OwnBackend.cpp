#include "embedded/OwnBackend.h"

#include "api/Backend.h"
#include "store/DataDirectory.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

/** One desk, which nobody has to be protected from. */
RequestLimits limitsOfOne()
{
    constexpr double plenty = 10'000;
    RequestLimits limits;
    limits.user_rate = limits.user_burst = plenty;
    limits.peer_rate = limits.peer_burst = plenty;
    return limits;
}

BackendConfig configOf(const OwnPlace &place)
{
    BackendConfig config;
    config.store.file = ownStorePath(place.data_dir);
    config.store.key = place.key;
    config.workers = 2;
    config.limits = limitsOfOne();
    config.logs = false;
    config.damaged = place.damaged;
    return config;
}

} // namespace

struct OwnBackend::Parts {
    std::unique_ptr<OwnStore> store;
    std::unique_ptr<Backend> backend;
    std::unique_ptr<HttpServer> server;

    ~Parts()
    {
        if (server)
            server->stop(std::chrono::seconds(2));
        if (backend)
            backend->stop();
    }
};

OwnBackend::OwnBackend(std::unique_ptr<Parts> parts) : m_parts(std::move(parts)) {}
OwnBackend::~OwnBackend() = default;

Result<std::unique_ptr<OwnBackend>> OwnBackend::start(const OwnPlace &place, CacheFile &cache)
{
    auto parts = std::make_unique<Parts>();
    auto store = OwnStore::open(place, cache);
    if (!store)
        return store.error();
    parts->store = *std::move(store);
    auto backend = Backend::open(configOf(place));
    if (!backend)
        return backend.error();
    parts->backend = *std::move(backend);
    HttpServerConfig http;
    http.threads = 1;
    auto server = HttpServer::listen(http, *parts->backend);
    if (!server)
        return server.error();
    parts->server = *std::move(server);
    return std::unique_ptr<OwnBackend>(new OwnBackend(std::move(parts)));
}

QUrl OwnBackend::url() const { return QUrl(u"http://127.0.0.1:%1"_s.arg(m_parts->server->port())); }
Result<QByteArray> OwnBackend::newToken() { return m_parts->store->newToken(); }

Verdict OwnBackend::take(const QList<IncomingCall> &calls, TimeMs now)
{
    Verdict done = m_parts->store->begin();
    for (const IncomingCall &call : calls) {
        if (!done)
            break;
        const auto put = m_parts->store->put(call, now);
        done = put ? Verdict(Done{}) : Verdict(put.error());
    }
    if (done)
        done = m_parts->store->commit();
    else
        (void)m_parts->store->rollback();
    if (!done)
        return done;
    const auto tx = WorkspaceTx::begin(m_parts->store->connection(), m_parts->store->ws(), WorkspaceTx::Mode::Read);
    if (!tx)
        return tx.error();
    m_parts->backend->wrote(m_parts->store->ws(), (*tx)->head());
    return Done{};
}

} // namespace calldeck
