#include "api/Period.h"

#include "rules/LocalTime.h"
#include "store/CallListFilter.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

Result<OptionalInt> endOf(const HttpRequest &request, const QString &name, const QTimeZone &zone, int days)
{
    const QString text = request.queryValue(name);
    if (text.isEmpty())
        return OptionalInt();
    const QDate day = QDate::fromString(text, u"yyyy-MM-dd"_s);
    if (day.isValid() && day.year() >= 1900 && day.year() <= 9000)
        return OptionalInt(atWallTime(day.addDays(days), QTime(0, 0), zone));
    const auto at = timeWithZone(text);
    if (!at)
        return Error{Error::Code::InvalidInput, QString(name % u" must be a day such as 2026-11-21 or a time such as 2026-11-21T09:30:00.000Z."_s), {}, false};
    return OptionalInt(*at);
}

} // namespace

Result<Range> periodOf(const HttpRequest &request, const QTimeZone &zone)
{
    const auto from = endOf(request, u"startDate"_s, zone, 0);
    const auto to = endOf(request, u"endDate"_s, zone, 1);
    if (!from || !to)
        return !from ? from.error() : to.error();
    if (*from && *to && **to < **from)
        return Error{Error::Code::InvalidInput, u"endDate must not lie before startDate."_s, {}, false};
    return Range{*from, *to};
}

TimeMs dayBegin(TimeMs now, const QTimeZone &zone) { return atWallTime(localTime(now, zone).date(), QTime(0, 0), zone); }

TimeMs weekBegin(TimeMs now, const QTimeZone &zone)
{
    const QDate today = localTime(now, zone).date();
    return atWallTime(today.addDays(1 - today.dayOfWeek()), QTime(0, 0), zone);
}

TimeMs monthBegin(TimeMs now, const QTimeZone &zone)
{
    const QDate today = localTime(now, zone).date();
    return atWallTime(QDate(today.year(), today.month(), 1), QTime(0, 0), zone);
}

QList<Day> daysOf(TimeMs from, TimeMs to, const QTimeZone &zone, int most)
{
    QList<Day> days;
    const QDate first = localTime(from, zone).date();
    for (QDate day = localTime(to - 1, zone).date(); day >= first && days.size() < most; day = day.addDays(-1))
        days.prepend({day, {std::max(from, atWallTime(day, QTime(0, 0), zone)), std::min(to, atWallTime(day.addDays(1), QTime(0, 0), zone))}});
    return days;
}

} // namespace calldeck
