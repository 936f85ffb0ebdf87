#pragma once

#include "records/Result.h"

#include <QJsonObject>
#include <QList>

namespace calldeck
{

/** The public keys of an identity provider that may sign ID tokens: RSA of 2048 bits or more by RS256, P-256 by ES256, nothing else. Any thread. */
class SigningKeys
{
public:
    /** None. */
    SigningKeys() = default;
    /** From a JSON Web Key Set (RFC 7517). Keys for other ends are passed over; Damaged when it is none. */
    static Result<SigningKeys> read(const QByteArray &keySet);

    qsizetype size() const { return m_keys.size(); }
    /** What a token says which one of them signed it; nothing of it is proved. */
    struct Claimed {
        QString algorithm;
        QString key; ///< "" when it names none
    };
    /** Foreign when the token cannot be read, or by an algorithm that is not taken. */
    static Result<Claimed> claimedBy(const QByteArray &token);
    /** Whether verified() would have a key to try. */
    bool fits(const Claimed &claimed) const;
    /** The claims of a compact token (RFC 7515) that one of these keys signed; else Foreign, with the reason in `detail`. */
    Result<QJsonObject> verified(const QByteArray &token) const;

private:
    struct Key {
        QString id;
        QString algorithm;
        QByteArray json;
    };
    QList<const Key *> candidates(const Claimed &claimed) const;

    QList<Key> m_keys;
};

} // namespace calldeck
