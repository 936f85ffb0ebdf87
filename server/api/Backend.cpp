#include "api/Backend.h"

#include "api/Answers.h"
#include "api/Log.h"
#include "api/Router.h"
#include "api/Trail.h"
#include "auth/Rights.h"
#include "jobs/BulkWork.h"
#include "jobs/Tidy.h"
#include "sql/SqliteConnection.h"
#include "store/Moment.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr int passwordWorkers = 2;
constexpr size_t passwordQueue = 32;
constexpr int fileWorkers = 2;
constexpr size_t fileQueue = 32;
constexpr int providerWorkers = 2;
constexpr size_t providerQueue = 32;
constexpr std::chrono::milliseconds keepEvery{500};

bool keepJournal(SqlConnection &connection)
{
    if (Verdict done = static_cast<SqliteConnection &>(connection).checkpoint(); !done)
        logLine(u"checkpoint_failed"_s, {{LogField::Error, done.error().message}, {LogField::Detail, done.error().detail}});
    return false;
}

HttpResponse unauthorised(const QString &code, const QString &detail)
{
    HttpResponse response = problem(401, code, u"Sign in first"_s, detail);
    response.headers.emplaceBack("WWW-Authenticate", "Bearer");
    return response;
}

HttpResponse unauthorised(Refusal refusal)
{
    switch (refusal) {
    case Refusal::Unknown: return unauthorised(u"token_unknown"_s, u"This token is not known."_s);
    case Refusal::Expired: return unauthorised(u"token_expired"_s, u"This token has expired."_s);
    case Refusal::Revoked: return unauthorised(u"token_revoked"_s, u"This session was ended."_s);
    }
    Q_UNREACHABLE();
}

QString bearerOf(const HttpRequest &request)
{
    const QByteArray value = request.header("authorization");
    return value.left(7).toLower() == "bearer " ? QString::fromLatin1(value.mid(7).trimmed()) : QString();
}

/** Whoever cannot come in by their head alone: 401. */
std::optional<HttpResponse> withoutToken(const HttpRequest &head, const Route &route)
{
    if (route.door == Door::Open)
        return std::nullopt;
    const QString token = bearerOf(head);
    if (token.isEmpty())
        return unauthorised(u"token_missing"_s, u"Send Authorization: Bearer."_s);
    return hasTokenForm(token) ? std::nullopt : std::optional(unauthorised(Refusal::Unknown));
}

/** Bodies that cost enough to look first who sends them. */
bool isHeavy(const HttpRequest &head, const Route &route)
{
    if (route.door == Door::Open)
        return false;
    const QByteArray length = head.header("content-length");
    const bool said = !length.isEmpty() && length.toLongLong() <= BodyPlan::usual;
    return route.uploads || (route.most_bytes > BodyPlan::usual && !said);
}

/** A program reads and brings calls. What a person decides is decided by a person: its token lies in a file for a year. */
bool mayProgram(const Route &route) { return route.method == "GET" || route.door == Door::AdminOrService; }

bool isAllowed(const Caller &caller, const Route &route)
{
    if (caller.service && !mayProgram(route))
        return false;
    switch (route.door) {
    case Door::Open: return true;
    case Door::Role: return mayAct(caller.role, route.least);
    case Door::AdminOrService: return caller.service || caller.role == UserRole::ADMIN;
    }
    Q_UNREACHABLE();
}

HttpResponse notFound() { return problem(404, u"not_found"_s, u"There is no such thing"_s); }

HttpResponse notAllowed(const QByteArrayList &methods)
{
    HttpResponse response = problem(405, u"method"_s, u"Not by this method"_s);
    response.headers.emplaceBack("Allow", methods.join(", "));
    return response;
}

/** The path's segments of an access line, for its pattern. */
QByteArray patternOf(const AccessLine &line)
{
    const QStringList path = QString::fromUtf8(line.path.mid(1)).split(u'/');
    if (line.path == "/ws/calls")
        return line.path;
    const Match match = findRoute(line.method, path);
    return match.route ? match.route->pattern : QByteArray("none");
}

struct SocketOffer {
    bool known = false; ///< speaks calldeck.v1
    QString ticket;
};

