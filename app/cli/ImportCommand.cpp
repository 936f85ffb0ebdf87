#include "Command.h"

#include "OpenStore.h"
#include "Options.h"
#include "ingest/Importer.h"

#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>

namespace calldeck
{

namespace
{

/** A rehearsal needs a store to rehearse on; where there is none yet, one that goes away afterwards. */
struct Target {
    std::unique_ptr<QTemporaryDir> rehearsal;
    WritableStore store;
};

Result<Target> openTarget(const Invocation &run, bool dryRun)
{
    Target target;
    QString dataDir = run.data_dir;
    if (dryRun && !QFileInfo::exists(cachePath(dataDir)) && (!QFileInfo::exists(dataDir) || QFileInfo(dataDir).isDir())) {
        target.rehearsal = std::make_unique<QTemporaryDir>();
        dataDir = target.rehearsal->path();
    }
    auto store = openForWriting(dataDir, WhenMissing::Make);
    if (!store)
        return store.error();
    target.store = *std::move(store);
    return target;
}

Result<ImportOrder> orderOf(const Invocation &run)
{
    ImportOrder order;
    order.file = run.arguments[0];
    order.dry_run = run.options.isSet(QStringLiteral("dry-run"));
    order.skip_bad = run.options.isSet(QStringLiteral("skip-bad"));
    order.on_refused = [&console = run.console](const RowError &error) { console.say(rowErrorText(error)); };
    if (!QFileInfo(order.file).isFile())
        return Error{Error::Code::InvalidInput, QStringLiteral("There is no file %1.").arg(order.file), {}, false};
    if (run.options.isSet(QStringLiteral("mapping"))) {
        auto mapping = readMapping(run.options.value(QStringLiteral("mapping")));
        if (!mapping)
            return Error{Error::Code::InvalidInput, mapping.error().message, {}, false};
        order.mapping = *std::move(mapping);
    }
    return order;
}

void printJson(Console &console, const ImportReport &report, bool dryRun)
{
    const QJsonObject object{{QStringLiteral("read"), report.read},
                             {QStringLiteral("added"), report.added},
                             {QStringLiteral("updated"), report.updated},
                             {QStringLiteral("unchanged"), report.unchanged},
                             {QStringLiteral("left_out"), report.skipped_by_rule},
                             {QStringLiteral("refused"), report.refused},
                             {QStringLiteral("changed"), report.changed},
                             {QStringLiteral("dry_run"), dryRun}};
    console.print(QJsonDocument(object).toJson(QJsonDocument::Compact));
}

void printReport(Console &console, const ImportReport &report, bool dryRun)
{
    console.print(QStringLiteral("%1 rows read: %2 added, %3 updated, %4 unchanged, %5 left out by the mapping, %6 refused.")
                      .arg(report.read)
                      .arg(report.added)
                      .arg(report.updated)
                      .arg(report.unchanged)
                      .arg(report.skipped_by_rule)
                      .arg(report.refused));
    if (dryRun)
        console.print(QStringLiteral("This was a dry run: nothing was changed."));
}

ExitCode runImport(const Invocation &run)
{
    const auto order = orderOf(run);
    if (!order)
        return failure(run.console, order.error());
    auto target = openTarget(run, order->dry_run);
    if (!target)
        return failure(run.console, target.error());
    const auto report = importFile(*target->store.file, *order, systemNow(), [&](qint64 rows, double share) {
        run.console.showProgress(QStringLiteral("%1 rows, %2 %").arg(rows).arg(static_cast<int>(share * 100)));
        return !wasCancelled();
    });
    if (!report)
        return failure(run.console, report.error());
    const bool refused = report->refused > 0 && !order->skip_bad;
    run.options.isSet(QStringLiteral("json")) ? printJson(run.console, *report, order->dry_run) : printReport(run.console, *report, order->dry_run);
    if (refused)
        run.console.say(QStringLiteral("Nothing was imported. Correct these rows, or leave them out with --skip-bad."));
    if (report->adopted_zone)
        run.console.say(QStringLiteral("The business's time zone is now %1, as in the mapping.").arg(QString::fromUtf8(*report->adopted_zone)));
    return refused ? ExitCode::BadInput : ExitCode::Ok;
}

} // namespace

Command importCommand()
{
    return {QStringLiteral("import"),
            QStringLiteral("Takes the calls of a file: CSV, TSV or JSON Lines, also packed with gzip."),
            QStringLiteral("FILE"),
            QStringLiteral("Without a mapping the columns must be named like the fields of a call, as export writes them; docs/import.md describes\n"
                           "mappings. A file that was imported before changes nothing: a call is known by its provider's id, or by its row.\n"
                           "All or nothing: one refused row keeps the whole file out unless --skip-bad is given. Each refused row is told on\n"
                           "standard error as FILE:LINE: column COLUMN: reason; without --skip-bad reading ends after a hundred of them.\n"
                           "The data directory is made when there is none."),
            {{QStringLiteral("mapping"), QStringLiteral("how columns become fields"), QStringLiteral("MAP.json")},
             {QStringLiteral("dry-run"), QStringLiteral("tell what would happen and change nothing")},
             {QStringLiteral("skip-bad"), QStringLiteral("take the good rows of a file that has bad ones")},
             {QStringLiteral("json"), QStringLiteral("the figures as one JSON object")}},
            runImport};
}

} // namespace calldeck
