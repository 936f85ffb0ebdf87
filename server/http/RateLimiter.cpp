#include "http/RateLimiter.h"

#include <algorithm>
#include <cmath>

namespace calldeck
{

namespace
{

constexpr double longest_wait_ms = 86'400'000;

qint64 timeFor(double tokens, double rate_per_second)
{
    // What rounding left over is no token missing.
    constexpr double nothing = 1e-9;
    return tokens <= nothing
               ? 0
               : static_cast<qint64>(std::ceil(std::min(tokens / rate_per_second * 1000.0, longest_wait_ms) - 1e-6));
}

} // namespace

qint64 TokenBucket::take(double rate_per_second, double burst, qint64 now_ms)
{
    // A clock that goes back gives nothing and takes nothing.
    const qint64 passed = std::max<qint64>(0, now_ms - at_ms);
    at_ms = std::max(at_ms, now_ms);
    missing = std::max(0.0, missing - static_cast<double>(passed) * rate_per_second / 1000.0);
    const qint64 wait = timeFor(missing + 1 - burst, rate_per_second);
    if (wait == 0)
        missing += 1;
    return wait;
}

RateLimiter::RateLimiter(qsizetype most_keys) : m_most(std::max<qsizetype>(1, most_keys)) {}

qint64 RateLimiter::take(const QString &key, double rate_per_second, double burst, qint64 now_ms)
{
    const std::lock_guard lock(m_mutex);
    Bucket &bucket = touch(key);
    const qint64 wait = bucket.tokens.take(rate_per_second, burst, now_ms);
    bucket.full_at_ms = bucket.tokens.at_ms + timeFor(bucket.tokens.missing, rate_per_second);
    forget(now_ms);
    return wait;
}

qsizetype RateLimiter::size() const
{
    const std::lock_guard lock(m_mutex);
    return m_places.size();
}

RateLimiter::Bucket &RateLimiter::touch(const QString &key)
{
    if (const auto place = m_places.constFind(key); place != m_places.cend()) {
        m_buckets.splice(m_buckets.begin(), m_buckets, *place);
    } else {
        m_buckets.push_front({key, {}, 0});
        m_places.insert(key, m_buckets.begin());
    }
    return m_buckets.front();
}

void RateLimiter::forget(qint64 now_ms)
{
    // Two for each one that may have come: what is full goes sooner than new ones come.
    for (int looked = 0; looked < 2 && m_buckets.size() > 1; ++looked) {
        const Bucket &oldest = m_buckets.back();
        if (oldest.full_at_ms > now_ms && m_places.size() <= m_most)
            return;
        m_places.remove(oldest.key);
        m_buckets.pop_back();
    }
}

} // namespace calldeck
