#pragma once

#include "records/Call.h"

#include <QDate>
#include <QTime>
#include <QTimeZone>
#include <array>

namespace calldeck
{

/** One opening period of a weekday; `to` of 24:00 is written as an invalid QTime{} meaning the end of the day. */
struct OpenPeriod {
    QTime from;
    QTime to;
    friend bool operator==(const OpenPeriod &, const OpenPeriod &) = default;
};

/**
 * When the business is open, in its own time zone: several periods a day, and holidays on which it is closed.
 * Wall-clock periods that DST skips do not exist; those that it repeats count once for each real minute.
 */
struct BusinessCalendar {
    QByteArray zone = "UTC";                   ///< IANA id
    std::array<QList<OpenPeriod>, 7> periods;  ///< [0] is Monday; sorted, not overlapping
    QList<QDate> holidays;

    static BusinessCalendar mondayToFriday(const QByteArray &zone, QTime from, QTime to);
    friend bool operator==(const BusinessCalendar &, const BusinessCalendar &) = default;
};

/** The sentence that names what is wrong with a calendar (zone, order of periods, no open minute in a year), or Done. */
Verdict validateCalendar(const BusinessCalendar &calendar);
bool isOpen(const BusinessCalendar &calendar, TimeMs at);
/** The first moment at or after `at` that is open. Nothing when the calendar has no open minute within 366 days. */
std::optional<TimeMs> nextOpening(const BusinessCalendar &calendar, TimeMs at);
/** `at` plus that much open time. Zero open time gives the next opening. */
std::optional<TimeMs> addOpenTime(const BusinessCalendar &calendar, TimeMs at, qint64 openMs);
/** Open milliseconds in [from, to); 0 when to <= from. */
qint64 openTimeBetween(const BusinessCalendar &calendar, TimeMs from, TimeMs to);

} // namespace calldeck
