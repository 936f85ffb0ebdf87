#include "rules/IdleLock.h"

#include "Times.h"
#include "rules/Passphrase.h"

#include <gtest/gtest.h>

using namespace calldeck;
using namespace calldeck::test;

namespace
{

constexpr ClockReading lastInput{5'000, 1'795'546'800'000};

ClockReading later(qint64 monotonic, qint64 wall) { return {lastInput.monotonic_ms + monotonic, lastInput.wall_ms + wall}; }

} // namespace

TEST(IdleLock, aDeskIsLeftWhenItsTimeIsOverAndNotBefore)
{
    EXPECT_FALSE(isLeft(lastInput, lastInput, minutes(10)));
    EXPECT_FALSE(isLeft(lastInput, later(minutes(10) - 1, minutes(10) - 1), minutes(10)));
    EXPECT_TRUE(isLeft(lastInput, later(minutes(10), minutes(10)), minutes(10)));
    EXPECT_TRUE(isLeft(lastInput, later(hours(9), hours(9)), minutes(10)));
}

TEST(IdleLock, aLaptopThatSleptWasLeftThoughItsMonotonicClockStoodStill)
{
    EXPECT_TRUE(isLeft(lastInput, later(200, hours(8)), minutes(10)));
    EXPECT_FALSE(isLeft(lastInput, later(200, minutes(9)), minutes(10)));
}

TEST(IdleLock, aWallClockThatIsSetDoesNotPostponeIt)
{
    for (const double years : {-10.0, -1.0, -0.0001})
        EXPECT_TRUE(isLeft(lastInput, later(minutes(10), hours(years * 24 * 365)), minutes(10))) << years;
    EXPECT_FALSE(isLeft(lastInput, later(minutes(1), hours(-24)), minutes(10))) << "set back, and worked on";
    EXPECT_TRUE(isLeft(lastInput, later(minutes(1), hours(24)), minutes(10))) << "set forward: locked too early, never too late";
}

TEST(Passphrase, aNewOneIsLongEnoughAndTypedTwice)
{
    using namespace Qt::StringLiterals;
    EXPECT_TRUE(newPassphraseProblem({}, {}).contains(u"At least 8"_s));
    EXPECT_TRUE(newPassphraseProblem(u"seven77"_s, u"seven77"_s).contains(u"At least 8"_s));
    EXPECT_TRUE(newPassphraseProblem(u"eight888"_s, u"eight88"_s).contains(u"not the same"_s));
    EXPECT_EQ(newPassphraseProblem(u"eight888"_s, u"eight888"_s), QString());
}

TEST(Passphrase, wrongOnesMakeALongerAndLongerPause)
{
    const QList<int> pauses{0, 1000, 2000, 4000, 8000, 16'000, 30'000, 30'000};
    for (int wrong = 0; wrong < pauses.size(); ++wrong)
        EXPECT_EQ(pauseAfterWrongMs(wrong), pauses[wrong]) << wrong;
    EXPECT_EQ(pauseAfterWrongMs(1'000'000), 30'000);
}
