#include "Benchmarks.h"

#include "secrets/KeychainStore.h"
#include "store/CacheFile.h"
#include "database/Database.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>

calldeck::DataKey calldeck::bench::benchKey(const QString &dataDir)
{
    KeyWishes wishes;
    wishes.key_file = qEnvironmentVariable("CALLDECK_KEY_FILE");
    KeychainStore keyring;
    const auto key = keyOfData(dataDir, wishes, keyring);
    if (key)
        return *key;
    fprintf(stderr, "%s\n", qPrintable(key.error().message));
    exit(1);
}

int main(int argc, char **argv)
{
    using namespace calldeck::bench;
    QApplication application(argc, argv);
    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral("Measures the desk on a directory of generated calls, each figure beside the raw limit. Changes the data."));
    parser.addHelpOption();
    parser.addOptions({{QStringLiteral("data-dir"), QStringLiteral("Directory that calldeck-cli generate has filled."), QStringLiteral("DIR")},
                       {QStringLiteral("json"), QStringLiteral("Write the figures here as well."), QStringLiteral("FILE")},
                       {QStringLiteral("only"), QStringLiteral("start, table, writes or import alone."), QStringLiteral("PART")},
                       {QStringLiteral("import-rows"), QStringLiteral("Rows of the import."), QStringLiteral("N"), QStringLiteral("50000")}});
    parser.process(application);
    const QString dataDir = parser.value(QStringLiteral("data-dir"));
    qint64 calls = 0;
    {
        auto cache = calldeck::CacheFile::open(dataDir, calldeck::CacheFile::Mode::ReadOnly, benchKey(dataDir).key);
        if (!cache) {
            fprintf(stderr, "%s\n", qPrintable(cache.error().message));
            return 1;
        }
        calls = (*cache)->database().singleInteger("SELECT count(*) FROM calls").value_or(0);
    }
    Report report;
    const QString only = parser.value(QStringLiteral("only"));
    const auto wanted = [&](const char *part) { return only.isEmpty() || only == QLatin1String(part); };
    if (wanted("start"))
        measureStart(report, QCoreApplication::applicationDirPath(), dataDir, calls);
    if (wanted("table"))
        measureTable(report, dataDir);
    if (wanted("writes"))
        measureWrites(report, dataDir);
    if (wanted("import"))
        measureImport(report, dataDir, std::min(calls, parser.value(QStringLiteral("import-rows")).toLongLong()));
    printf("\n%lld calls\n\n", calls);
    report.print();
    if (parser.isSet(QStringLiteral("json"))) {
        QFile file(parser.value(QStringLiteral("json")));
        if (!file.open(QIODevice::WriteOnly)) {
            fprintf(stderr, "%s cannot be written.\n", qPrintable(file.fileName()));
            return 1;
        }
        file.write(QJsonDocument(QJsonObject{{QStringLiteral("calls"), calls}, {QStringLiteral("figures"), report.toJson()}}).toJson());
    }
    return 0;
}
