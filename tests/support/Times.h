#pragma once

#include "records/Call.h"

#include <QDateTime>
#include <QTimeZone>

namespace calldeck::test
{

/** Milliseconds of "2026-03-08 01:30" on the wall of `zone`; of two such moments the first. */
inline TimeMs at(const char *text, const char *zone = "UTC")
{
    return QDateTime(QDate::fromString(QString::fromLatin1(text).left(10), Qt::ISODate),
                     QTime::fromString(QString::fromLatin1(text).mid(11), Qt::ISODateWithMs), QTimeZone(zone))
        .toMSecsSinceEpoch();
}

inline TimeMs minutes(double count)
{
    return static_cast<TimeMs>(count * 60 * 1000);
}
inline TimeMs hours(double count)
{
    return minutes(count * 60);
}

} // namespace calldeck::test
