#include "http/TlsContext.h"

#include <QFile>
#include <openssl/ssl.h>

namespace calldeck
{

namespace
{

namespace ssl = boost::asio::ssl;
using Context = std::shared_ptr<ssl::context>;

constexpr const char *ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

Error bad(const QString &what, const std::string &detail = {})
{
    return {Error::Code::InvalidInput, what, QString::fromStdString(detail), false};
}

void restrict(ssl::context &context)
{
    SSL_CTX *native = context.native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(native, ciphers);
    SSL_CTX_set_options(native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
}

} // namespace

Result<Context> tlsContext(const HttpServerConfig &config)
{
    if (config.tls_certificate.isEmpty() != config.tls_key.isEmpty())
        return bad(QStringLiteral("TLS needs both a certificate and a key: tls_certificate and tls_key."));
    if (config.tls_certificate.isEmpty())
        return Context();
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    restrict(*context);
    boost::system::error_code error;
    context->use_certificate_chain_file(QFile::encodeName(config.tls_certificate).toStdString(), error);
    if (error)
        return bad(QStringLiteral("The certificate tls_certificate cannot be read: %1").arg(config.tls_certificate),
                   error.message());
    context->use_private_key_file(QFile::encodeName(config.tls_key).toStdString(), ssl::context::pem, error);
    if (error)
        return bad(QStringLiteral("The key tls_key cannot be read or is not the certificate's: %1").arg(config.tls_key),
                   error.message());
    if (SSL_CTX_check_private_key(context->native_handle()) != 1)
        return bad(QStringLiteral("The key tls_key is not the key of the certificate tls_certificate."));
    return context;
}

} // namespace calldeck
