#pragma once

#include <QHash>
#include <QString>
#include <list>
#include <mutex>

namespace calldeck
{

/** Tokens that come back with time; begins full. One thread. */
struct TokenBucket {
    double missing = 0; ///< tokens
    qint64 at_ms = 0;

    /** Takes a token if there is one and gives 0; otherwise takes none and gives the milliseconds until there is one.
     */
    qint64 take(double rate_per_second, double burst, qint64 now_ms);
};

/**
 * A bucket of tokens for each key. Holds at most `most_keys` buckets: full ones are forgotten, then the one unused for
 * longest. Any thread. Use one limiter per kind of limit; rate and burst of a key should stay the same from call to
 * call.
 */
class RateLimiter
{
public:
    explicit RateLimiter(qsizetype most_keys = 65'536);

    /** Takes a token if there is one and gives 0; otherwise takes none and gives the milliseconds until there is one.
     */
    qint64 take(const QString &key, double rate_per_second, double burst, qint64 now_ms);

    /** Buckets held. */
    qsizetype size() const;

private:
    struct Bucket {
        QString key;
        TokenBucket tokens;
        qint64 full_at_ms = 0;
    };

    Bucket &touch(const QString &key);
    void forget(qint64 now_ms);

    const qsizetype m_most;
    mutable std::mutex m_mutex;
    std::list<Bucket> m_buckets; // the one used last comes first
    QHash<QString, std::list<Bucket>::iterator> m_places;
};

} // namespace calldeck
