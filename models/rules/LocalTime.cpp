#include "rules/LocalTime.h"

#include <QLocale>

namespace calldeck
{

using namespace Qt::StringLiterals;

QString clockText(const QDateTime &local)
{
    return local.time().toString(u"H:mm"_s);
}

QString weekdayTimeText(const QDateTime &local)
{
    return QLocale::c().toString(local, u"ddd H:mm"_s);
}

QString dateTimeText(const QDateTime &local)
{
    return QLocale::c().toString(local, u"ddd d MMM H:mm"_s);
}

QString nearTimeText(TimeMs at, TimeMs now, const QTimeZone &zone)
{
    const QDateTime local = localTime(at, zone);
    return std::abs(local.date().daysTo(localTime(now, zone).date())) < 6 ? weekdayTimeText(local)
                                                                          : dateTimeText(local);
}

bool isZoneName(const QByteArray &id)
{
    // Older names such as Europe/Kiev are files of the database without being listed; rules such as EST5EDT,M3.2.0/2
    // are neither.
    return QTimeZone::isTimeZoneIdAvailable(id) || (id.contains('/') && !id.contains(',') && QTimeZone(id).isValid());
}

QDateTime localTime(TimeMs at, const QTimeZone &zone)
{
    return QDateTime::fromMSecsSinceEpoch(at, zone.isValid() ? zone : QTimeZone::utc());
}

TimeMs atWallTime(const QDate &date, const QTime &time, const QTimeZone &zone)
{
    constexpr qint64 hourMs = 60 * 60 * 1000;
    const TimeMs wall = QDateTime(date, time, Qt::UTC).toMSecsSinceEpoch();
    if (!zone.isValid())
        return wall;
    const auto offsetAt = [&](TimeMs moment) {
        return zone.offsetFromUtc(QDateTime::fromMSecsSinceEpoch(moment, Qt::UTC)) * qint64(1000);
    };
    // Offsets lie between -12 and +14 hours, so these two moments are on either side of the one that is looked for.
    const qint64 before = offsetAt(wall - 15 * hourMs);
    if (offsetAt(wall - before) == before)
        return wall - before;
    const qint64 after = offsetAt(wall + 13 * hourMs);
    if (offsetAt(wall - after) == after)
        return wall - after;
    return zone.nextTransition(QDateTime::fromMSecsSinceEpoch(wall - after, Qt::UTC)).atUtc.toMSecsSinceEpoch();
}

} // namespace calldeck
