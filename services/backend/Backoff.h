#pragma once

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

    int next() { return pauseMs(m_failures++); }
    void reset() { m_failures = 0; }
    int failures() const { return m_failures; }

private:
    int m_failures = 0;
};

} // namespace calldeck
