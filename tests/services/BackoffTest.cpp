#include "backend/Backoff.h"

#include <gtest/gtest.h>
#include <array>

using namespace calldeck;

/** A server that comes back must not meet all its desks at once. */
TEST(BackoffTest, aThousandDesksDoNotComeBackAtOnce)
{
    constexpr int desks = 1000;
    constexpr int bins = 10;
    // A server that is away for half a minute has seen each desk fail about five times.
    constexpr int failures = 5;
    constexpr int longestMs = 32'000;
    std::array<int, bins> inBin{};
    for (int i = 0; i < desks; ++i) {
        const int pause = Backoff::pauseMs(failures);
        ASSERT_LE(pause, longestMs);
        ++inBin.at(static_cast<size_t>(std::min(pause * bins / longestMs, bins - 1)));
    }
    // A tenth each; half as much again is seven times the spread of chance.
    for (const int count : inBin)
        EXPECT_LT(count, desks / bins + 66) << "too many in one tenth of the time";
}

TEST(BackoffTest, pausesGrowToAMinuteAndNoFurther)
{
    for (int failures = 0; failures < 40; ++failures) {
        int longest = 0;
        for (int i = 0; i < 200; ++i)
            longest = std::max(longest, Backoff::pauseMs(failures));
        const int bound = std::min(60'000, 1000 << std::min(failures, 6));
        EXPECT_LE(longest, bound);
        EXPECT_GT(longest, bound / 2) << failures;
    }
}
