#include "backend/BackendClient.h"

#include <QDateTime>
#include <QElapsedTimer>
#include <QJsonDocument>
#include <QLocale>
#include <QSslError>
#include <QTimer>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr qint64 mostBytes = 16 * 1024 * 1024;
constexpr int silenceTimeoutMs = 15'000;
constexpr int longestRetryAfterS = 600;
constexpr qint64 longestTripOfAClockMs = 3000; ///< an answer that took longer tells too little of the time

QString sentenceOf(const QJsonObject &problem, int status)
{
    const QString detail = problem.value(u"detail"_s).toString();
    return detail.isEmpty() ? u"The server answered %1."_s.arg(status) : detail;
}

void readClock(QNetworkReply *reply, BackendAnswer &answer)
{
    const QDateTime date = QLocale::c().toDateTime(QString::fromLatin1(reply->rawHeader("Date")), u"ddd, dd MMM yyyy hh:mm:ss 'GMT'"_s);
    if (!date.isValid())
        return;
    const QDateTime utc(date.date(), date.time(), Qt::UTC);
    answer.has_offset = true;
    answer.server_offset_ms = utc.toMSecsSinceEpoch() + 500 - QDateTime::currentMSecsSinceEpoch();
}

bool isCertificateTrouble(QNetworkReply::NetworkError error) { return error == QNetworkReply::SslHandshakeFailedError; }

} // namespace

BackendClient::BackendClient(QObject *parent) : QObject(parent), m_network(this)
{
    m_network.setRedirectPolicy(QNetworkRequest::ManualRedirectPolicy);
    m_network.setTransferTimeout(silenceTimeoutMs);
}

QNetworkRequest BackendClient::request(const QString &path, const QUrlQuery &query) const
{
    QUrl url = m_server;
    url.setPath(path);
    url.setQuery(query);
    QNetworkRequest request(url);
    request.setRawHeader("Accept", "application/json");
    // Unpacked by nobody, so that a small answer cannot become a large one.
    request.setRawHeader("Accept-Encoding", "identity");
    request.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    if (!m_token.isEmpty())
        request.setRawHeader("Authorization", "Bearer " + m_token);
    return request;
}

void BackendClient::get(const QString &path, const QUrlQuery &query, const Done &done, int wholeTimeoutMs)
{
    watch(m_network.get(request(path, query)), done, wholeTimeoutMs);
}

void BackendClient::post(const QString &path, const QJsonObject &body, const Done &done, int wholeTimeoutMs, const QUrlQuery &query, const Headers &headers)
{
    QNetworkRequest asked = request(path, query);
    asked.setHeader(QNetworkRequest::ContentTypeHeader, u"application/json"_s);
    for (const auto &[name, value] : headers)
        asked.setRawHeader(name, value);
    watch(m_network.post(asked, QJsonDocument(body).toJson(QJsonDocument::Compact)), done, wholeTimeoutMs);
}

void BackendClient::watch(QNetworkReply *reply, const Done &done, int wholeTimeoutMs)
{
    m_running.append(reply);
    QElapsedTimer trip;
    trip.start();
    QTimer::singleShot(wholeTimeoutMs, reply, &QNetworkReply::abort);
    reply->setReadBufferSize(mostBytes + 64 * 1024);
    connect(reply, &QNetworkReply::readyRead, reply, [reply] {
        if (reply->bytesAvailable() > mostBytes)
            reply->abort();
    });
    connect(reply, &QNetworkReply::downloadProgress, reply, [reply](qint64 received, qint64 total) {
        if (received > mostBytes || total > mostBytes)
            reply->abort();
    });
    connect(reply, &QNetworkReply::finished, this, [this, reply, trip, done] {
        m_running.removeOne(reply);
        reply->deleteLater();
        BackendAnswer answer = read(reply);
        answer.has_offset = answer.has_offset && !trip.hasExpired(longestTripOfAClockMs);
        done(answer);
    });
}

void BackendClient::abortAll()
{
    const QList<QNetworkReply *> running = m_running;
    for (QNetworkReply *reply : running)
        reply->abort();
}

BackendAnswer BackendClient::read(QNetworkReply *reply)
{
    BackendAnswer answer;
    answer.status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    if (isCertificateTrouble(reply->error())) {
        answer.kind = BackendAnswer::Kind::NotOurs;
        answer.problem = u"The server's certificate cannot be trusted. Ask whoever runs it; nothing was sent."_s;
        return answer;
    }
    // An answer that was cut short is none, whatever its beginning says.
    const bool cut = reply->error() != QNetworkReply::NoError && (answer.status == 0 || answer.status / 100 == 2);
    if (answer.status == 0 || cut) {
        answer.status = 0;
        answer.problem = u"The server cannot be reached."_s;
        return answer;
    }
    answer.retry_after_s = std::clamp(reply->rawHeader("Retry-After").trimmed().toInt(), 0, longestRetryAfterS);
    if (answer.status == 204) {
        answer.kind = BackendAnswer::Kind::Answered;
        return answer;
    }
    QJsonParseError parse;
    const QByteArray bytes = reply->readAll();
    const QJsonDocument json = QJsonDocument::fromJson(bytes, &parse);
    // The parser lets a raw NUL inside a text pass, which no JSON has.
    const bool isJson = !bytes.contains('\0') && parse.error == QJsonParseError::NoError && json.isObject();
    if (isJson) {
        answer.kind = BackendAnswer::Kind::Answered;
        answer.body = json.object();
        readClock(reply, answer);
        answer.problem = answer.status == 200 ? QString() : sentenceOf(answer.body, answer.status);
    } else if (answer.status >= 500 || answer.status == 429) {
        // A gateway on the way speaks no JSON when the backend is down.
        answer.kind = BackendAnswer::Kind::Answered;
        answer.problem = u"The server answered %1."_s.arg(answer.status);
    } else {
        answer.kind = BackendAnswer::Kind::NotOurs;
        answer.problem = u"Something else than a Calldeck server answers at this address, for example a sign-in page of the network."_s;
    }
    return answer;
}

} // namespace calldeck
