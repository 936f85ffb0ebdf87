#pragma once

#include "http/HttpConfig.h"
#include "records/Result.h"
#include <boost/asio/ssl/context.hpp>
#include <memory>

namespace calldeck
{

/** TLS 1.2 and later with forward secrecy and authenticated ciphers only; null when the configuration names no
 * certificate. */
Result<std::shared_ptr<boost::asio::ssl::context>> tlsContext(const HttpServerConfig &config);

} // namespace calldeck
