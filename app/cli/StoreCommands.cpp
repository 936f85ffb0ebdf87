#include "Cli.h"

#include "database/Database.h"
#include "secrets/Keys.h"

#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace calldeck
{

namespace
{

Result<VerifyReport> verified(Cli &cli)
{
    // The check of the text index needs a connection that may write, and goes well beside a running desk. What needs a migration is refused first.
    if (auto readable = cli.openToRead(); !readable)
        return readable.error();
    auto cache = cli.open(CacheFile::Mode::ReadWrite);
    auto report = cache ? (*cache)->verify() : Result<VerifyReport>(cache.error());
    const auto inStore = report ? ownStoreProblems(cli.dataDir(), (*cache)->database().key()) : Result<QStringList>(report.error());
    if (!inStore)
        return inStore.error();
    report->problems.append(*inStore);
    return report;
}

/** Damage that keeps the file from being read at all is a finding like any other. */
Result<VerifyReport> withDamage(Result<VerifyReport> report)
{
    if (report || report.error().code != Error::Code::Damaged)
        return report;
    VerifyReport damaged;
    damaged.problems.append(report.error().message);
    return damaged;
}

} // namespace

int runVerify(Cli &cli, const QStringList &arguments)
{
    cli.parser().addOption({QStringLiteral("json"), QStringLiteral("Print one JSON object.")});
    if (const auto code = cli.parse(arguments, 0))
        return *code;
    const auto report = withDamage(verified(cli));
    if (!report)
        return cli.fail(report.error());
    if (cli.parser().isSet(QStringLiteral("json"))) {
        cli.put(QJsonDocument(QJsonObject{{QStringLiteral("calls"), report->calls},
                                          {QStringLiteral("outcomes"), report->outcomes},
                                          {QStringLiteral("outbox"), report->outbox},
                                          {QStringLiteral("problems"), QJsonArray::fromStringList(report->problems)}})
                    .toJson(QJsonDocument::Compact));
    } else {
        cli.put(QStringLiteral("%1 calls, %2 outcomes, %3 changes waiting to be sent").arg(report->calls).arg(report->outcomes).arg(report->outbox).toUtf8());
        for (const QString &problem : report->problems)
            cli.put(problem.toUtf8());
        cli.put(report->problems.isEmpty() ? QByteArray("no problems") : QByteArray::number(report->problems.size()) + " problems");
    }
    return report->problems.isEmpty() ? exitOk : exitFindings;
}

int runMigrate(Cli &cli, const QStringList &arguments)
{
    if (const auto code = cli.parse(arguments, 0))
        return *code;
    auto cache = cli.openToWrite(CacheFile::Mode::ReadWrite);
    if (!cache)
        return cli.fail(cache.error());
    if (QFileInfo::exists(ownStorePath(cli.dataDir()))) {
        if (const auto store = cli.openStore(**cache); !store)
            return cli.fail(store.error());
    }
    cli.put(QStringLiteral("version %1 of %2").arg((*cache)->schemaVersion()).arg(CacheFile::newestSchemaVersion()).toUtf8());
    return exitOk;
}

int runBackup(Cli &cli, const QStringList &arguments)
{
    cli.parser().addPositionalArgument(QStringLiteral("FILE"), QStringLiteral("The copy; a file that exists is never replaced."));
    cli.parser().addOption({QStringLiteral("plain"), QStringLiteral("Without encryption, for other programs.")});
    if (const auto code = cli.parse(arguments, 1))
        return *code;
    auto cache = cli.openToRead();
    if (!cache)
        return cli.fail(cache.error());
    const QString file = cli.positional(0);
    const auto written = (*cache)->backupTo(file, cli.isSet(QStringLiteral("plain")) ? BackupForm::Plain : BackupForm::SameKey);
    if (!written)
        return cli.fail(written.error());
    if (!written->removed.isEmpty())
        cli.put(QStringLiteral("%1 was left by a backup that was cut off, and was removed").arg(written->removed).toUtf8());
    cli.put(QStringLiteral("backup written to %1").arg(file).toUtf8());
    return exitOk;
}

int runEncrypt(Cli &cli, const QStringList &arguments)
{
    if (const auto code = cli.parse(arguments, 0))
        return *code;
    if (const Verdict done = cli.encrypt(); !done)
        return cli.fail(done.error());
    cli.put("encrypted");
    return exitOk;
}

int runKey(Cli &cli, const QStringList &arguments)
{
    cli.parser().addPositionalArgument(QStringLiteral("FILE"), QStringLiteral("The copy: whoever has it and the data can read the calls."));
    if (const auto code = cli.parse(arguments, 1))
        return *code;
    const auto found = cli.key();
    if (!found)
        return cli.fail(found.error());
    if (found->key.isEmpty())
        return cli.fail({Error::Code::InvalidInput, QStringLiteral("This data is not encrypted, so there is no key."), {}, false});
    if (const Verdict written = writeKeyFile(cli.positional(0), found->key); !written)
        return cli.fail(written.error());
    cli.put(QStringLiteral("key written to %1").arg(cli.positional(0)).toUtf8());
    return exitOk;
}

} // namespace calldeck
