#include "openid/SigningKeys.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <cjose/cjose.h>
#include <cstdlib>
#include <memory>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr qsizetype longestToken = 16 * 1024;
constexpr qsizetype mostKeys = 100;
constexpr size_t leastRsaBits = 2048;

struct Free {
    void operator()(cjose_jws_t *jws) const { cjose_jws_release(jws); }
    void operator()(cjose_jwk_t *jwk) const { cjose_jwk_release(jwk); }
    void operator()(char *text) const { std::free(text); }
};
using Jws = std::unique_ptr<cjose_jws_t, Free>;
using Jwk = std::unique_ptr<cjose_jwk_t, Free>;

Error foreign(const QString &reason) { return {Error::Code::Foreign, u"The sign-in was not accepted."_s, reason, false}; }

Jwk jwkOf(const QByteArray &json)
{
    cjose_err error{};
    return Jwk(cjose_jwk_import(json.constData(), static_cast<size_t>(json.size()), &error));
}

/** The one algorithm that a key is used with here; "" for none. */
QString algorithmOf(const Jwk &jwk)
{
    cjose_err error{};
    switch (cjose_jwk_get_kty(jwk.get(), &error)) {
    case CJOSE_JWK_KTY_RSA: return cjose_jwk_get_keysize(jwk.get(), &error) >= leastRsaBits ? u"RS256"_s : QString();
    case CJOSE_JWK_KTY_EC: return cjose_jwk_EC_get_curve(jwk.get(), &error) == CJOSE_JWK_EC_P_256 ? u"ES256"_s : QString();
    case CJOSE_JWK_KTY_OCT: return {};
    }
    return {};
}

Result<Jws> imported(const QByteArray &token)
{
    if (token.size() > longestToken)
        return foreign(u"the ID token is too long"_s);
    cjose_err error{};
    Jws jws(cjose_jws_import(token.constData(), static_cast<size_t>(token.size()), &error));
    if (!jws)
        return foreign(u"the ID token cannot be read"_s);
    return jws;
}

Result<SigningKeys::Claimed> claimedIn(const Jws &jws)
{
    cjose_err error{};
    cjose_header_t *header = cjose_jws_get_protected(jws.get());
    const char *algorithm = cjose_header_get(header, CJOSE_HDR_ALG, &error);
    const QString name = QString::fromLatin1(algorithm ? algorithm : "");
    if (name != u"RS256"_s && name != u"ES256"_s)
        return foreign(u"the ID token is signed by an algorithm that is not taken"_s);
    if (const std::unique_ptr<char, Free> critical(cjose_header_get_raw(header, "crit", &error)); critical)
        return foreign(u"the ID token has critical extensions"_s);
    const char *key = cjose_header_get(header, CJOSE_HDR_KID, &error);
    return SigningKeys::Claimed{name, QString::fromUtf8(key ? key : "")};
}

} // namespace

Result<SigningKeys> SigningKeys::read(const QByteArray &keySet)
{
    const QJsonValue list = QJsonDocument::fromJson(keySet).object().value(u"keys"_s);
    if (!list.isArray() || list.toArray().size() > mostKeys)
        return Error{Error::Code::Damaged, u"The identity provider's keys cannot be read."_s, {}, false};
    SigningKeys keys;
    for (const QJsonValue &value : list.toArray()) {
        const QJsonObject json = value.toObject();
        const QByteArray text = QJsonDocument(json).toJson(QJsonDocument::Compact);
        const Jwk jwk = jwkOf(text);
        const QString algorithm = jwk ? algorithmOf(jwk) : QString();
        const bool signs = json.value(u"use"_s).toString(u"sig"_s) == u"sig"_s && json.value(u"alg"_s).toString(algorithm) == algorithm;
        if (!algorithm.isEmpty() && signs)
            keys.m_keys.append({json.value(u"kid"_s).toString(), algorithm, text});
    }
    return keys;
}

Result<SigningKeys::Claimed> SigningKeys::claimedBy(const QByteArray &token)
{
    const auto jws = imported(token);
    return jws ? claimedIn(*jws) : Result<Claimed>(jws.error());
}

QList<const SigningKeys::Key *> SigningKeys::candidates(const Claimed &claimed) const
{
    QList<const Key *> fitting;
    for (const Key &key : m_keys) {
        // What the token says never chooses what a key is used for.
        if (key.algorithm == claimed.algorithm && (claimed.key.isEmpty() || key.id == claimed.key))
            fitting.append(&key);
    }
    return fitting;
}

bool SigningKeys::fits(const Claimed &claimed) const { return !candidates(claimed).isEmpty(); }

Result<QJsonObject> SigningKeys::verified(const QByteArray &token) const
{
    const auto jws = imported(token);
    if (!jws)
        return jws.error();
    const auto claimed = claimedIn(*jws);
    if (!claimed)
        return claimed.error();
    for (const Key *key : candidates(*claimed)) {
        cjose_err error{};
        const Jwk jwk = jwkOf(key->json);
        if (!jwk || !cjose_jws_verify(jws->get(), jwk.get(), &error))
            continue;
        uint8_t *bytes = nullptr;
        size_t size = 0;
        if (!cjose_jws_get_plaintext(jws->get(), &bytes, &size, &error))
            break;
        // The memory stays the token's.
        const QJsonDocument claims = QJsonDocument::fromJson(QByteArray(reinterpret_cast<const char *>(bytes), static_cast<qsizetype>(size)));
        return claims.isObject() ? Result<QJsonObject>(claims.object()) : foreign(u"the ID token holds no object"_s);
    }
    return foreign(u"the ID token's signature is by none of the provider's keys"_s);
}

} // namespace calldeck
