#include "Moments.h"

#include "rules/LocalTime.h"

namespace calldeck
{

Result<TimeMs> momentFrom(const QString &text, const QTimeZone &zone, WholeDay side)
{
    if (const QDate date = QDate::fromString(text, QStringLiteral("yyyy-MM-dd")); date.isValid())
        return atWallTime(side == WholeDay::End ? date.addDays(1) : date, QTime(0, 0), zone);
    // Read as UTC when it names no zone: the machine's own clock changes have no say in it.
    if (const QDateTime wall = QDateTime::fromString(QString(text + u'Z'), Qt::ISODateWithMs); wall.isValid() && text.contains(u'T'))
        return atWallTime(wall.date(), wall.time(), zone);
    if (const QDateTime instant = QDateTime::fromString(text, Qt::ISODateWithMs); instant.isValid() && instant.timeSpec() != Qt::LocalTime)
        return instant.toMSecsSinceEpoch();
    return Error{Error::Code::InvalidInput, QStringLiteral("\"%1\" is no date such as 2026-01-31, 2026-01-31T09:30 or 2026-01-31T09:30:00Z.").arg(text), {}, false};
}

} // namespace calldeck
