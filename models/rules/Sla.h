#pragma once

#include "rules/BusinessCalendar.h"

namespace calldeck
{

/** One line of the policy: for this trigger (and, where set, only under these conditions) the deadline is so far away. */
struct SlaRule {
    SlaTrigger trigger = SlaTrigger::MISSED_CALL;
    QString queue;                    ///< "" for any
    std::optional<CallType> call_type;
    OptionalInt minimum_priority;     ///< 1 is the most urgent; matches priority <= this
    std::optional<bool> after_hours;
    qint64 warning_minutes = 0;       ///< 0: at 50 % of the target
    qint64 critical_minutes = 0;      ///< 0: at 80 % of the target
    qint64 target_minutes = 30;
    bool business_time = true;        ///< minutes of open time, else of wall time
};

struct SlaPolicy {
    QList<SlaRule> rules; ///< the first that matches decides
    BusinessCalendar calendar;

    /** Missed lead 5/15/30 business minutes, emergency overdue at 5 wall minutes, the rest 50 % / 80 % of their target. */
    static SlaPolicy standard(const BusinessCalendar &calendar);
};

/** The stored deadline of a call; all four moments are fixed when the trigger happens. */
struct SlaClock {
    SlaTrigger trigger = SlaTrigger::MISSED_CALL;
    TimeMs started_at = 0;
    TimeMs warning_at = 0;
    TimeMs critical_at = 0;
    TimeMs due_at = 0;
};

/** The clock that `policy` starts for this call at `startedAt`, or nothing when no rule matches. */
std::optional<SlaClock> startSlaClock(const SlaPolicy &policy, const Call &call, SlaTrigger trigger, TimeMs startedAt);
/** What should trigger a clock for the call as it is now: emergency, missed, voicemail, disposition due; nothing when settled. */
std::optional<SlaTrigger> slaTriggerFor(const Call &call);
SlaState slaState(const SlaClock &clock, TimeMs now);
/** The clock on the call row, or nothing when none runs (never started, or met). */
std::optional<SlaClock> slaClockOf(const Call &call);
void setSlaClock(Call &call, const std::optional<SlaClock> &clock);
/** "Due Mon 9:30: missed Fri 16:45, 30 business minutes; closed Fri 17:00 to Mon 9:00." in the calendar's zone. */
QString explainSla(const SlaPolicy &policy, const Call &call, const SlaClock &clock, TimeMs now);
/** "4:05", "1 h 12 min", "3 d 4 h"; a minus sign when overdue. */
QString slaRemainingText(const SlaClock &clock, TimeMs now);

} // namespace calldeck
