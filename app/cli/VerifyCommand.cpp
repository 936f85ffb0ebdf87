#include "Command.h"

#include "OpenStore.h"

#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace calldeck
{

namespace
{

void printJson(Console &console, const VerifyReport &report)
{
    console.print(QJsonDocument(QJsonObject{{QStringLiteral("calls"), report.calls},
                                            {QStringLiteral("outcomes"), report.outcomes},
                                            {QStringLiteral("outbox"), report.outbox},
                                            {QStringLiteral("problems"), QJsonArray::fromStringList(report.problems)}})
                      .toJson(QJsonDocument::Compact));
}

void printText(Console &console, const VerifyReport &report)
{
    console.print(QStringLiteral("%1 calls, %2 outcomes, %3 changes on their way to the backend.").arg(report.calls).arg(report.outcomes).arg(report.outbox));
    for (const QString &problem : report.problems)
        console.print(QStringLiteral("Problem: %1").arg(problem));
    console.print(report.problems.isEmpty() ? QStringLiteral("Everything agrees.") : QStringLiteral("Keep the file and restore the newest backup."));
}

/** Damage that keeps the file from being read is a finding like any other. */
Result<VerifyReport> check(const QString &dataDir)
{
    // The full-text tables check themselves only on a connection that may write; an older file is not migrated for that.
    if (auto reader = openForReading(dataDir); !reader)
        return reader.error();
    auto file = CacheFile::open(dataDir, CacheFile::Mode::ReadWrite);
    return file ? (*file)->verify() : Result<VerifyReport>(file.error());
}

ExitCode runVerify(const Invocation &run)
{
    auto report = check(run.data_dir);
    if (!report && report.error().code != Error::Code::Damaged)
        return failure(run.console, report.error());
    if (!report) {
        VerifyReport damaged;
        damaged.problems.append(report.error().message);
        report = damaged;
    }
    run.options.isSet(QStringLiteral("json")) ? printJson(run.console, *report) : printText(run.console, *report);
    return report->problems.isEmpty() ? ExitCode::Ok : ExitCode::ProblemsFound;
}

} // namespace

Command verifyCommand()
{
    return {QStringLiteral("verify"),
            QStringLiteral("Checks that the data is whole and agrees with itself."),
            QString(),
            QStringLiteral("Looks at every page of the file, its indexes and full-text tables, the history of outcomes against the calls, and the\n"
                           "marks of triage. Changes nothing. The exit code is 4 when there are problems; each is told on a line."),
            {{QStringLiteral("json"), QStringLiteral("one JSON object: calls, outcomes, outbox, problems")}},
            runVerify};
}

} // namespace calldeck
