#include "rules/OpenIntervals.h"

#include <QDateTime>
#include <limits>

namespace calldeck
{

namespace
{

constexpr qint64 dayMs = 24 * 60 * 60 * 1000;
constexpr qint64 longestClosureMs = 366 * dayMs;
constexpr qint64 epochJulianDay = 2440588;
constexpr TimeMs noEnd = std::numeric_limits<TimeMs>::max() / 4;

qint64 floorDiv(qint64 a, qint64 b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

/** 0 for Monday; the epoch was a Thursday. */
size_t weekdayOf(qint64 day)
{
    return static_cast<size_t>(day + 3 - floorDiv(day + 3, 7) * 7);
}

qint64 endOf(const OpenPeriod &period)
{
    return period.to.isValid() ? period.to.msecsSinceStartOfDay() : dayMs;
}

} // namespace

OpenIntervals::OpenIntervals(const BusinessCalendar &calendar, TimeMs from)
    : m_calendar(calendar), m_zone(calendar.zone), m_at(from)
{
    enterOffset(from);
}

void OpenIntervals::enterOffset(TimeMs at)
{
    if (!m_zone.isValid()) {
        m_offsetEnds = noEnd;
        return;
    }
    const QDateTime moment = QDateTime::fromMSecsSinceEpoch(at, Qt::UTC);
    m_offset = m_zone.offsetFromUtc(moment) * qint64(1000);
    const QTimeZone::OffsetData change =
        m_zone.hasTransitions() ? m_zone.nextTransition(moment) : QTimeZone::OffsetData{};
    m_offsetEnds = change.atUtc.isValid() ? change.atUtc.toMSecsSinceEpoch() : noEnd;
    if (m_offsetEnds <= at)
        m_offsetEnds = noEnd;
}

std::optional<OpenInterval> OpenIntervals::nextBefore(TimeMs localEnd)
{
    const TimeMs localAt = m_at + m_offset;
    for (qint64 day = floorDiv(localAt, dayMs); day * dayMs < localEnd; ++day) {
        const QList<OpenPeriod> &periods = m_calendar.periods[weekdayOf(day)];
        if (periods.isEmpty() || m_calendar.holidays.contains(QDate::fromJulianDay(day + epochJulianDay)))
            continue;
        for (const OpenPeriod &period : periods) {
            const TimeMs from = std::max(day * dayMs + period.from.msecsSinceStartOfDay(), localAt);
            const TimeMs to = std::min(day * dayMs + endOf(period), localEnd);
            if (from < to)
                return OpenInterval{from - m_offset, to - m_offset};
        }
    }
    return std::nullopt;
}

std::optional<OpenInterval> OpenIntervals::next()
{
    const TimeMs giveUpAt = m_at + longestClosureMs;
    while (m_at < giveUpAt) {
        const TimeMs end = std::min(m_offsetEnds, giveUpAt);
        if (const auto interval = nextBefore(end + m_offset)) {
            m_at = interval->to;
            if (m_at >= m_offsetEnds)
                enterOffset(m_at);
            return interval;
        }
        m_at = end;
        if (end == m_offsetEnds)
            enterOffset(end);
    }
    return std::nullopt;
}

} // namespace calldeck
