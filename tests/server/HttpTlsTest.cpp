#include "HttpFixture.h"
#include "WebSocketPeer.h"
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QSslSocket>
#include <QTemporaryDir>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

using namespace calldeck;
using namespace calldeck::test;

namespace
{

struct Identity {
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();

    /** Signed by `authority`, or by itself. */
    Identity(const char *name, const Identity *authority)
    {
        X509_set_version(certificate, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), authority ? 2 : 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
        X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
        X509_set_pubkey(certificate, key);
        X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                                   reinterpret_cast<const unsigned char *>(name), -1, -1, 0);
        X509_set_issuer_name(certificate, X509_get_subject_name(authority ? authority->certificate : certificate));
        add(NID_basic_constraints, authority ? "CA:FALSE" : "critical,CA:TRUE");
        if (authority)
            add(NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
        X509_sign(certificate, authority ? authority->key : key, EVP_sha256());
    }
    ~Identity()
    {
        X509_free(certificate);
        EVP_PKEY_free(key);
    }
    Identity(const Identity &) = delete;
    Identity &operator=(const Identity &) = delete;

    void add(int kind, const char *value)
    {
        X509_EXTENSION *extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
        X509_add_ext(certificate, extension, -1);
        X509_EXTENSION_free(extension);
    }
    void write(const QString &path, bool the_key) const
    {
        FILE *file = std::fopen(path.toLocal8Bit().constData(), "w");
        ASSERT_TRUE(file);
        the_key ? PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr)
                : PEM_write_X509(file, certificate);
        std::fclose(file);
    }
};

class HttpTlsTest : public HttpFixture
{
protected:
    void SetUp() override
    {
        const Identity authority("Test authority", nullptr);
        const Identity host("localhost", &authority);
        config.tls_certificate = folder.filePath(QStringLiteral("certificate.pem"));
        config.tls_key = folder.filePath(QStringLiteral("key.pem"));
        host.write(config.tls_certificate, false);
        host.write(config.tls_key, true);
        authority.write(folder.filePath(QStringLiteral("authority.pem")), false);
    }
    bool connect(QSslSocket &socket, QSsl::SslProtocol protocol = QSsl::SecureProtocols)
    {
        QSslConfiguration trust;
        trust.setCaCertificates(QSslCertificate::fromPath(folder.filePath(QStringLiteral("authority.pem"))));
        trust.setProtocol(protocol);
        socket.setSslConfiguration(trust);
        socket.connectToHostEncrypted(QStringLiteral("localhost"), port());
        return socket.waitForEncrypted(10'000);
    }
    static QByteArray readUntil(QSslSocket &socket, const QByteArray &end)
    {
        QByteArray in;
        while (!in.endsWith(end) && (socket.bytesAvailable() || socket.waitForReadyRead(10'000)))
            in += socket.readAll();
        return in;
    }

    QTemporaryDir folder;
};

} // namespace

TEST_F(HttpTlsTest, servesAndKeepsTheConnection)
{
    Mailbox<bool> secure;
    handler.on_request = [&](HttpRequest request, HttpReply reply) {
        secure.put(request.secure);
        reply.send(ScriptedHandler::echo(request));
    };
    start();
    QSslSocket socket;
    ASSERT_TRUE(connect(socket)) << socket.errorString().toStdString();
    for (const char *target : {"/a", "/b"}) {
        socket.write(QByteArray("GET ") + target + " HTTP/1.1\r\nHost: h\r\n\r\n");
        EXPECT_TRUE(readUntil(socket, QByteArray("GET ") + target + ' ').startsWith("HTTP/1.1 200"));
        EXPECT_TRUE(secure.take().value());
    }
    socket.write("GET /c HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(readUntil(socket, "GET /c ").contains("Connection: close"));
    EXPECT_TRUE(socket.state() == QAbstractSocket::UnconnectedState || socket.waitForDisconnected(10'000));
    EXPECT_TRUE(eventually([&] { return server->stats().connections == 0; }));
}

TEST_F(HttpTlsTest, bigBodiesGoBothWays)
{
    handler.plan = [](const HttpRequest &) { return BodyPlan{BodyPlan::upload, false, {}}; };
    start();
    QSslSocket socket;
    ASSERT_TRUE(connect(socket));
    const QByteArray body = QByteArray(3'000'000, 'x') + "end";
    socket.write("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" +
                 body);
    EXPECT_GT(readUntil(socket, "end").size(), body.size());
}

TEST_F(HttpTlsTest, oldProtocolsAndCiphersAreRefused)
{
    start();
    QT_WARNING_PUSH
    QT_WARNING_DISABLE_DEPRECATED
    for (const QSsl::SslProtocol protocol : {QSsl::TlsV1_0, QSsl::TlsV1_1}) {
        QSslSocket socket;
        EXPECT_FALSE(connect(socket, protocol));
    }
    QT_WARNING_POP
    for (const QSsl::SslProtocol protocol : {QSsl::TlsV1_2, QSsl::TlsV1_3}) {
        QSslSocket socket;
        EXPECT_TRUE(connect(socket, protocol)) << socket.errorString().toStdString();
    }
    EXPECT_TRUE(eventually([&] { return server->stats().connections == 0; }));
}

TEST_F(HttpTlsTest, plainAndSilentPeersAreCutOff)
{
    config.limits.handshake_timeout = 200ms;
    start();
    HttpPeer plain(port());
    plain.get("/a");
    EXPECT_TRUE(plain.closed());
    EXPECT_FALSE(plain.in.contains("HTTP"));
    HttpPeer silent(port());
    EXPECT_TRUE(silent.closed());
}

TEST_F(HttpTlsTest, webSocketsWorkToo)
{
    Mailbox<quint16> closed;
    handler.on_upgrade = [&](HttpRequest, WebSocketUpgrade upgrade) {
        auto link = std::make_shared<std::optional<WebSocketLink>>();
        upgrade.accept({}, {[link](WebSocketLink opened) { *link = opened; },
                            [link](QByteArray text) { (*link)->send(text); }, [&](quint16 code) { closed.put(code); }});
    };
    start();
    QSslSocket socket;
    ASSERT_TRUE(connect(socket));
    socket.write(WebSocketPeer::request());
    EXPECT_TRUE(readUntil(socket, "\r\n\r\n").startsWith("HTTP/1.1 101"));
    socket.write(WebSocketPeer::frame(WebSocketPeer::text, "hello"));
    EXPECT_EQ(readUntil(socket, "hello"), "\x81\x05hello");
    socket.write(WebSocketPeer::frame(WebSocketPeer::binary, "x"));
    EXPECT_TRUE(readUntil(socket, "read here.").contains("\x03\xeb"));
    socket.disconnectFromHost();
    EXPECT_TRUE(socket.state() == QAbstractSocket::UnconnectedState || socket.waitForDisconnected(10'000));
    EXPECT_EQ(closed.take(), 1003);
}

TEST_F(HttpTlsTest, keyOfAnotherIsRefused)
{
    const Identity other("other", nullptr);
    other.write(config.tls_key, true);
    const auto made = HttpServer::listen(config, handler);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, Error::Code::InvalidInput);
}
