#pragma once

#include "auth/Identities.h"

#include <QJsonObject>

namespace calldeck
{

/** What an ID token must say to be for us, for this sign-in, and now. */
struct IdTokenTerms {
    QString issuer;
    QString client_id;
    QString nonce;
    TimeMs now = 0;
};

/** How far the clocks of provider and backend may be apart. */
constexpr TimeMs idTokenLeeway = 60'000;

/** Who the claims are about (OpenID Connect Core 3.1.3.7); else Foreign, with the reason in `detail`. The signature is checked before, by SigningKeys. */
Result<Identity> identityIn(const QJsonObject &claims, const IdTokenTerms &terms);

} // namespace calldeck
