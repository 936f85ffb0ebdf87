#pragma once

#include "api/Route.h"
#include "rules/CallFilter.h"

#include <QTimeZone>

namespace calldeck
{

/**
 * `startDate` and `endDate` of a query: times with a zone, or days such as 2026-11-21 in the business's zone, of which the end is the whole day. What is
 * missing stays open; the error names the parameter.
 */
Result<Range> periodOf(const HttpRequest &request, const QTimeZone &zone);

/** From the first moment of today, of this week (from Monday) and of this month in `zone`. */
TimeMs dayBegin(TimeMs now, const QTimeZone &zone);
TimeMs weekBegin(TimeMs now, const QTimeZone &zone);
TimeMs monthBegin(TimeMs now, const QTimeZone &zone);

/** A day of the business with its first moment and the first after it. */
struct Day {
    QDate date;
    Range range;
};
/** The days that the period touches, oldest first; of many the last `most`. */
QList<Day> daysOf(TimeMs from, TimeMs to, const QTimeZone &zone, int most);

} // namespace calldeck
