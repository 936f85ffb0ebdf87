#pragma once

#include "records/Result.h"
#include <QByteArray>

namespace calldeck
{

/**
 * 32 random bytes that lie in a file beside the store and never in it: they sign the checkpoints of the audit trail and hide the numbers
 * of people who were erased. Whoever has only the store, or a backup of it, can neither forge the one nor guess the other. Any thread.
 */
class StoreSecret
{
public:
    /** None. */
    StoreSecret() = default;
    /** NotFound when there is no such file, Damaged when it holds anything else than 64 hex digits. */
    static Result<StoreSecret> read(const QString &file);
    /** Writes a new one, for its owner alone; AlreadyThere is an error of Io: a secret is never replaced. */
    static Result<StoreSecret> make(const QString &file);

    bool isSet() const { return !m_bytes.isEmpty(); }
    /** HMAC-SHA256 in hex over `text`, under a key of its own for each `purpose`. */
    QByteArray sign(QByteArrayView purpose, const QByteArray &text) const;

private:
    explicit StoreSecret(QByteArray bytes) : m_bytes(std::move(bytes)) {}
    QByteArray m_bytes;
};

} // namespace calldeck
