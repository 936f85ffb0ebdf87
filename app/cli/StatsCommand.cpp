#include "Cli.h"
#include "Moments.h"

#include "export/CallStats.h"

#include <QJsonDocument>
#include <QJsonObject>

namespace calldeck
{

namespace
{

/** A day without a time counts wholly, at both ends. */
Result<CallFilter> periodFrom(const Cli &cli, const QTimeZone &zone)
{
    CallFilter filter;
    for (const QString &option : {QStringLiteral("from"), QStringLiteral("to")}) {
        if (!cli.isSet(option))
            continue;
        const bool isEnd = option == QStringLiteral("to");
        const auto at = momentFrom(cli.value(option), zone, isEnd ? WholeDay::End : WholeDay::Start);
        if (!at)
            return at.error();
        (isEnd ? filter.started_at.to : filter.started_at.from) = *at;
    }
    return filter;
}

void printWords(Cli &cli, const CallStats &stats)
{
    const auto line = [&](const QString &name, const QString &value) { cli.put(QStringLiteral("%1 %2").arg(name, -28).arg(value).toUtf8()); };
    line(QStringLiteral("Calls"), QString::number(stats.calls()));
    line(QStringLiteral("Answered"), QString::number(stats.answered()));
    line(QStringLiteral("Abandoned in the IVR"), QString::number(stats.abandonedInIvr()));
    line(QStringLiteral("Abandoned in the queue"), QString::number(stats.abandonedInQueue()));
    line(QStringLiteral("Average speed of answer"), QStringLiteral("%1 s").arg(stats.averageSpeedOfAnswer(), 0, 'f', 2));
    line(QStringLiteral("Service level"), QStringLiteral("%1 %").arg(stats.serviceLevel() * 100, 0, 'f', 2));
    line(QStringLiteral("Average handle time"), QStringLiteral("%1 s").arg(stats.averageHandleTime(), 0, 'f', 2));
    for (auto it = stats.outcomes().cbegin(); it != stats.outcomes().cend(); ++it)
        line(QStringLiteral("Outcome %1").arg(it.key()), QStringLiteral("%1  %2 %").arg(it.value()).arg(stats.percentOf(it.value()), 0, 'f', 1));
}

} // namespace

int runStats(Cli &cli, const QStringList &arguments)
{
    cli.parser().addOptions({{QStringLiteral("from"), QStringLiteral("First day or moment, such as 2026-01-01 or 2026-01-01T09:00, in the business's zone."), QStringLiteral("DATE")},
                             {QStringLiteral("to"), QStringLiteral("Last day (counted wholly), or the moment before which calls count."), QStringLiteral("DATE")},
                             {QStringLiteral("target-seconds"), QStringLiteral("Answered within so many seconds counts for the service level."), QStringLiteral("N"), QStringLiteral("20")},
                             {QStringLiteral("json"), QStringLiteral("Print one JSON object.")}});
    if (const auto code = cli.parse(arguments, 0))
        return *code;
    bool isNumber = false;
    const qint64 target = cli.parser().value(QStringLiteral("target-seconds")).toLongLong(&isNumber);
    if (!isNumber || target < 0)
        return cli.usageError(QStringLiteral("--target-seconds is a number from 0."));
    auto cache = cli.openToRead();
    if (!cache)
        return cli.fail(cache.error());
    const auto filter = periodFrom(cli, QTimeZone((*cache)->workspace().zone));
    if (!filter)
        return cli.fail(filter.error());
    CallStats stats(target);
    const auto visited = (*cache)->forEachCall({*filter, {}}, Cli::now(), [&](const Call &call) {
        stats.add(call);
        return !Cli::interrupted();
    });
    if (!visited)
        return cli.fail(visited.error());
    if (Cli::interrupted())
        return exitInterrupted;
    if (cli.parser().isSet(QStringLiteral("json")))
        cli.put(QJsonDocument(stats.toJson()).toJson(QJsonDocument::Compact));
    else
        printWords(cli, stats);
    return exitOk;
}

} // namespace calldeck
