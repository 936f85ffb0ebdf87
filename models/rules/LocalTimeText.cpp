#include "rules/LocalTimeText.h"

#include <QLocale>

namespace calldeck
{

using namespace Qt::StringLiterals;

QString clockText(const QDateTime &local) { return local.time().toString(u"H:mm"_s); }

QString weekdayTimeText(const QDateTime &local) { return QLocale::c().toString(local, u"ddd H:mm"_s); }

QString dateTimeText(const QDateTime &local) { return QLocale::c().toString(local, u"ddd d MMM H:mm"_s); }

QString nearTimeText(TimeMs at, TimeMs now, const QTimeZone &zone)
{
    const QDateTime local = localTime(at, zone);
    return std::abs(local.date().daysTo(localTime(now, zone).date())) < 6 ? weekdayTimeText(local) : dateTimeText(local);
}

QDateTime localTime(TimeMs at, const QTimeZone &zone) { return QDateTime::fromMSecsSinceEpoch(at, zone.isValid() ? zone : QTimeZone::utc()); }

} // namespace calldeck
