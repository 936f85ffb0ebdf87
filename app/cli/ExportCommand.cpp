#include "Command.h"

#include "OpenStore.h"
#include "Options.h"
#include "export/CallExport.h"

namespace calldeck
{

namespace
{

std::optional<ExportFormat> formatOf(const QString &name)
{
    if (name == QStringLiteral("csv"))
        return ExportFormat::Csv;
    if (name == QStringLiteral("jsonl"))
        return ExportFormat::JsonLines;
    return std::nullopt;
}

ExitCode runExport(const Invocation &run)
{
    const auto format = formatOf(run.options.value(QStringLiteral("format")));
    if (!format)
        return usageError(run.console, QStringLiteral("--format must be csv or jsonl."));
    if (run.options.value(QStringLiteral("out")).isEmpty())
        return usageError(run.console, QStringLiteral("--out FILE is missing: it names the file to write."));
    auto file = openForReading(run.data_dir);
    if (!file)
        return failure(run.console, file.error());
    const auto filter = filterOption(run, (*file)->workspace());
    if (!filter)
        return ExitCode::Usage;
    const ExportOrder order{run.options.value(QStringLiteral("out")), *format, *filter, run.options.isSet(QStringLiteral("force"))};
    const auto written = exportCalls(**file, order, systemNow(), [&](qint64 calls) {
        run.console.showProgress(QStringLiteral("%1 calls").arg(calls));
        return !wasCancelled();
    });
    if (!written)
        return failure(run.console, written.error());
    run.console.print(QStringLiteral("%1 calls written to %2.").arg(*written).arg(order.file));
    return ExitCode::Ok;
}

} // namespace

Command exportCommand()
{
    return {QStringLiteral("export"),
            QStringLiteral("Writes calls to a file that imports again as equal calls."),
            QString(),
            QStringLiteral("CSV has every field and the tags; a text that a spreadsheet would run as a formula gets a leading '. JSON Lines also\n"
                           "has what was said. Oldest call first, times in UTC. The file appears whole or not at all.\n"
                           "Filters are those of the search field: status:missed started>=2026-01-01 -is:dnc \"water heater\""),
            {{QStringLiteral("format"), QStringLiteral("csv or jsonl"), QStringLiteral("FORMAT")},
             {QStringLiteral("out"), QStringLiteral("the file to write"), QStringLiteral("FILE")},
             {QStringLiteral("filter"), QStringLiteral("only these calls"), QStringLiteral("EXPR")},
             {QStringLiteral("force"), QStringLiteral("replace a file that exists")}},
            runExport};
}

} // namespace calldeck
