#include "rules/BusinessCalendar.h"

#include <QDateTime>
#include <algorithm>

namespace calldeck
{

namespace
{

constexpr int longestSearchDays = 366;

struct Span {
    TimeMs from;
    TimeMs to;
};

/** A calendar with its zone looked up once, turning local days into spans of UTC. */
class Days
{
public:
    explicit Days(const BusinessCalendar &calendar) : m_calendar(calendar), m_zone(calendar.zone) {}

    QDate dayOf(TimeMs at) const { return QDateTime::fromMSecsSinceEpoch(at, m_zone).date(); }

    /** The open spans of a local day, in order. A period that DST swallows whole is empty and left out. */
    QList<Span> openOn(QDate day) const
    {
        QList<Span> spans;
        if (m_calendar.holidays.contains(day))
            return spans;
        for (const OpenPeriod &period : m_calendar.periods[static_cast<size_t>(day.dayOfWeek() - 1)]) {
            const TimeMs from = moment(day, period.from, false);
            const TimeMs to = period.to.isValid() ? moment(day, period.to, true) : startOf(day.addDays(1));
            if (from < to)
                spans.append({from, to});
        }
        return spans;
    }

private:
    TimeMs startOf(QDate day) const { return day.startOfDay(m_zone).toMSecsSinceEpoch(); }

    /** The wall-clock time as a moment. One that is repeated means its first occurrence for a start, its last for an end. */
    TimeMs moment(QDate day, QTime time, bool isEnd) const
    {
        const QDateTime wall(day, time, m_zone);
        TimeMs at = wall.toMSecsSinceEpoch();
        constexpr TimeMs hour = 3'600'000;
        for (const TimeMs shift : {-2 * hour, -hour, -hour / 2, hour / 2, hour, 2 * hour}) {
            const QDateTime other = QDateTime::fromMSecsSinceEpoch(wall.toMSecsSinceEpoch() + shift, m_zone);
            if (other.date() == day && other.time() == time)
                at = isEnd ? std::max(at, other.toMSecsSinceEpoch()) : std::min(at, other.toMSecsSinceEpoch());
        }
        return at;
    }

    const BusinessCalendar &m_calendar;
    QTimeZone m_zone;
};

} // namespace

BusinessCalendar BusinessCalendar::mondayToFriday(const QByteArray &zone, QTime from, QTime to)
{
    BusinessCalendar calendar;
    calendar.zone = zone;
    for (size_t day = 0; day < 5; ++day)
        calendar.periods[day] = {{from, to}};
    return calendar;
}

Verdict validateCalendar(const BusinessCalendar &calendar)
{
    const auto refuse = [](const QString &message) { return Error{Error::Code::InvalidInput, message, {}, false}; };
    if (!QTimeZone(calendar.zone).isValid())
        return refuse(QStringLiteral("calendar.zone: \"%1\" is not a time zone such as America/New_York").arg(QString::fromUtf8(calendar.zone)));
    bool anyOpen = false;
    for (int day = 0; day < 7; ++day) {
        QTime last;
        for (const OpenPeriod &period : calendar.periods[static_cast<size_t>(day)]) {
            const bool ordered = period.from.isValid() && (!period.to.isValid() || period.from < period.to) && (!last.isValid() || last <= period.from);
            if (!ordered)
                return refuse(QStringLiteral("calendar.periods: the opening times of %1 are not in order").arg(QLocale::c().dayName(day + 1)));
            last = period.to.isValid() ? period.to : QTime(23, 59, 59, 999);
            anyOpen = true;
        }
    }
    if (!anyOpen)
        return refuse(QStringLiteral("calendar.periods: there is no opening time in the whole week"));
    return Done{};
}

bool isOpen(const BusinessCalendar &calendar, TimeMs at)
{
    const Days days(calendar);
    const auto spans = days.openOn(days.dayOf(at));
    return std::any_of(spans.cbegin(), spans.cend(), [at](const Span &span) { return span.from <= at && at < span.to; });
}

std::optional<TimeMs> nextOpening(const BusinessCalendar &calendar, TimeMs at)
{
    const Days days(calendar);
    const QDate first = days.dayOf(at);
    for (int i = 0; i <= longestSearchDays; ++i) {
        for (const Span &span : days.openOn(first.addDays(i))) {
            if (at < span.to)
                return std::max(at, span.from);
        }
    }
    return std::nullopt;
}

std::optional<TimeMs> addOpenTime(const BusinessCalendar &calendar, TimeMs at, qint64 openMs)
{
    if (openMs <= 0)
        return nextOpening(calendar, at);
    const Days days(calendar);
    QDate day = days.dayOf(at);
    int closedDays = 0;
    while (closedDays <= longestSearchDays) {
        bool anyOpen = false;
        for (const Span &span : days.openOn(day)) {
            const TimeMs from = std::max(at, span.from);
            if (from >= span.to)
                continue;
            anyOpen = true;
            if (span.to - from >= openMs)
                return from + openMs;
            openMs -= span.to - from;
        }
        closedDays = anyOpen ? 0 : closedDays + 1;
        day = day.addDays(1);
    }
    return std::nullopt;
}

qint64 openTimeBetween(const BusinessCalendar &calendar, TimeMs from, TimeMs to)
{
    const Days days(calendar);
    qint64 open = 0;
    if (to <= from)
        return open;
    const QDate last = days.dayOf(to);
    for (QDate day = days.dayOf(from); day <= last; day = day.addDays(1)) {
        for (const Span &span : days.openOn(day))
            open += std::max<qint64>(0, std::min(span.to, to) - std::max(span.from, from));
    }
    return open;
}

} // namespace calldeck
