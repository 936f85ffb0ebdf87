#include "loopback/LoopbackListener.h"

#include "http/HttpServer.h"
#include "http/Problem.h"

#include <atomic>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr auto page = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Calldeck</title>"
                      "<meta name=\"color-scheme\" content=\"light dark\"></head>"
                      "<body style=\"font-family: sans-serif; margin: 4rem auto; max-width: 28rem\">"
                      "<h1>Back to Calldeck</h1><p>Calldeck has the answer of your sign-in. You can close this page.</p></body></html>";

HttpServerConfig configOf()
{
    constexpr int mostConnections = 16;
    HttpServerConfig config;
    config.address = u"127.0.0.1"_s;
    config.threads = 1;
    config.limits.connections = mostConnections;
    config.limits.header_bytes = 16 * 1024;
    return config;
}

HttpResponse pageAnswer()
{
    HttpResponse response;
    response.content_type = "text/html; charset=utf-8";
    // The address holds the code: it goes nowhere else, and into no cache.
    response.headers = {{"Cache-Control", "no-store"},
                        {"Referrer-Policy", "no-referrer"},
                        {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"},
                        {"X-Content-Type-Options", "nosniff"},
                        {"Connection", "close"}};
    response.body = page;
    return response;
}

} // namespace

/** The backend's own HTTP server: its parser and limits are tested, and no request is read by hand. */
class LoopbackListener::Server : public HttpHandler
{
public:
    explicit Server(LoopbackListener &listener) : m_listener(listener) {}

    Verdict begin()
    {
        auto made = HttpServer::listen(configOf(), *this);
        if (!made)
            return made.error();
        m_http = *std::move(made);
        return Done{};
    }
    quint16 port() const { return m_http->port(); }

    BodyPlan bodyPlan(const HttpRequest &) override
    {
        BodyPlan plan;
        plan.most_bytes = 0;
        return plan;
    }
    void handle(HttpRequest request, HttpReply reply) override
    {
        if (request.path != QStringList{m_listener.m_path} || request.method != "GET")
            return reply.send(problem(404, u"not_found"_s, u"There is no such thing"_s));
        if (m_taken.exchange(true))
            return reply.send(problem(410, u"gone"_s, u"This sign-in has its answer already"_s));
        QMap<QString, QString> parameters;
        for (const auto &[name, value] : request.query) {
            if (!parameters.contains(name))
                parameters.insert(name, value);
        }
        reply.send(pageAnswer());
        QMetaObject::invokeMethod(
            &m_listener, [listener = &m_listener, parameters] { Q_EMIT listener->answered(parameters); }, Qt::QueuedConnection);
    }
    void upgrade(HttpRequest, WebSocketUpgrade upgrade) override { upgrade.refuse(problem(404, u"not_found"_s, u"There is no such thing"_s)); }
    void finished(const AccessLine &) override {}

private:
    LoopbackListener &m_listener;
    std::atomic<bool> m_taken = false;
    std::unique_ptr<HttpServer> m_http; // the last: it ends before what its threads use
};

LoopbackListener::LoopbackListener(const QString &path) : m_path(path) {}

LoopbackListener::~LoopbackListener() = default;

Result<std::unique_ptr<LoopbackListener>> LoopbackListener::listen(const QString &path)
{
    std::unique_ptr<LoopbackListener> listener(new LoopbackListener(path));
    listener->m_server = std::make_unique<Server>(*listener);
    if (Verdict begun = listener->m_server->begin(); !begun)
        return begun.error();
    return listener;
}

QString LoopbackListener::address() const { return u"http://127.0.0.1:%1/%2"_s.arg(m_server->port()).arg(m_path); }

} // namespace calldeck
