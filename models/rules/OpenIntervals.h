#pragma once

#include "rules/BusinessCalendar.h"

namespace calldeck
{

/** Open time from `from` (inclusive) to `to` (exclusive), in UTC. Never empty. */
struct OpenInterval {
    TimeMs from = 0;
    TimeMs to = 0;
};

/**
 * The open intervals of a calendar from a moment on, in order. Between two changes of the zone's offset local time runs
 * as evenly as UTC, so the walk goes from change to change and needs no special case for skipped or repeated hours, not
 * even at midnight. Neighbouring intervals may touch. The calendar must outlive the walk.
 */
class OpenIntervals
{
public:
    OpenIntervals(const BusinessCalendar &calendar, TimeMs from);

    /** The next interval, or nothing when there is none within 366 days after the last one. */
    std::optional<OpenInterval> next();

private:
    void enterOffset(TimeMs at);
    std::optional<OpenInterval> nextBefore(TimeMs localEnd);

    const BusinessCalendar &m_calendar;
    QTimeZone m_zone;
    TimeMs m_at;             ///< intervals end after this moment
    qint64 m_offset = 0;     ///< ms that local time is ahead of UTC
    TimeMs m_offsetEnds = 0; ///< when that changes
};

} // namespace calldeck