SocketOffer offerOf(const HttpRequest &request)
{
    SocketOffer offer;
    for (const QByteArray &word : request.header("sec-websocket-protocol").split(',')) {
        const QByteArray protocol = word.trimmed();
        offer.known = offer.known || protocol == "calldeck.v1";
        if (protocol.startsWith("ticket."))
            offer.ticket = QString::fromLatin1(protocol.mid(7));
    }
    return offer;
}

Result<Hub::Wish> wishOf(const HttpRequest &request)
{
    for (const auto &[name, value] : request.query) {
        if (name != u"only"_s || value != u"hint"_s || request.query.size() > 1)
            return Error{Error::Code::InvalidInput, u"%1: the socket knows no parameter but only=hint."_s.arg(name.left(60)), {}, false};
    }
    return request.query.isEmpty() ? Hub::Wish::Everything : Hub::Wish::Hints;
}

void openSocket(Hub &hub, SqlConnection &connection, const QString &ticket, Hub::Wish wish, const WebSocketUpgrade &upgrade)
{
    const auto answer = takeTicket(connection, ticket, serverNow());
    if (!answer)
        return upgrade.refuse(failed(answer.error()));
    const Caller *caller = std::get_if<Caller>(&*answer);
    if (!caller)
        return upgrade.refuse(unauthorised(u"ticket"_s, u"This ticket is not good, or no longer."_s));
    const auto tx = WorkspaceTx::begin(connection, caller->ws, WorkspaceTx::Mode::Read);
    if (!tx)
        return upgrade.refuse(failed(tx.error()));
    const auto id = std::make_shared<quint64>(0);
    const auto event = lastEvent(**tx);
    if (!event)
        return upgrade.refuse(failed(event.error()));
    const Head head = (*tx)->head();
    upgrade.accept("calldeck.v1", {[&hub, id, caller = *caller, wish, head, event = *event](const WebSocketLink &link) {
                                       *id = link.id();
                                       hub.add(caller, link, wish, head, event);
                                   },
                                   [](const QByteArray &) {}, // a desk has nothing to say here
                                   [&hub, id](quint16) { hub.remove(*id); }});
}

} // namespace

Backend::Backend(const BackendConfig &config)
    : m_config(config), m_pool(config.store, config.workers, static_cast<size_t>(config.waiting)), m_doormen(config.store, passwordWorkers, passwordQueue),
      m_porters(config.store, fileWorkers, fileQueue), m_callers(config.store, providerWorkers, providerQueue), m_hub(m_pool, static_cast<qsizetype>(config.limits.sockets_per_user)),
      m_pushes(m_pool, m_hub, m_metrics), m_services{config.limits, m_pool, m_hub, m_metrics, m_pushes, RateLimiter(), RateLimiter(), RateLimiter(), RateLimiter(), [] { return HttpServer::Stats(); }, nullptr, {}, {}, config.files.attachment_quota, !config.mail.url.isEmpty()}
{
    if (config.store.engine == SqlEngine::Postgres)
        m_listener = std::make_unique<HeadListener>(config.store, m_hub);
    else
        m_keeper = std::make_unique<SqlLoop>(config.store, keepEvery, keepJournal);
    m_ticker = std::make_unique<Ticker>(config.store, m_hub, !config.mail.url.isEmpty(), config.logs);
    if (config.open_id.isOn())
        m_openId = std::make_unique<OpenIdProvider>(config.open_id);
    m_services.open_id = m_openId.get();
}

QString spoolFolder(const FileConfig &config) { return config.folder.isEmpty() ? QString() : QString(config.folder % u"/spool"_s); }

Result<std::unique_ptr<Backend>> Backend::open(const BackendConfig &config)
{
    std::unique_ptr<Backend> backend(new Backend(config));
    if (Verdict opened = backend->openFiles(); !opened)
        return opened.error();
    backend->beginJobs();
    return backend;
}

Verdict Backend::openFiles()
{
    m_services.exports.pdf_font = m_config.files.pdf_font;
    if (m_config.files.folder.isEmpty())
        return Done{};
    auto exports = DataFolder::open(m_config.files.folder + u"/exports"_s);
    if (!exports)
        return exports.error();
    m_services.exports.folder = *exports;
    const auto spool = DataFolder::open(spoolFolder(m_config.files));
    if (!spool)
        return spool.error();
    // What a crash left of uploads.
    constexpr qint64 day = 86'400;
    for (const QString &name : (*spool)->olderThan(day))
        (void)(*spool)->remove(name);
    if (!m_config.files.s3.endpoint.isEmpty()) {
        m_services.blobs = s3Blobs(m_config.files.s3, spoolFolder(m_config.files));
        return Done{};
    }
    auto blobs = DataFolder::open(m_config.files.folder + u"/attachments"_s);
    if (!blobs)
        return blobs.error();
    m_blobFolder = *blobs;
    m_services.blobs = folderBlobs(m_blobFolder);
    return Done{};
}

