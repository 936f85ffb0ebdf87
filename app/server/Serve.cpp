#include "Commands.h"
#include "api/Log.h"
#include "database/DatabaseFile.h"
#include "store/AuditSeals.h"
#include "store/Moment.h"

#include <QFileInfo>
#include <csignal>
#include <ctime>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

/** Two backends never share one file. */
Result<std::unique_ptr<DirectoryLock>> lockStore(const SqlTarget &target)
{
    if (target.engine == SqlEngine::Postgres)
        return std::unique_ptr<DirectoryLock>();
    return DirectoryLock::take(QFileInfo(target.file).absolutePath());
}

/** Blocks the signals that end the program, for all threads made after it. */
sigset_t blockEndings()
{
    sigset_t endings;
    sigemptyset(&endings);
    sigaddset(&endings, SIGTERM);
    sigaddset(&endings, SIGINT);
    pthread_sigmask(SIG_BLOCK, &endings, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    return endings;
}

void sealNow(const SqlTarget &store, AuditSeals &seals)
{
    const auto connection = SqlConnection::open(store, SqlSchema::Migrate);
    const Verdict sealed = connection ? seals.sealNew(**connection, serverNow()) : Verdict(connection.error());
    if (!sealed)
        logLine(u"audit_not_sealed"_s, {{LogField::Error, sealed.error().message}});
}

/** What is done beside the requests, until the program is to end: every minute the audit trail is sealed. */
void waitForEnd(const sigset_t &endings, const SqlTarget &store, AuditSeals &seals)
{
    constexpr timespec minute{60, 0};
    while (sigtimedwait(&endings, nullptr, &minute) < 0)
        sealNow(store, seals);
}

} // namespace

int serve(const ServerOptions &options)
{
    const sigset_t endings = blockEndings();
    const auto lock = lockStore(options.backend.store);
    if (!lock)
        return complain(lock.error());
    // Before the first request: a store that cannot be opened or brought up to date is an error of the start.
    if (const auto store = SqlConnection::open(options.backend.store, SqlSchema::Migrate); !store)
        return complain(store.error());
    const auto secret = ownSecret(options);
    if (!secret)
        return complain(secret.error());
    BackendConfig config = options.backend;
    config.store.secret = *secret;
    AuditSeals seals(options.audit_log, *secret);
    const auto opened = Backend::open(config);
    if (!opened)
        return complain(opened.error());
    Backend &backend = **opened;
    // The handler asks for figures of a server that is made after it.
    auto running = std::make_shared<std::atomic<HttpServer *>>(nullptr);
    backend.setStats([running] {
        HttpServer *server = running->load();
        return server ? server->stats() : HttpServer::Stats();
    });
    HttpServerConfig http = options.http;
    http.spool_folder = spoolFolder(options.backend.files);
    auto server = HttpServer::listen(http, backend);
    if (!server)
        return complain(server.error());
    *running = server->get();
    sealNow(config.store, seals);
    logLine(u"listening"_s, {{LogField::Port, (*server)->port()}, {LogField::Store, options.backend.store.describe()}, {LogField::Version, u"" CALLDECK_VERSION ""_s}});
    waitForEnd(endings, config.store, seals);
    logLine(u"stopping"_s);
    (*server)->stop(std::chrono::seconds(10));
    *running = nullptr;
    backend.stop();
    sealNow(config.store, seals);
    logLine(u"stopped"_s);
    return exitOk;
}

} // namespace calldeck
