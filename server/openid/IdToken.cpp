#include "openid/IdToken.h"

#include <QJsonArray>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

QStringList audiencesOf(const QJsonObject &claims)
{
    const QJsonValue value = claims.value(u"aud"_s);
    if (value.isString())
        return {value.toString()};
    QStringList all;
    for (const QJsonValue &one : value.toArray())
        all.append(one.toString());
    return all;
}

bool isForUs(const QJsonObject &claims, const QString &client)
{
    const QStringList audiences = audiencesOf(claims);
    const QJsonValue party = claims.value(u"azp"_s);
    const bool named = audiences.size() == 1 || !party.isUndefined();
    return audiences.contains(client) && named && (party.isUndefined() || party.toString() == client);
}

/** Of a claim in seconds; nothing when it is no number. */
std::optional<double> millisecondsOf(const QJsonObject &claims, const QString &name)
{
    const QJsonValue value = claims.value(name);
    return value.isDouble() ? std::optional(value.toDouble() * 1000) : std::nullopt;
}

QString timeFault(const QJsonObject &claims, TimeMs now)
{
    const auto at = static_cast<double>(now);
    const auto leeway = static_cast<double>(idTokenLeeway);
    const auto ends = millisecondsOf(claims, u"exp"_s);
    const auto issued = millisecondsOf(claims, u"iat"_s);
    const auto begins = millisecondsOf(claims, u"nbf"_s);
    if (!ends || !issued)
        return u"does not say from when to when it is good"_s;
    if (*ends + leeway <= at)
        return u"has expired"_s;
    if (*issued - leeway > at || (begins && *begins - leeway > at))
        return u"is from the future"_s;
    return {};
}

bool isSubject(const QString &subject)
{
    constexpr qsizetype longest = 255;
    return !subject.isEmpty() && subject.size() <= longest &&
           std::all_of(subject.cbegin(), subject.cend(), [](QChar letter) { return letter > u' ' && letter < u'\x7f'; });
}

} // namespace

Result<Identity> identityIn(const QJsonObject &claims, const IdTokenTerms &terms)
{
    const auto refused = [](const QString &reason) {
        return Error{Error::Code::Foreign, u"The sign-in was not accepted."_s, QString(u"the ID token "_s % reason), false};
    };
    if (claims.value(u"iss"_s).toString() != terms.issuer)
        return refused(u"is of another issuer"_s);
    if (!isForUs(claims, terms.client_id))
        return refused(u"is for another client"_s);
    if (const QString fault = timeFault(claims, terms.now); !fault.isEmpty())
        return refused(fault);
    if (terms.nonce.isEmpty() || claims.value(u"nonce"_s).toString() != terms.nonce)
        return refused(u"is of another sign-in"_s);
    Identity identity{terms.issuer, claims.value(u"sub"_s).toString(), claims.value(u"email"_s).toString(), claims.value(u"email_verified"_s).toBool(false)};
    if (!isSubject(identity.subject))
        return refused(u"does not say who it is about"_s);
    return identity;
}

} // namespace calldeck