void Backend::beginJobs()
{
    JobRunner::Parts parts;
    parts.target = m_config.store;
    parts.work.insert(u"bulk"_s, bulkStep);
    if (m_services.exports.folder)
        parts.work.insert(u"export"_s, [exports = m_services.exports](JobContext &context) { return exportStep(context, exports); });
    parts.wrote = [this](const QString &ws, const Head &head) { wrote(ws, head); };
    parts.failed = [](const QString &ws, const Error &error) { logLine(u"job_failed"_s, {{LogField::Workspace, ws}, {LogField::Error, error.message}, {LogField::Detail, error.detail}}); };
    parts.hourly = [exports = m_services.exports, blobs = m_blobFolder, store = m_services.blobs](SqlConnection &connection) { tidyStore(connection, exports, blobs.get(), store.get(), serverNow()); };
    m_jobs = std::make_unique<JobRunner>(std::move(parts));
    m_services.jobs = m_jobs.get();
    if (m_services.mails)
        m_mailer = std::make_unique<Mailer>(m_config.store, m_config.mail, [](const QString &ws, const QString &message) { logLine(u"mail_failed"_s, {{LogField::Workspace, ws}, {LogField::Error, message}}); });
}

Backend::~Backend() { stop(); }

void Backend::stop()
{
    m_keeper = nullptr;
    m_ticker = nullptr;
    m_listener = nullptr;
    m_hub.stop();
    m_doormen.stop();
    if (m_services.blobs)
        m_services.blobs->stop();
    m_porters.stop();
    m_callers.stop();
    m_pool.stop();
    // Requests wake them: they go after the last one.
    m_mailer = nullptr;
    m_jobs = nullptr;
}

BodyPlan Backend::bodyPlan(const HttpRequest &head)
{
    BodyPlan plan;
    const Match match = findRoute(head.method, head.path);
    if (!match.route) {
        plan.refusal = match.allowed.isEmpty() ? notFound() : notAllowed(match.allowed);
        return plan;
    }
    plan.most_bytes = match.route->most_bytes;
    plan.refusal = withoutToken(head, *match.route);
    plan.spool = match.route->uploads;
    plan.asks = isHeavy(head, *match.route);
    return plan;
}

void Backend::admit(HttpRequest head, BodyGate gate)
{
    const Route *route = findRoute(head.method, head.path).route;
    if (auto refusal = route ? refusePeer(head) : notFound())
        return gate.refuse(*std::move(refusal));
    const bool posted = m_pool.post([this, head = std::move(head), gate, route](Result<SqlConnection *> connection) {
        if (!connection)
            return gate.refuse(failed(connection.error()));
        ApiCall call{head, **connection, m_services, {}, {}, serverNow()};
        auto refusal = letIn(call, *route);
        refusal ? gate.refuse(*std::move(refusal)) : gate.open();
    });
    if (!posted)
        gate.refuse(tooBusy());
}

SqlPool &Backend::poolFor(Lane lane)
{
    switch (lane) {
    case Lane::Usual: return m_pool;
    case Lane::Passwords: return m_doormen;
    case Lane::Provider: return m_callers;
    case Lane::Files: return m_porters;
    }
    Q_UNREACHABLE();
}

void Backend::handle(HttpRequest request, HttpReply reply)
{
    const Match match = findRoute(request.method, request.path);
    if (!match.route)
        return reply.send(match.allowed.isEmpty() ? notFound() : notAllowed(match.allowed));
    auto refusal = refusePeer(request);
    if (!refusal)
        refusal = withoutToken(request, *match.route);
    if (refusal)
        return reply.send(*std::move(refusal));
    const bool posted = poolFor(match.route->lane).post([this, request = std::move(request), reply, route = match.route](Result<SqlConnection *> connection) {
        if (reply.isGone())
            return;
        if (!connection)
            return reply.send(failed(connection.error()));
        answer(request, *route, **connection, reply);
        if (const auto damage = (*connection)->damage(); damage && m_config.damaged)
            m_config.damaged(*damage);
    });
    if (!posted)
        reply.send(tooBusy());
}

