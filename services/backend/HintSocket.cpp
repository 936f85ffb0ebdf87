#include "backend/HintSocket.h"

#include <QJsonDocument>
#include <QWebSocketHandshakeOptions>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr quint64 mostMessageBytes = 16 * 1024;
constexpr int beatMs = 1'000;
constexpr int silenceMs = 3'500; ///< with the beat: the status line must tell within 5 s that the network is gone
constexpr int openingMs = 15'000;
constexpr int crowded = 4429; ///< another desk of this person took the place: not to be taken back at once
constexpr int crowdedMs = 60'000;

} // namespace

HintSocket::HintSocket(BackendClient &client) : m_client(client), m_socket(QString(), QWebSocketProtocol::VersionLatest, this), m_retry(this), m_beat(this), m_openingLimit(this)
{
    m_socket.setMaxAllowedIncomingMessageSize(mostMessageBytes);
    m_socket.setMaxAllowedIncomingFrameSize(mostMessageBytes);
    m_retry.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, &HintSocket::open);
    m_openingLimit.setSingleShot(true);
    connect(&m_openingLimit, &QTimer::timeout, this, [this] {
        m_socket.abort();
        gone();
    });
    m_beat.setInterval(beatMs);
    connect(&m_beat, &QTimer::timeout, this, &HintSocket::beat);
    connect(&m_socket, &QWebSocket::connected, this, [this] {
        m_opening = false;
        m_openingLimit.stop();
        m_silent = false;
        m_open = true;
        m_sinceHeard.start();
        m_beat.start();
        Q_EMIT opened();
    });
    connect(&m_socket, &QWebSocket::disconnected, this, &HintSocket::gone);
    connect(&m_socket, &QWebSocket::pong, this, [this] { m_sinceHeard.start(); });
    connect(&m_socket, &QWebSocket::textMessageReceived, this, &HintSocket::heard);
}

void HintSocket::open()
{
    m_wanted = true;
    if (m_open || m_opening || m_retry.isActive())
        return;
    m_opening = true;
    m_client.post(u"/api/ws-ticket"_s, {}, [this](const BackendAnswer &answer) {
        if (!m_wanted || !answer.isOk())
            return gone();
        openWith(answer.body.value(u"ticket"_s).toString());
    });
}

void HintSocket::openWith(const QString &ticket)
{
    QUrl url = m_client.server();
    url.setScheme(url.scheme() == u"https"_s ? u"wss"_s : u"ws"_s);
    url.setPath(u"/ws/calls"_s);
    url.setQuery(u"only=hint"_s);
    QWebSocketHandshakeOptions options;
    options.setSubprotocols({u"calldeck.v1"_s, u"ticket."_s + ticket});
    m_openingLimit.start(openingMs);
    m_socket.open(QNetworkRequest(url), options);
}

void HintSocket::close()
{
    m_wanted = false;
    m_retry.stop();
    m_beat.stop();
    m_openingLimit.stop();
    m_open = false;
    m_opening = false;
    m_socket.abort();
}

void HintSocket::beat()
{
    if (m_sinceHeard.hasExpired(silenceMs)) {
        m_silent = true;
        return m_socket.abort();
    }
    m_backoff.succeeded();
    m_socket.ping();
}

void HintSocket::heard(const QString &text)
{
    m_sinceHeard.start();
    const QJsonObject message = QJsonDocument::fromJson(text.toUtf8()).object();
    if (message.contains(u"t"_s))
        Q_EMIT hint(message.value(u"head"_s).toInteger());
}

void HintSocket::gone()
{
    const bool was = m_open;
    m_open = false;
    m_opening = false;
    m_beat.stop();
    m_openingLimit.stop();
    if (m_wanted && !m_retry.isActive())
        m_retry.start(was && static_cast<int>(m_socket.closeCode()) == crowded ? crowdedMs : std::max(250, m_backoff.next()));
    if (was)
        Q_EMIT lost(m_silent);
}

} // namespace calldeck
