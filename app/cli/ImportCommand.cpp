#include "Cli.h"

#include "ingest/Importer.h"

#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>

namespace calldeck
{

namespace
{

QByteArray reportJson(const ImportReport &report)
{
    QJsonArray errors;
    for (const RowError &error : report.errors)
        errors.append(QJsonObject{{QStringLiteral("line"), error.line}, {QStringLiteral("column"), error.column}, {QStringLiteral("reason"), error.reason}});
    return QJsonDocument(QJsonObject{{QStringLiteral("read"), report.read},
                                     {QStringLiteral("added"), report.added},
                                     {QStringLiteral("updated"), report.updated},
                                     {QStringLiteral("unchanged"), report.unchanged},
                                     {QStringLiteral("skipped_by_rule"), report.skipped_by_rule},
                                     {QStringLiteral("refused"), report.refused},
                                     {QStringLiteral("changed"), report.changed},
                                     {QStringLiteral("errors"), errors}})
        .toJson(QJsonDocument::Compact);
}

void sayReport(Cli &cli, const ImportReport &report, const ImportOrder &order)
{
    if (report.adopted_zone)
        cli.say(QStringLiteral("There were no calls yet: the business's time zone is now %1.").arg(QString::fromLatin1(*report.adopted_zone)));
    if (order.dry_run)
        cli.say(QStringLiteral("Dry run: nothing was changed."));
    else if (!report.changed && report.refused > 0)
        cli.say(QStringLiteral("Nothing was changed. Mend the rows above, or say --skip-bad to take the others."));
}

Result<ImportOrder> orderFrom(Cli &cli)
{
    const auto wrong = [](const QString &sentence) { return Error{Error::Code::InvalidInput, sentence, {}, false}; };
    ImportOrder order;
    order.file = cli.positional(0);
    order.dry_run = cli.parser().isSet(QStringLiteral("dry-run"));
    order.skip_bad = cli.parser().isSet(QStringLiteral("skip-bad"));
    order.on_refused = [&cli](const RowError &error) { cli.say(rowErrorText(error)); };
    if (!QFileInfo(order.file).isFile())
        return wrong(QStringLiteral("There is no file %1.").arg(order.file));
    if (cli.parser().isSet(QStringLiteral("mapping"))) {
        auto mapping = readMapping(cli.parser().value(QStringLiteral("mapping")));
        if (!mapping)
            return wrong(mapping.error().message);
        order.mapping = *std::move(mapping);
    }
    return order;
}

} // namespace

int runImport(Cli &cli, const QStringList &arguments)
{
    cli.parser().addPositionalArgument(QStringLiteral("FILE"), QStringLiteral("CSV, TSV or JSON Lines, .gz too"));
    cli.parser().addOptions({{QStringLiteral("mapping"), QStringLiteral("which column becomes which field; see docs/import.md. Without it columns are matched by name."), QStringLiteral("MAP.json")},
                             {QStringLiteral("dry-run"), QStringLiteral("Read and check everything, change nothing.")},
                             {QStringLiteral("skip-bad"), QStringLiteral("Take the good rows; without it one bad row changes nothing.")},
                             {QStringLiteral("json"), QStringLiteral("Print the result as one JSON object, with the first hundred refused rows.")}});
    if (const auto code = cli.parse(arguments, 1))
        return *code;
    const auto order = orderFrom(cli);
    if (!order)
        return cli.fail(order.error());
    // A dry run on a directory without data must not leave one behind.
    const QTemporaryDir elsewhere;
    const bool aside = order->dry_run && !QFileInfo::exists(cachePath(cli.dataDir()));
    auto cache = aside ? CacheFile::open(elsewhere.path(), CacheFile::Mode::Create) : cli.openToWrite(CacheFile::Mode::Create);
    if (!cache)
        return cli.fail(cache.error());
    const auto store = aside ? OwnStore::open({elsewhere.path(), {}, {}, {}}, **cache) : cli.openStore(**cache);
    if (!store)
        return cli.fail(store.error());
    const auto report = importFile(**store, *order, Cli::now(), [&](qint64 rows, double share) {
        cli.progress(QStringLiteral("%1 rows, %2 %").arg(rows).arg(static_cast<int>(share * 100)));
        return !Cli::interrupted();
    });
    if (!report)
        return cli.fail(report.error());
    if (!order->dry_run)
        cli.catchUp(**store, **cache);
    cli.progress({});
    sayReport(cli, *report, *order);
    if (cli.parser().isSet(QStringLiteral("json")))
        cli.put(reportJson(*report));
    else
        cli.put(QStringLiteral("read %1, added %2, updated %3, unchanged %4, left out by the mapping %5, refused %6")
                    .arg(report->read)
                    .arg(report->added)
                    .arg(report->updated)
                    .arg(report->unchanged)
                    .arg(report->skipped_by_rule)
                    .arg(report->refused)
                    .toUtf8());
    return report->refused > 0 && !order->skip_bad ? exitBadInput : exitOk;
}

} // namespace calldeck
