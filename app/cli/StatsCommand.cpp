#include "Command.h"

#include "OpenStore.h"
#include "Options.h"
#include "export/CallStats.h"

#include <QJsonDocument>
#include <QJsonObject>

namespace calldeck
{

namespace
{

constexpr qint64 longestTarget = 24 * 3600;

/** The moment of --from or --to; a whole day counts to its end. False after a message. */
bool readEdge(const Invocation &run, const QString &option, bool isEnd, const QTimeZone &zone, OptionalInt &edge)
{
    if (!run.options.isSet(option))
        return true;
    auto moment = wallMoment(run.options.value(option));
    if (!moment) {
        usageError(run.console, QStringLiteral("--%1: \"%2\" is not a date such as 2026-01-31 or 2026-01-31T09:30.").arg(option, run.options.value(option)));
        return false;
    }
    if (isEnd && !moment->time)
        moment->date = moment->date.addDays(1);
    edge = momentIn(*moment, zone);
    return true;
}

QString percent(double share) { return QString(QString::number(share, 'f', 2) + QStringLiteral(" %")); }
QString seconds(double value) { return QString(QString::number(value, 'f', 2) + QStringLiteral(" s")); }

void printText(Console &console, const CallStats &stats, qint64 target)
{
    const auto line = [&console](const QString &label, const QString &value) { console.print(QStringLiteral("%1 %2").arg(label, -28).arg(value)); };
    line(QStringLiteral("Calls"), QString::number(stats.calls()));
    line(QStringLiteral("Answered"), QString::number(stats.answered()));
    line(QStringLiteral("Abandoned in the IVR"), QString::number(stats.abandonedInIvr()));
    line(QStringLiteral("Abandoned in the queue"), QString::number(stats.abandonedInQueue()));
    line(QStringLiteral("Average speed of answer"), seconds(stats.averageSpeedOfAnswer()));
    line(QStringLiteral("Answered within %1 s").arg(target), percent(100 * stats.serviceLevel()));
    line(QStringLiteral("Average handle time"), seconds(stats.averageHandleTime()));
    for (auto outcome = stats.outcomes().begin(); outcome != stats.outcomes().end(); ++outcome)
        line(QStringLiteral("Outcome %1").arg(outcome.key()), QStringLiteral("%1 (%2)").arg(outcome.value()).arg(percent(stats.percentOf(outcome.value()))));
}

ExitCode runStats(const Invocation &run)
{
    const auto target = numberOption(run, QStringLiteral("target-seconds"), 0, longestTarget);
    if (!target)
        return ExitCode::Usage;
    auto file = openForReading(run.data_dir);
    if (!file)
        return failure(run.console, file.error());
    const QTimeZone zone((*file)->workspace().zone);
    CallFilter filter;
    if (!readEdge(run, QStringLiteral("from"), false, zone, filter.started_at.from) || !readEdge(run, QStringLiteral("to"), true, zone, filter.started_at.to))
        return ExitCode::Usage;
    CallStats stats(*target);
    const auto visited = (*file)->forEachCall({filter, {}}, systemNow(), [&](const Call &call) {
        stats.add(call);
        return !wasCancelled();
    });
    if (!visited)
        return failure(run.console, visited.error());
    if (wasCancelled())
        return ExitCode::Cancelled;
    if (run.options.isSet(QStringLiteral("json")))
        run.console.print(QJsonDocument(stats.toJson()).toJson(QJsonDocument::Compact));
    else
        printText(run.console, stats, *target);
    return ExitCode::Ok;
}

} // namespace

Command statsCommand()
{
    return {QStringLiteral("stats"),
            QStringLiteral("Gives the figures of the call centre."),
            QString(),
            QStringLiteral("Calls are counted by their start, on the wall of the business. --from 2026-01-01 --to 2026-01-31 is all of January: a\n"
                           "day without a time counts whole; with a time, such as 2026-01-31T12:00, --to is the first moment that no longer counts.\n"
                           "Speed of answer is the mean wait of the answered calls; handle time the mean of their talk and wrap-up; the service\n"
                           "level the share answered within the target, of those that were answered or gave up in the queue (0 to 1 in JSON)."),
            {{QStringLiteral("from"), QStringLiteral("first day or moment"), QStringLiteral("DATE")},
             {QStringLiteral("to"), QStringLiteral("last day, or the moment after the last"), QStringLiteral("DATE")},
             {QStringLiteral("target-seconds"), QStringLiteral("wait that still counts as in time"), QStringLiteral("N"), QStringLiteral("20")},
             {QStringLiteral("json"), QStringLiteral("one JSON object")}},
            runStats};
}

} // namespace calldeck