std::optional<HttpResponse> Backend::refusePeer(const HttpRequest &request)
{
    if (const qint64 wait = m_services.peers.take(request.peer, m_config.limits.peer_rate, m_config.limits.peer_burst, serverNow()); wait > 0)
        return tooMany(wait);
    return std::nullopt;
}

std::optional<HttpResponse> Backend::letIn(ApiCall &call, const Route &route)
{
    if (route.door == Door::Open)
        return std::nullopt;
    const auto who = authenticate(call.connection, bearerOf(call.request), call.now);
    if (!who)
        return failed(who.error());
    if (const Refusal *refusal = std::get_if<Refusal>(&*who))
        return unauthorised(*refusal);
    call.caller = std::get<Caller>(*who);
    const RequestLimits &limits = m_config.limits;
    const bool service = call.caller.service;
    const qint64 wait = m_services.users.take(call.caller.account + (service ? u"/s"_s : QString()), service ? limits.service_rate : limits.user_rate,
                                              service ? limits.service_burst : limits.user_burst, call.now);
    if (wait > 0)
        return tooMany(wait);
    if (!isAllowed(call.caller, route)) {
        auditForbidden(call, route);
        return problem(403, u"forbidden"_s, u"Your role may not do this"_s);
    }
    return std::nullopt;
}

void Backend::answer(const HttpRequest &request, const Route &route, SqlConnection &connection, const HttpReply &reply)
{
    ApiCall call{request, connection, m_services, {}, {}, serverNow()};
    auto refusal = letIn(call, route);
    if (!refusal)
        refusal = checkRequest(request, route, call.body);
    if (refusal)
        return reply.send(*std::move(refusal));
    if (route.answer)
        return route.answer(call, reply);
    HttpResponse response = route.handle(call);
    if (response.status == 403)
        auditForbidden(call, route);
    reply.send(std::move(response));
}

void Backend::upgrade(HttpRequest request, WebSocketUpgrade upgrade)
{
    if (request.path != QStringList{u"ws"_s, u"calls"_s})
        return upgrade.refuse(notFound());
    if (const qint64 wait = m_services.peers.take(request.peer, m_config.limits.peer_rate, m_config.limits.peer_burst, serverNow()); wait > 0)
        return upgrade.refuse(tooMany(wait));
    // Browsers send it and programs do not: a page of somebody else must not ride on a session.
    const QByteArray origin = request.header("origin");
    if (!origin.isEmpty() && !m_config.origins.contains(QString::fromLatin1(origin)))
        return upgrade.refuse(problem(403, u"origin"_s, u"Not from this page"_s));
    const SocketOffer offer = offerOf(request);
    if (!offer.known || offer.ticket.isEmpty())
        return upgrade.refuse(problem(401, u"ticket"_s, u"Offer calldeck.v1 and a ticket"_s, u"POST /api/ws-ticket gives one; offer it as subprotocol ticket.<ticket>."_s));
    const auto wish = wishOf(request);
    if (!wish)
        return upgrade.refuse(problem(400, u"bad_upgrade"_s, u"This cannot become a WebSocket"_s, wish.error().message));
    const bool posted = m_pool.post([this, ticket = offer.ticket, wish = *wish, upgrade](Result<SqlConnection *> connection) {
        if (!connection)
            return upgrade.refuse(failed(connection.error()));
        openSocket(m_hub, **connection, ticket, wish, upgrade);
    });
    if (!posted)
        upgrade.refuse(tooBusy());
}

void Backend::finished(const AccessLine &line)
{
    static const QByteArrayList methods{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"};
    const QByteArray method = methods.contains(line.method) ? line.method : QByteArray("other");
    const QByteArray route = patternOf(line);
    m_metrics.countRequest(method, route, line.status, line.milliseconds);
    if (!m_config.logs)
        return;
    logLine(u"request"_s, {{LogField::Method, QString::fromLatin1(method)},
                           {LogField::Route, QString::fromLatin1(route)},
                           {LogField::Status, line.status},
                           {LogField::Milliseconds, qRound(line.milliseconds * 10) / 10.0},
                           {LogField::Bytes, line.bytes},
                           {LogField::Peer, line.peer},
                           {LogField::Request, QString::fromLatin1(line.id)}});
}

} // namespace calldeck
