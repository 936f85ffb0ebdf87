#pragma once

#include "records/Records.h"
#include "rules/BusinessCalendar.h"
#include "rules/Sla.h"

namespace calldeck
{

struct FollowUpPreset {
    QString label; ///< "30 min", "2 h", "Tomorrow 9:00"
    TimeMs due_at;
};
/** The three presets, in their keys' order (1, 2, 3), in the zone of the desk. */
QList<FollowUpPreset> followUpPresets(TimeMs now, const QTimeZone &zone);

/**
 * A typed time: "30m", "2h", "45 min", "1h30", "14:30", "2:30pm", "9am", "tomorrow 9:00", "tom 9", "fri 14:30", "next mon 8:00",
 * "2026-11-24 09:00", "24.11. 9:00", "11/24 9:00". A bare time that is past means tomorrow; a weekday means the next one.
 * Times that DST skips are moved forward to the first that exists. The error says what was not understood, with an example.
 */
Result<TimeMs> parseFollowUpTime(const QString &text, TimeMs now, const QTimeZone &zone);

/** "today 14:30", "tomorrow 9:00", "Fri 14:30", "Mon 24 Nov 9:00". */
QString followUpTimeText(TimeMs at, TimeMs now, const QTimeZone &zone);

/** The time that a disposition suggests (see DispositionRule::suggested_follow_up_minutes), or nothing. */
std::optional<TimeMs> suggestedFollowUp(int suggestedMinutes, TimeMs now, const BusinessCalendar &calendar);

/** The task that a missed call creates, or nothing when the rule wants none (open task on the number, outbound, spam, DNC, answered). */
std::optional<FollowUpTask> missedCallFollowUp(const Call &call, bool openTaskOnNumber, TimeMs now);
/** Does this call (answered, or an outbound one that was connected) close the open automatic tasks of its number? */
bool closesMissedFollowUps(const Call &call);

} // namespace calldeck
