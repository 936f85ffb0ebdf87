#pragma once

#include "records/Call.h"

#include <QDateTime>
#include <QTimeZone>

namespace calldeck
{

/** "9:30", "Fri 14:30" and "Mon 24 Nov 9:00" in English, whatever the machine's language. */
QString clockText(const QDateTime &local);
QString weekdayTimeText(const QDateTime &local);
QString dateTimeText(const QDateTime &local);
/** weekdayTimeText() when less than six days from `now`, so that the weekday alone is unmistakable, else
 * dateTimeText(). */
QString nearTimeText(TimeMs at, TimeMs now, const QTimeZone &zone);
/** A zone of the IANA database. QTimeZone alone also takes any word for the name of a zone at UTC. */
bool isZoneName(const QByteArray &id);

/** An invalid zone counts as UTC. */
QDateTime localTime(TimeMs at, const QTimeZone &zone);

/** The first moment at which the clock on the wall of `zone` shows this or, where it is skipped, any later time. */
TimeMs atWallTime(const QDate &date, const QTime &time, const QTimeZone &zone);

} // namespace calldeck
