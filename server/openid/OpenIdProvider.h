#pragma once

#include "auth/Identities.h"
#include "openid/OpenIdConfig.h"
#include "openid/SigningKeys.h"

#include <chrono>
#include <mutex>
#include <optional>

namespace calldeck
{

/** What a browser brought back from the provider, with what its desk knows of it. */
struct OpenIdGrant {
    QString code;
    QString verifier;     ///< PKCE, RFC 7636
    QString redirect_uri; ///< where the browser brought it
    QString nonce;        ///< what the ID token must hold
};

/**
 * The one identity provider of this backend. What it says of itself and its keys are kept for an hour. Each question to it ends after 5 s; no answer may be
 * larger than 256 KiB, and no redirect is followed. Errors: Io (retryable) when the provider does not answer or not as it should, Foreign when what it says is
 * no good sign-in; `detail` is for the log and holds nothing that was secret. Any thread; all calls block.
 */
class OpenIdProvider
{
public:
    explicit OpenIdProvider(OpenIdConfig config) : m_config(std::move(config)) {}

    const OpenIdConfig &config() const { return m_config; }
    /** Where a browser begins. */
    Result<QString> authorizationEndpoint();
    /** What the provider vouched for. */
    struct Proof {
        Identity identity;
        QByteArray access_token; ///< for completed() alone
    };
    /** Exchanges the code and checks the ID token. */
    Result<Proof> prove(const OpenIdGrant &grant, TimeMs now);
    /** The identity with its address: from the ID token, else asked of the provider. */
    Result<Identity> completed(const Proof &proof);

private:
    using Clock = std::chrono::steady_clock;
    struct Endpoints {
        QString authorization;
        QString token;
        QString keys;
        QString user_info; ///< "" for none
        bool takes_basic = true;
    };

    Result<Endpoints> endpoints();
    Result<Endpoints> discover() const;
    Result<SigningKeys> keys(const Endpoints &endpoints, const SigningKeys::Claimed &claimed);
    Result<QJsonObject> exchange(const Endpoints &endpoints, const OpenIdGrant &grant) const;

    const OpenIdConfig m_config;
    std::mutex m_mutex; ///< held while it is asked: others wait for the same answer
    std::optional<Endpoints> m_endpoints;
    Clock::time_point m_endpointsAt;
    std::optional<Error> m_failure; ///< of the last discovery
    Clock::time_point m_failedAt;
    std::optional<SigningKeys> m_keys;
    Clock::time_point m_keysAt;
    std::optional<Clock::time_point> m_renewedAt; ///< for a key that was not known
};

} // namespace calldeck
