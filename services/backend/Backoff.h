#pragma once

#include <QElapsedTimer>
#include <QRandomGenerator>
#include <algorithm>

namespace calldeck
{

/** How long to wait before the n-th try: a random time up to a bound that doubles, so that many desks do not come back at once. */
class Backoff
{
public:
    static int pauseMs(int failures)
    {
        constexpr int firstMs = 1000;
        constexpr int longestMs = 60'000;
        const int bound = std::min(longestMs, firstMs << std::min(failures, 6));
        return QRandomGenerator::global()->bounded(bound + 1);
    }

    int next()
    {
        m_sinceFailure.start();
        return pauseMs(m_failures++);
    }
    void reset() { m_failures = 0; }
    /** A success: forgets the failures unless the last is so fresh that the line may be flapping, where each success would start a storm. */
    void succeeded()
    {
        constexpr int steadyMs = 5'000;
        if (m_failures > 0 && m_sinceFailure.hasExpired(steadyMs))
            reset();
    }
    int failures() const { return m_failures; }

private:
    int m_failures = 0;
    QElapsedTimer m_sinceFailure;
};

} // namespace calldeck
