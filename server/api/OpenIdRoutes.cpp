#include "api/Answers.h"
#include "api/Handlers.h"
#include "api/Log.h"
#include "api/Services.h"
#include "auth/Identities.h"
#include "openid/OpenIdProvider.h"
#include "rules/JsonReader.h"

#include <QRegularExpression>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr double minute = 60;

HttpResponse notSetUp() { return problem(404, u"not_found"_s, u"There is no such thing"_s, u"This server offers no sign-in with a browser."_s); }

/** What the provider did not do, or what it did not vouch for. */
HttpResponse providerFailed(const Error &error)
{
    logLine(u"openid_failed"_s, {{LogField::Detail, error.detail}});
    if (error.code == Error::Code::Foreign)
        return problem(401, u"sign_in_refused"_s, u"The sign-in was not accepted"_s, u"The sign-in was not accepted. Begin it again."_s);
    HttpResponse response = problem(503, u"provider"_s, u"The identity provider does not answer as it should"_s, error.message);
    response.headers.emplaceBack("Retry-After", "5");
    return response;
}

HttpResponse notLetIn(IdentityRefusal refusal)
{
    const QString title = u"Nobody is signed in"_s;
    switch (refusal) {
    case IdentityRefusal::NoAccount:
        return problem(403, u"no_account"_s, title, u"There is no open account with your address on this server. Ask whoever runs it for one."_s);
    case IdentityRefusal::NotVerified:
        return problem(403, u"email_not_verified"_s, title, u"Your sign-in does not vouch for your email address. Confirm the address there first."_s);
    case IdentityRefusal::Taken:
        return problem(403, u"other_identity"_s, title, u"The account with your address belongs to another sign-in. Ask whoever runs the server."_s);
    }
    Q_UNREACHABLE();
}

/** Where a browser may bring the code: to a program on its own machine, at any port (RFC 8252 7.3); `path` is the only one, or "" for any. */
bool isLoopback(const QString &uri, const QString &path)
{
    static const QRegularExpression form(u"^http://(?:127\\.0\\.0\\.1|\\[::1\\]):([1-9][0-9]{0,4})/([A-Za-z0-9._~/-]{0,200})\\z"_s);
    const QRegularExpressionMatch match = form.match(uri);
    return match.hasMatch() && match.captured(1).toInt() <= 65535 && (path.isEmpty() || match.captured(2) == path);
}

void mustFit(JsonReader &body, const QString &key, const QString &value, const QString &form, const QString &reason)
{
    if (!QRegularExpression(QRegularExpression::anchoredPattern(form)).match(value).hasMatch())
        body.fail(key, reason);
}

Result<OpenIdGrant> grantOf(const QJsonObject &json, const OpenIdConfig &config)
{
    QString wrong;
    JsonReader body(json, QString(), wrong);
    const OpenIdGrant grant{body.text(u"code"_s), body.text(u"code_verifier"_s), body.text(u"redirect_uri"_s), body.text(u"nonce"_s)};
    (void)body.optionalText(u"device_name"_s);
    mustFit(body, u"code"_s, grant.code, u"[\\x20-\\x7e]{1,4000}"_s, u"must have 1 to 4000 printable ASCII characters"_s);
    mustFit(body, u"code_verifier"_s, grant.verifier, u"[A-Za-z0-9._~-]{43,128}"_s, u"must have 43 to 128 letters, digits or -._~"_s);
    mustFit(body, u"nonce"_s, grant.nonce, u"[A-Za-z0-9._~-]{22,128}"_s, u"must have 22 to 128 letters, digits or -._~"_s);
    if (!isLoopback(grant.redirect_uri, config.redirect_path))
        body.fail(u"redirect_uri"_s, u"must be http://127.0.0.1:PORT/PATH or http://[::1]:PORT/PATH, with the redirect_path if there is one"_s);
    if (!wrong.isEmpty())
        return Error{Error::Code::InvalidInput, wrong, {}, false};
    return grant;
}

/** The account that the proof opens, linked now if it was not before; or why there is none. */
std::variant<Account, HttpResponse> accountFor(ApiCall &call, OpenIdProvider &provider, const OpenIdProvider::Proof &proof)
{
    const auto linked = linkedAccount(call.connection, proof.identity.issuer, proof.identity.subject);
    if (!linked)
        return failed(linked.error());
    if (*linked && (*linked)->disabled)
        return notLetIn(IdentityRefusal::NoAccount);
    if (*linked)
        return **linked;
    const auto identity = provider.completed(proof);
    if (!identity)
        return providerFailed(identity.error());
    const auto found = linkIdentity(call.connection, *identity, call.now);
    if (!found)
        return failed(found.error());
    if (const auto *refusal = std::get_if<IdentityRefusal>(&*found))
        return notLetIn(*refusal);
    return std::get<Account>(*found);
}

} // namespace

HttpResponse showOpenId(ApiCall &call)
{
    OpenIdProvider *provider = call.services.open_id;
    if (!provider)
        return notSetUp();
    const auto endpoint = provider->authorizationEndpoint();
    if (!endpoint)
        return providerFailed(endpoint.error());
    const OpenIdConfig &config = provider->config();
    QJsonObject answer{
        {u"issuer"_s, config.issuer}, {u"authorization_endpoint"_s, *endpoint}, {u"client_id"_s, config.client_id}, {u"scope"_s, u"openid email"_s}};
    if (!config.redirect_path.isEmpty())
        answer.insert(u"redirect_path"_s, config.redirect_path);
    return jsonAnswer(answer);
}

HttpResponse signInByOpenId(ApiCall &call)
{
    OpenIdProvider *provider = call.services.open_id;
    if (!provider)
        return notSetUp();
    const auto grant = grantOf(call.body, provider->config());
    if (!grant)
        return failed(grant.error());
    const RequestLimits &limits = call.services.limits;
    if (const qint64 wait = call.services.loginsByPeer.take(call.request.peer, limits.peer_logins_per_minute / minute, limits.peer_logins_per_minute, call.now);
        wait > 0)
        return tooMany(wait);
    const auto proof = provider->prove(*grant, call.now);
    if (!proof)
        return providerFailed(proof.error());
    const auto found = accountFor(call, *provider, *proof);
    if (const auto *refusal = std::get_if<HttpResponse>(&found))
        return *refusal;
    const Account &account = std::get<Account>(found);
    // A bucket of its own: whoever guesses at the password must not lock out who comes this way.
    if (const qint64 wait =
            call.services.loginsByAccount.take(u"openid "_s + account.id, limits.logins_per_minute / minute, limits.logins_per_minute, call.now);
        wait > 0)
        return tooMany(wait);
    return sessionAnswer(call, account);
}

} // namespace calldeck
