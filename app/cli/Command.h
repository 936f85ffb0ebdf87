#pragma once

#include "Console.h"
#include "records/Result.h"

#include <QCommandLineParser>
#include <span>

namespace calldeck
{

/** One run of a command: what was typed after its name. */
struct Invocation {
    const QCommandLineParser &options;
    QStringList arguments;
    QString data_dir;
    Console &console;
};

struct Command {
    QString name;
    QString summary;                  ///< one line of the list of commands
    QString arguments;                ///< "FILE"; one word each
    QString details;                  ///< paragraphs of its --help
    QList<QCommandLineOption> options;
    ExitCode (*run)(const Invocation &);
};

Command importCommand();
Command exportCommand();
Command listCommand();
Command showCommand();
Command statsCommand();
Command generateCommand();
Command verifyCommand();
Command migrateCommand();
Command backupCommand();

/** Says what is wrong with the arguments. */
ExitCode usageError(Console &console, const QString &message);
/** Says why it failed; the code follows from the kind of error. */
ExitCode failure(Console &console, const Error &error);

/** Finds the command in argv, reads its options and runs it. */
ExitCode runCommandLine(const QStringList &arguments, Console &console);

} // namespace calldeck
