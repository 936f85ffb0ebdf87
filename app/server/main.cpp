#include "Commands.h"
#include "database/CrashTrace.h"
#include "database/ProcessGuard.h"

#include <QCoreApplication>
#include <cstdio>
#include <cstring>

namespace
{

using namespace calldeck;

struct ServerCommand {
    const char *name;
    const char *usage;
    int (*run)(const ServerOptions &);
    bool needs_store;
};

constexpr ServerCommand commands[] = {
    {"serve", "[serve] --listen ADDRESS:PORT [--tls-cert FILE --tls-key FILE] [--workers N] [--data FOLDER] [--pdf-font FILE]\n"
              "      [--attachment-quota-mb N] [--s3-endpoint URL --s3-bucket NAME --s3-keys FILE [--s3-region NAME]]\n"
              "      [--smtp URL --mail-from ADDRESS [--smtp-keys FILE]]\n"
              "      [--oidc-issuer URL --oidc-client-id ID [--oidc-client-secret-file FILE] [--oidc-ca FILE]\n"
              "       [--oidc-redirect-path PATH]]", serve, true},
    {"init", "init --workspace NAME --admin-email EMAIL --admin-name NAME    (password: CALLDECK_PASSWORD or standard input)", initWorkspace, true},
    {"user", "user add --email E --name N --role agent|dispatcher|manager|admin | user list | user disable --email E | user role --email E --role R\n"
             "       user unlink --email E    forgets who an identity provider says that they are", changeUsers, true},
    {"token", "token --user EMAIL    prints a service token, once", giveServiceToken, true},
    {"migrate", "migrate", migrateStore, true},
    {"backup", "backup FILE    a consistent copy while the backend runs (SQLite)", backUp, true},
    {"restore", "restore FILE    puts a copy in the store's place and starts a new epoch (SQLite); restore in-place after pg_restore", restore, true},
    {"audit", "audit verify | audit show [--workspace W] [--limit N] [--json]    the newest entries of the trail, 50 unless told, the last one last", audit, true},
    {"parked", "parked [--workspace W]    edits that the backend failed on and their desks handed in, one JSON object a line", parked, true},
    {"compact", "compact --keep N", compact, true},
    {"disclose", "disclose --number E164 | --contact ID --out FILE [--workspace W]    writes all that is held about a person into a new file (JSON)", disclose, true},
    {"erase", "erase --number E164 | --contact ID [--workspace W]    erases a person: calls, transcripts, notes, contact", erase, true},
    {"routes", "routes --json", listRoutes, false},
};

void printHelp(FILE *to)
{
    fputs("Usage: calldeckd --store URL [--config FILE] COMMAND ...\n\nCommands:\n", to);
    for (const ServerCommand &command : commands)
        fprintf(to, "  %s\n", command.usage);
    fputs("\nBeside an SQLite store lie its secret (FILE.secret) and the checkpoints of its audit trail (FILE.audit); for PostgreSQL say\n"
          "where they are: --secret FILE --audit-log FILE.\n", to);
    fputs("\nThe store is sqlite:FILE or postgres://user:password@host:port/database (CALLDECK_STORE keeps it off the command line).\n", to);
}

} // namespace

int main(int argc, char **argv)
{
    guardProcess();
    traceCrashes();
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("calldeckd"));
    const auto options = ServerOptions::parse(QCoreApplication::arguments().mid(1));
    if (!options) {
        fprintf(stderr, "calldeckd: %s\n", qPrintable(options.error().message));
        return exitUsage;
    }
    if (options->values.contains(QStringLiteral("help"))) {
        printHelp(stdout);
        return exitOk;
    }
    if (options->values.contains(QStringLiteral("version"))) {
        puts("calldeckd " CALLDECK_VERSION);
        return exitOk;
    }
    for (const ServerCommand &command : commands) {
        if (options->command != QLatin1String(command.name))
            continue;
        if (!command.needs_store || options->has_store)
            return command.run(*options);
        fputs("calldeckd: say where the store is: --store sqlite:FILE or postgres://...\n", stderr);
        return exitUsage;
    }
    fprintf(stderr, "calldeckd: there is no command \"%s\".\n", qPrintable(options->command));
    printHelp(stderr);
    return exitUsage;
}
