#include "rules/Triage.h"

#include "Printers.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>

using namespace calldeck;

namespace
{

Call call(CallKey key, bool emergency, OptionalInt due, OptionalInt priority, OptionalInt started)
{
    Call made;
    made.key = key;
    made.emergency = emergency;
    made.sla_due_at = due;
    made.priority = priority;
    made.started_at = started;
    return made;
}

} // namespace

TEST(Triage, orderIsEmergencyDeadlinePriorityAge)
{
    QList<Call> calls{call(1, true, 900, {}, 50), call(2, false, 100, 3, 10), call(3, false, 200, 1, 20),
                      call(4, false, 200, 2, 5),  call(5, false, 200, 2, 6),  call(6, false, 200, {}, 1),
                      call(7, false, {}, 1, 1),   call(8, false, {}, 1, 1)};
    const QList<Call> expected = calls;
    std::mt19937 random(1);
    for (int round = 0; round < 50; ++round) {
        std::shuffle(calls.begin(), calls.end(), random);
        std::sort(calls.begin(), calls.end(), triageBefore);
        ASSERT_EQ(calls, expected);
    }
}

TEST(Triage, sentenceSaysOnlyWhatIsKnown)
{
    TriageProgress progress;
    progress.waiting = 52;
    EXPECT_EQ(progress.sentence(), QStringLiteral("0 of 52 done"));
    progress.done = 14;
    progress.waiting = 38;
    progress.overdue = 3;
    progress.seconds_per_call = {40, 21, 2};
    EXPECT_EQ(progress.sentence(), QStringLiteral("14 of 52 done, 3 overdue, median 21 s a call"));
    progress.seconds_per_call = {40, 20, 2, 30};
    EXPECT_TRUE(progress.sentence().endsWith(QStringLiteral("median 25 s a call")));
}
