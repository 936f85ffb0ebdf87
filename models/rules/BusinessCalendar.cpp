#include "rules/BusinessCalendar.h"

#include "rules/LocalTime.h"
#include "rules/OpenIntervals.h"

#include <QLocale>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

/** Beyond these years a time is a slip of some provider, and walking to it day by day would hang the desk. */
bool isReasonable(TimeMs at)
{
    constexpr TimeMs year1 = -62135596800000;
    constexpr TimeMs year9999 = 253402300800000;
    return at >= year1 && at < year9999;
}

Error wrong(const QString &sentence)
{
    return {Error::Code::InvalidInput, sentence, {}, false};
}

QString dayName(size_t weekday)
{
    return QLocale::c().standaloneDayName(static_cast<int>(weekday) + 1);
}

Verdict validatePeriods(size_t weekday, const QList<OpenPeriod> &periods)
{
    QTime free(0, 0);
    bool dayIsFull = false;
    for (const OpenPeriod &period : periods) {
        const QString day = dayName(weekday);
        if (!period.from.isValid())
            return wrong(u"An opening period on %1 has no start; give a time such as 8:00."_s.arg(day));
        const QString from = period.from.toString(u"H:mm"_s);
        if (period.to.isValid() && period.to <= period.from)
            return wrong(u"The period from %1 on %2 ends before it starts; split it at midnight."_s.arg(from, day));
        if (dayIsFull || period.from < free)
            return wrong(
                u"The period from %1 on %2 starts before the one above it ends; put them in order, apart."_s.arg(from,
                                                                                                                 day));
        dayIsFull = !period.to.isValid();
        free = period.to;
    }
    return Done{};
}

} // namespace

BusinessCalendar BusinessCalendar::mondayToFriday(const QByteArray &zone, QTime from, QTime to)
{
    BusinessCalendar calendar;
    calendar.zone = zone;
    for (size_t weekday = 0; weekday < 5; ++weekday)
        calendar.periods[weekday] = {{from, to}};
    return calendar;
}

Verdict validateCalendar(const BusinessCalendar &calendar)
{
    if (!isZoneName(calendar.zone))
        return wrong(u"\"%1\" is no time zone; use a name such as America/New_York."_s.arg(
            QString::fromUtf8(calendar.zone.left(60))));
    for (size_t weekday = 0; weekday < calendar.periods.size(); ++weekday) {
        if (const Verdict verdict = validatePeriods(weekday, calendar.periods[weekday]); !verdict)
            return verdict;
    }
    for (const QDate &holiday : calendar.holidays) {
        if (!holiday.isValid())
            return wrong(u"A holiday has no valid date; write it like 2026-12-25."_s);
    }
    // A year without an open minute must be found whichever year the calendar is asked about: only the week decides
    // that.
    BusinessCalendar week = calendar;
    week.holidays.clear();
    if (!nextOpening(week, 0))
        return wrong(u"The business is never open; give at least one opening period in the week."_s);
    return Done{};
}

bool isOpen(const BusinessCalendar &calendar, TimeMs at)
{
    const auto opening = nextOpening(calendar, at);
    return opening && *opening == at;
}

std::optional<TimeMs> nextOpening(const BusinessCalendar &calendar, TimeMs at)
{
    return addOpenTime(calendar, at, 0);
}

std::optional<TimeMs> addOpenTime(const BusinessCalendar &calendar, TimeMs at, qint64 openMs)
{
    if (!isReasonable(at))
        return std::nullopt;
    OpenIntervals intervals(calendar, at);
    qint64 left = std::max<qint64>(openMs, 0);
    while (const auto interval = intervals.next()) {
        const qint64 length = interval->to - interval->from;
        if (left <= length)
            return interval->from + left;
        left -= length;
        if (!isReasonable(interval->to))
            break;
    }
    return std::nullopt;
}

qint64 openTimeBetween(const BusinessCalendar &calendar, TimeMs from, TimeMs to)
{
    if (to <= from || !isReasonable(from) || !isReasonable(to))
        return 0;
    OpenIntervals intervals(calendar, from);
    qint64 open = 0;
    while (const auto interval = intervals.next()) {
        if (interval->from >= to)
            break;
        open += std::min(interval->to, to) - interval->from;
    }
    return open;
}

} // namespace calldeck
