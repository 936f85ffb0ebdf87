#include "Cli.h"
#include "database/CrashTrace.h"
#include "database/ProcessGuard.h"

#include <QCoreApplication>
#include <QDir>
#include <QStandardPaths>
#include <algorithm>
#include <array>
#include <clocale>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <langinfo.h>
#include <unistd.h>

namespace
{

using namespace calldeck;

constexpr CliCommand commands[] = {
    {"import", "take calls out of a CSV, TSV or JSON Lines file", "import FILE [--mapping MAP.json] [--dry-run] [--skip-bad] [--json]", runImport},
    {"export", "write calls to a file", "export --format csv|jsonl [--filter EXPR] --out FILE [--force]", runExport},
    {"list", "list calls", "list [--filter EXPR] [--limit N] [--json]", runList},
    {"show", "everything about one call", "show ID [--json]", runShow},
    {"stats", "the figures of a period", "stats [--from DATE] [--to DATE] [--target-seconds N] [--json]", runStats},
    {"generate", "add invented calls", "generate --calls N --seed S [--end TIME]", runGenerate},
    {"verify", "check the file, the counts and the indexes", "verify [--json]", runVerify},
    {"migrate", "bring the file to this program's version", "migrate", runMigrate},
    {"backup", "write a consistent copy while the desk runs", "backup FILE [--plain]", runBackup},
    {"encrypt", "encrypt data that is not", "encrypt", runEncrypt},
    {"key", "write a copy of the key, for a safe place", "key FILE", runKey},
};

void printHelp(FILE *to)
{
    fputs("Usage: calldeck-cli [OPTIONS] COMMAND ...\n\nCommands (each has --help):\n", to);
    for (const CliCommand &command : commands)
        fprintf(to, "  %-9s %s\n", command.name, command.summary);
    fputs("\nOptions:\n  --data-dir DIR  folder of the desk's data; without it the one of the desk\n"
          "  --key-file FILE file with the key of the data, in place of the keyring; also the environment's CALLDECK_KEY_FILE\n"
          "  --no-encryption make new data without encryption\n  --help          this text\n  --version       the program's version\n\n"
          "Times in options are those of the business; filters are those of the search field, such as: status:missed started:today\n\n",
          to);
    fprintf(to, "%s\n", exitCodesHelp);
}

/** A program that was started with a closed standard stream must not get that number for its data file. */
void holdStandardStreams()
{
    for (const int stream : std::array{STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(stream, F_GETFD) < 0 && ::open("/dev/null", O_RDONLY) < 0)
            return;
    }
}

/** Qt warns on stderr about locales that are not UTF-8, which is no business of who calls this program. */
void useUtf8()
{
    std::setlocale(LC_ALL, "");
    if (std::strcmp(::nl_langinfo(CODESET), "UTF-8") != 0)
        ::setenv("LC_ALL", "C.UTF-8", 1);
}

QString defaultDataDir() { return QDir(QStandardPaths::writableLocation(QStandardPaths::AppDataLocation)).filePath(QStringLiteral("desk")); }

} // namespace

int main(int argc, char **argv)
{
    guardProcess();
    traceCrashes();
    holdStandardStreams();
    useUtf8();
    QCoreApplication application(argc, argv);
    // The desk's own name: both programs mean the same folder when none is given.
    QCoreApplication::setApplicationName(QStringLiteral("calldeck"));
    installSignalHandlers();
    QStringList words = QCoreApplication::arguments().mid(1);
    QString dataDir = defaultDataDir();
    KeyWishes wishes;
    wishes.key_file = qEnvironmentVariable("CALLDECK_KEY_FILE");
    while (!words.isEmpty() && words.first().startsWith(u'-')) {
        const QString option = words.takeFirst();
        if (option == QStringLiteral("--help") || option == QStringLiteral("-h")) {
            printHelp(stdout);
            return exitOk;
        }
        if (option == QStringLiteral("--version")) {
            puts("calldeck-cli " CALLDECK_VERSION);
            return exitOk;
        }
        if (option.startsWith(QStringLiteral("--data-dir="))) {
            dataDir = option.mid(11);
        } else if (option == QStringLiteral("--data-dir") && !words.isEmpty()) {
            dataDir = words.takeFirst();
        } else if (option.startsWith(QStringLiteral("--key-file="))) {
            wishes.key_file = option.mid(11);
        } else if (option == QStringLiteral("--key-file") && !words.isEmpty()) {
            wishes.key_file = words.takeFirst();
        } else if (option == QStringLiteral("--no-encryption")) {
            wishes.no_encryption = true;
        } else {
            fprintf(stderr, "calldeck-cli: \"%s\" is no option that stands before the command.\n", qPrintable(option));
            return exitUsage;
        }
    }
    if (words.isEmpty()) {
        printHelp(stderr);
        return exitUsage;
    }
    const QString name = words.takeFirst();
    const auto command = std::find_if(std::begin(commands), std::end(commands), [&](const CliCommand &known) { return name == QLatin1String(known.name); });
    if (command == std::end(commands)) {
        fprintf(stderr, "calldeck-cli: there is no command \"%s\". See calldeck-cli --help.\n", qPrintable(name));
        return exitUsage;
    }
    Cli cli(dataDir, wishes, QLatin1String(command->usage));
    cli.parser().setApplicationDescription(QLatin1String(command->summary));
    return cli.finish(command->run(cli, words));
}
