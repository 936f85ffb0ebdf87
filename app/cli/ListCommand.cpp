#include "Command.h"

#include "CallText.h"
#include "OpenStore.h"
#include "Options.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <limits>

namespace calldeck
{

namespace
{

ExitCode runList(const Invocation &run)
{
    const bool limited = run.options.isSet(QStringLiteral("limit"));
    const auto limit = limited ? numberOption(run, QStringLiteral("limit"), 1, std::numeric_limits<qint64>::max()) : std::numeric_limits<qint64>::max();
    if (!limit)
        return ExitCode::Usage;
    auto file = openForReading(run.data_dir);
    if (!file)
        return failure(run.console, file.error());
    const Workspace &workspace = (*file)->workspace();
    const auto filter = filterOption(run, workspace);
    if (!filter)
        return ExitCode::Usage;
    const bool json = run.options.isSet(QStringLiteral("json"));
    const QTimeZone zone(workspace.zone);
    if (!json)
        run.console.print(listHeader());
    qint64 left = *limit;
    const auto visited = (*file)->forEachCall({*filter, {}}, systemNow(), [&](const Call &call) {
        const QByteArray line = json ? QJsonDocument(callToJson(call)).toJson(QJsonDocument::Compact) : listLine(call, zone).toUtf8();
        return run.console.print(line) && --left > 0 && !wasCancelled();
    });
    if (!visited)
        return failure(run.console, visited.error());
    return wasCancelled() ? ExitCode::Cancelled : ExitCode::Ok;
}

} // namespace

Command listCommand()
{
    return {QStringLiteral("list"),
            QStringLiteral("Lists the calls of a filter, newest first."),
            QString(),
            QStringLiteral("One call a line, separated by tabs, under a line of names; times are those of the business. With --json one JSON object\n"
                           "a line with every field, times in UTC.\n"
                           "Filters are those of the search field: status:missed started>=2026-01-01 -is:dnc \"water heater\""),
            {{QStringLiteral("filter"), QStringLiteral("only these calls"), QStringLiteral("EXPR")},
             {QStringLiteral("limit"), QStringLiteral("at most so many"), QStringLiteral("N")},
             {QStringLiteral("json"), QStringLiteral("JSON Lines")}},
            runList};
}

} // namespace calldeck
