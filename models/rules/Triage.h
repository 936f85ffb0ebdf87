#pragma once

#include "rules/Sla.h"

namespace calldeck
{

/** Sets in_triage and the deadline from what the call is now; a clock that already runs for the same trigger is kept. */
void applyTriageRules(Call &call, const SlaPolicy &policy, TimeMs now);

/**
 * Emergency first, then earliest deadline, then higher priority, then older: true when `a` is worked before `b`. No deadline and
 * no priority come last, no start first, as in the store's index; the key settles what is left.
 */
bool triageBefore(const Call &a, const Call &b);

/** Progress of one person's triage: what the line above the list says. */
struct TriageProgress {
    int done = 0;
    int waiting = 0;
    int overdue = 0;
    QList<qint64> seconds_per_call;

    QString sentence() const; ///< "14 of 52 done, 3 overdue, median 21 s a call"
};

} // namespace calldeck
