#include "openid/OpenIdProvider.h"

#include "jobs/Curl.h"
#include "openid/IdToken.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QRegularExpression>
#include <QUrl>

namespace calldeck
{

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace
{

constexpr long longestSeconds = 5;
constexpr qsizetype mostBytes = 256 * 1024;
constexpr auto keptFor = 1h;
constexpr auto failureKeptFor = 2s;
constexpr auto betweenRenewals = 60s;

struct Answer {
    long status = 0;
    QJsonObject body;
};

Error notAnswering(const QString &detail)
{
    return {Error::Code::Io, u"The identity provider does not answer as it should. Try again shortly."_s, detail, true};
}

/** What may be asked: the provider speaks https, unless all of it is on this machine. */
const char *protocolsOf(const OpenIdConfig &config) { return config.issuer.startsWith(u"http://"_s) ? "http,https" : "https"; }

bool isEndpoint(const OpenIdConfig &config, const QString &text)
{
    const QUrl url(text, QUrl::StrictMode);
    const bool safe = url.scheme() == u"https"_s || (url.scheme() == u"http"_s && config.issuer.startsWith(u"http://"_s));
    return url.isValid() && safe && !url.host().isEmpty() && url.userInfo().isEmpty() && !url.hasFragment();
}

std::unique_ptr<CurlTransfer> transferTo(const OpenIdConfig &config, const QString &url)
{
    auto transfer = std::make_unique<CurlTransfer>(QUrl(url, QUrl::StrictMode).toEncoded());
    transfer->setProtocols(protocolsOf(config));
    transfer->setLimits(longestSeconds, mostBytes);
    if (!config.ca_file.isEmpty())
        transfer->setAuthority(config.ca_file);
    transfer->addHeader("Accept: application/json");
    return transfer;
}

Result<Answer> performed(CurlTransfer &transfer, const QString &what)
{
    const auto status = transfer.perform();
    if (!status)
        return notAnswering(QString(what % u": "_s % status.error().detail));
    return Answer{*status, QJsonDocument::fromJson(transfer.answer()).object()};
}

Result<QJsonObject> fetched(const OpenIdConfig &config, const QString &url, const QString &what)
{
    const auto transfer = transferTo(config, url);
    const auto answer = performed(*transfer, what);
    if (!answer)
        return answer.error();
    if (answer->status != 200 || answer->body.isEmpty())
        return notAnswering(u"%1: answered %2"_s.arg(what).arg(answer->status));
    return answer->body;
}

/** The word of RFC 6749 5.2 for the log, if it is one. */
QString errorWord(const QJsonObject &body)
{
    static const QRegularExpression form(u"^[a-z_]{1,40}\\z"_s);
    const QString word = body.value(u"error"_s).toString();
    return form.match(word).hasMatch() ? word : u"no reason"_s;
}

QByteArray encoded(const QString &text) { return QUrl::toPercentEncoding(text); }

/** It goes into a header as it is (RFC 6750). */
bool isToken(const QString &text)
{
    static const QRegularExpression form(u"^[A-Za-z0-9._~+/-]{1,8000}=*\\z"_s);
    return form.match(text).hasMatch();
}

bool takesBasic(const QJsonObject &description)
{
    const QJsonValue methods = description.value(u"token_endpoint_auth_methods_supported"_s);
    return methods.isUndefined() || methods.toArray().contains(u"client_secret_basic"_s);
}

} // namespace

Result<OpenIdProvider::Endpoints> OpenIdProvider::discover() const
{
    const QString base = m_config.issuer.endsWith(u'/') ? m_config.issuer.chopped(1) : m_config.issuer;
    const auto description = fetched(m_config, base + u"/.well-known/openid-configuration"_s, u"discovery"_s);
    if (!description)
        return description.error();
    if (description->value(u"issuer"_s).toString() != m_config.issuer)
        return notAnswering(u"discovery: it calls itself by another name"_s);
    const QJsonValue challenges = description->value(u"code_challenge_methods_supported"_s);
    if (!challenges.isUndefined() && !challenges.toArray().contains(u"S256"_s))
        return notAnswering(u"discovery: it does not know PKCE by S256"_s);
    Endpoints found{description->value(u"authorization_endpoint"_s).toString(), description->value(u"token_endpoint"_s).toString(),
                    description->value(u"jwks_uri"_s).toString(), description->value(u"userinfo_endpoint"_s).toString(), takesBasic(*description)};
    const bool complete = isEndpoint(m_config, found.authorization) && isEndpoint(m_config, found.token) && isEndpoint(m_config, found.keys);
    if (!complete || !(found.user_info.isEmpty() || isEndpoint(m_config, found.user_info)))
        return notAnswering(u"discovery: an endpoint is missing or not safe"_s);
    return found;
}

Result<OpenIdProvider::Endpoints> OpenIdProvider::endpoints()
{
    const std::lock_guard lock(m_mutex);
    if (m_endpoints && Clock::now() - m_endpointsAt < keptFor)
        return *m_endpoints;
    if (m_failure && Clock::now() - m_failedAt < failureKeptFor)
        return *m_failure;
    const auto found = discover();
    if (!found) {
        m_failure = found.error();
        m_failedAt = Clock::now();
        return found.error();
    }
    m_failure.reset();
    m_endpoints = *found;
    m_endpointsAt = Clock::now();
    return *found;
}

Result<SigningKeys> OpenIdProvider::keys(const Endpoints &endpoints, const SigningKeys::Claimed &claimed)
{
    const std::lock_guard lock(m_mutex);
    const auto now = Clock::now();
    const bool fresh = m_keys && now - m_keysAt < keptFor;
    // Providers change their keys; but a made-up key name must not make us ask again and again.
    const bool renews = fresh && !m_keys->fits(claimed) && (!m_renewedAt || now - *m_renewedAt >= betweenRenewals);
    if (fresh && !renews)
        return *m_keys;
    if (renews)
        m_renewedAt = now;
    const auto answer = fetched(m_config, endpoints.keys, u"keys"_s);
    if (!answer)
        return answer.error();
    const auto read = SigningKeys::read(QJsonDocument(*answer).toJson(QJsonDocument::Compact));
    if (!read)
        return notAnswering(u"keys: they cannot be read"_s);
    m_keys = *read;
    m_keysAt = now;
    return *read;
}

Result<QString> OpenIdProvider::authorizationEndpoint()
{
    const auto found = endpoints();
    return found ? Result<QString>(found->authorization) : found.error();
}

Result<QJsonObject> OpenIdProvider::exchange(const Endpoints &endpoints, const OpenIdGrant &grant) const
{
    QByteArray form = "grant_type=authorization_code&code=" + encoded(grant.code) + "&redirect_uri=" + encoded(grant.redirect_uri) +
                      "&code_verifier=" + encoded(grant.verifier);
    const QByteArray client = encoded(m_config.client_id);
    const QByteArray secret = encoded(QString::fromUtf8(m_config.secret));
    const auto transfer = transferTo(m_config, endpoints.token);
    if (!secret.isEmpty() && endpoints.takes_basic)
        transfer->addHeader("Authorization: Basic " + QByteArray(client + ':' + secret).toBase64());
    else
        form += "&client_id=" + client + (secret.isEmpty() ? QByteArray() : QByteArray("&client_secret=" + secret));
    transfer->setForm(form);
    const auto answer = performed(*transfer, u"token"_s);
    if (!answer)
        return answer.error();
    const QString word = errorWord(answer->body);
    if (answer->status == 400 && word == u"invalid_grant"_s)
        return Error{Error::Code::Foreign, u"The sign-in was not accepted."_s, u"token: invalid_grant"_s, false};
    if (answer->status != 200)
        return notAnswering(u"token: answered %1, %2"_s.arg(answer->status).arg(word));
    return answer->body;
}

Result<OpenIdProvider::Proof> OpenIdProvider::prove(const OpenIdGrant &grant, TimeMs now)
{
    const auto where = endpoints();
    if (!where)
        return where.error();
    const auto tokens = exchange(*where, grant);
    if (!tokens)
        return tokens.error();
    const QByteArray token = tokens->value(u"id_token"_s).toString().toLatin1();
    const auto claimed = SigningKeys::claimedBy(token);
    if (!claimed)
        return claimed.error();
    const auto known = keys(*where, *claimed);
    if (!known)
        return known.error();
    const auto claims = known->verified(token);
    if (!claims)
        return claims.error();
    const auto identity = identityIn(*claims, {m_config.issuer, m_config.client_id, grant.nonce, now});
    if (!identity)
        return identity.error();
    const QString access = tokens->value(u"access_token"_s).toString();
    return Proof{*identity, isToken(access) ? access.toLatin1() : QByteArray()};
}

Result<Identity> OpenIdProvider::completed(const Proof &proof)
{
    const auto where = endpoints();
    if (!where)
        return where.error();
    if (!proof.identity.email.isEmpty() || proof.access_token.isEmpty() || where->user_info.isEmpty())
        return proof.identity;
    const auto transfer = transferTo(m_config, where->user_info);
    transfer->addHeader("Authorization: Bearer " + proof.access_token);
    const auto answer = performed(*transfer, u"user info"_s);
    if (!answer)
        return answer.error();
    if (answer->status != 200)
        return notAnswering(u"user info: answered %1"_s.arg(answer->status));
    // An answer about somebody else is none (OpenID Connect Core 5.3.2).
    if (answer->body.value(u"sub"_s).toString() != proof.identity.subject)
        return Error{Error::Code::Foreign, u"The sign-in was not accepted."_s, u"user info: it is about somebody else"_s, false};
    Identity identity = proof.identity;
    identity.email = answer->body.value(u"email"_s).toString();
    identity.email_verified = answer->body.value(u"email_verified"_s).toBool(false);
    return identity;
}

} // namespace calldeck
