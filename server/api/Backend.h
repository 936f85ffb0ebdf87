#pragma once

#include "api/HeadListener.h"
#include "api/Route.h"
#include "api/Services.h"
#include "api/Ticker.h"
#include "http/HttpHandler.h"
#include "jobs/Mailer.h"
#include "openid/OpenIdProvider.h"
#include "sql/SqlLoop.h"

namespace calldeck
{

/** Where the backend keeps what is no row. */
struct FileConfig {
    QString folder;   ///< "": no exports and attachments. All processes over one store share it
    QString pdf_font; ///< see ExportParts
    S3Config s3;      ///< for attachments, instead of the folder, when it has an endpoint
    qint64 attachment_quota = 10'000'000'000LL; ///< bytes of a workspace
};

/** Where uploads wait for their handler; "" for the system's own place. */
QString spoolFolder(const FileConfig &config);

struct BackendConfig {
    SqlTarget store;
    int workers = 4;
    int waiting = 256; ///< requests before the workers; more get 503
    RequestLimits limits;
    FileConfig files;
    MailConfig mail;
    OpenIdConfig open_id;
    QStringList origins; ///< web pages that may open sockets; the desk sends no Origin
    bool logs = true; ///< what is done; what fails is always logged
    std::function<void(const Error &)> damaged; ///< told of damage in the store's file whenever a request met it; may be empty. Any thread
};

/** Lets requests in, finds their route, and has it answered by a worker with a connection to the store. */
class Backend : public HttpHandler
{
public:
    /** The error is of the folder for files. */
    static Result<std::unique_ptr<Backend>> open(const BackendConfig &config);
    /** stop(). */
    ~Backend() override;

    BodyPlan bodyPlan(const HttpRequest &head) override;
    void admit(HttpRequest head, BodyGate gate) override;
    void handle(HttpRequest request, HttpReply reply) override;
    void upgrade(HttpRequest request, WebSocketUpgrade upgrade) override;
    void finished(const AccessLine &line) override;

    /** For /metrics; set before the server listens. */
    void setStats(std::function<HttpServer::Stats()> stats) { m_services.stats = std::move(stats); }
    /** Somebody else of this process wrote into the store. Any thread. */
    void wrote(const QString &ws, const Head &head) { m_hub.headMoved(ws, head.epoch, head.seq); }
    /** Answers what waits and ends the workers. After the HTTP server stopped. */
    void stop();

private:
    explicit Backend(const BackendConfig &config);
    Verdict openFiles();
    SqlPool &poolFor(Lane lane);
    std::optional<HttpResponse> refusePeer(const HttpRequest &request);
    void answer(const HttpRequest &request, const Route &route, SqlConnection &connection, const HttpReply &reply);
    std::optional<HttpResponse> letIn(ApiCall &call, const Route &route);
    void beginJobs();

    const BackendConfig m_config;
    SqlPool m_pool;
    SqlPool m_doormen; ///< check passwords
    SqlPool m_porters; ///< carry files
    SqlPool m_callers; ///< ask the identity provider
    Metrics m_metrics;
    Hub m_hub;
    PushTurns m_pushes;
    std::unique_ptr<OpenIdProvider> m_openId; ///< null without one
    Services m_services;
    std::unique_ptr<HeadListener> m_listener;
    std::unique_ptr<Ticker> m_ticker;
    std::unique_ptr<SqlLoop> m_keeper; ///< of SQLite's journal
    std::unique_ptr<JobRunner> m_jobs;
    std::unique_ptr<Mailer> m_mailer;
    std::shared_ptr<DataFolder> m_blobFolder;
};

} // namespace calldeck
