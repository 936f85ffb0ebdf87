#include "Cli.h"

#include "export/CallExport.h"

namespace calldeck
{

int runExport(Cli &cli, const QStringList &arguments)
{
    cli.parser().addOptions({{QStringLiteral("format"), QStringLiteral("csv or jsonl"), QStringLiteral("FORMAT")},
                             {QStringLiteral("filter"), QStringLiteral("Which calls, such as: status:missed started:today"), QStringLiteral("EXPR")},
                             {QStringLiteral("out"), QStringLiteral("The file to write."), QStringLiteral("FILE")},
                             {QStringLiteral("force"), QStringLiteral("Replace a file that exists.")}});
    if (const auto code = cli.parse(arguments, 0))
        return *code;
    const QString format = cli.parser().value(QStringLiteral("format"));
    if (format != QStringLiteral("csv") && format != QStringLiteral("jsonl"))
        return cli.usageError(QStringLiteral("--format is csv or jsonl."));
    if (!cli.parser().isSet(QStringLiteral("out")))
        return cli.usageError(QStringLiteral("--out FILE is missing."));
    const auto calls = cli.openFiltered();
    if (!calls)
        return cli.fail(calls.error());
    const ExportOrder order{cli.parser().value(QStringLiteral("out")), format == QStringLiteral("csv") ? ExportFormat::Csv : ExportFormat::JsonLines, calls->filter,
                            cli.parser().isSet(QStringLiteral("force"))};
    const auto written = exportCalls(*calls->cache, order, Cli::now(), [&](qint64 done) {
        cli.progress(QStringLiteral("%1 calls").arg(done));
        return !Cli::interrupted();
    });
    if (!written)
        return cli.fail(written.error());
    cli.progress({});
    cli.put(QStringLiteral("%1 calls written").arg(*written).toUtf8());
    return exitOk;
}

} // namespace calldeck
