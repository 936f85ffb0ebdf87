#include "Options.h"

#include "rules/LocalTime.h"

namespace calldeck
{

TimeMs systemNow() { return QDateTime::currentMSecsSinceEpoch(); }

std::optional<WallMoment> wallMoment(const QString &text)
{
    const QStringList parts = text.split(u'T');
    WallMoment moment{QDate::fromString(parts[0], QStringLiteral("yyyy-MM-dd")), std::nullopt};
    if (parts.size() > 1)
        moment.time = QTime::fromString(parts[1], parts[1].size() > 5 ? QStringLiteral("HH:mm:ss") : QStringLiteral("HH:mm"));
    const bool isMoment = moment.date.isValid() && parts.size() <= 2 && (!moment.time || moment.time->isValid());
    return isMoment ? std::optional(moment) : std::nullopt;
}

TimeMs momentIn(const WallMoment &moment, const QTimeZone &zone) { return atWallTime(moment.date, moment.time.value_or(QTime(0, 0)), zone); }

std::optional<qint64> numberOption(const Invocation &run, const QString &option, qint64 least, qint64 most)
{
    const QString text = run.options.value(option);
    bool isNumber = false;
    const qint64 number = text.toLongLong(&isNumber);
    if (isNumber && number >= least && number <= most)
        return number;
    usageError(run.console, QStringLiteral("--%1: \"%2\" is not a whole number from %3 to %4.").arg(option, text).arg(least).arg(most));
    return std::nullopt;
}

std::optional<CallFilter> filterOption(const Invocation &run, const Workspace &workspace)
{
    auto filter = parseCallFilter(run.options.value(QStringLiteral("filter")), systemNow(), QTimeZone(workspace.zone));
    if (filter)
        return *std::move(filter);
    usageError(run.console, QStringLiteral("--filter: %1").arg(filter.error().message));
    return std::nullopt;
}

} // namespace calldeck
