#pragma once

#include "records/Result.h"

#include <QElapsedTimer>
#include <QJsonObject>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QUrlQuery>
#include <functional>

namespace calldeck
{

/** What the backend answered: an HTTP status with a JSON object, or why there was none. */
struct BackendAnswer {
    enum class Kind {
        Answered,  ///< `status` and `body` are set
        NoNetwork, ///< nothing reached or nothing came back in time: the request may or may not have been carried out
        NotOurs    ///< something answered that is no Calldeck backend, or its certificate cannot be trusted
    };
    Kind kind = Kind::NoNetwork;
    int status = 0;
    QJsonObject body;
    QString problem;            ///< a sentence for a person
    int retry_after_s = 0;      ///< as the backend asks, at most ten minutes
    qint64 server_offset_ms = 0; ///< the backend's clock minus this one's, when has_offset
    bool has_offset = false;

    bool isOk() const { return kind == Kind::Answered && status == 200; }
};

/**
 * JSON over HTTP to one backend: no redirects, no cookies, no cache, answers of at most 16 MiB, and an end to every wait. Belongs to the
 * thread it was made on; `done` is called there exactly once, but for requests that are dropped with the client.
 */
class BackendClient : public QObject
{
    Q_OBJECT
public:
    explicit BackendClient(QObject *parent = nullptr);

    void setServer(const QUrl &server) { m_server = server; }
    const QUrl &server() const { return m_server; }
    void setToken(const QByteArray &token) { m_token = token; }

    using Done = std::function<void(const BackendAnswer &)>;
    void get(const QString &path, const QUrlQuery &query, const Done &done, int wholeTimeoutMs = 30'000);
    using Headers = QList<std::pair<QByteArray, QByteArray>>;
    void post(const QString &path, const QJsonObject &body, const Done &done, int wholeTimeoutMs = 30'000, const QUrlQuery &query = {}, const Headers &headers = {});
    /** Ends what is under way; its `done` hears NoNetwork. */
    void abortAll();

private:
    QNetworkRequest request(const QString &path, const QUrlQuery &query) const;
    void watch(QNetworkReply *reply, const Done &done, int wholeTimeoutMs);
    static BackendAnswer read(QNetworkReply *reply);

    QNetworkAccessManager m_network;
    QUrl m_server;
    QByteArray m_token;
    QList<QNetworkReply *> m_running;
};

} // namespace calldeck
