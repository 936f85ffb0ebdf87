#include "Command.h"

#include <QCoreApplication>
#include <algorithm>

namespace calldeck
{

namespace
{

QList<Command> commands()
{
    return {importCommand(), exportCommand(), listCommand(), showCommand(), statsCommand(), generateCommand(), verifyCommand(), migrateCommand(), backupCommand()};
}

QString exitCodesHelp()
{
    return QStringLiteral("Exit codes:\n"
                          "  0    done\n"
                          "  1    the command line is wrong: an unknown option, filter, date or number\n"
                          "  2    the input is wrong: a file or mapping cannot be used, a row was refused, there is no such call\n"
                          "  3    the data directory or an output file cannot be used: missing, locked, read-only, full, damaged, foreign or newer\n"
                          "  4    verify found problems\n"
                          "  130  cancelled with Ctrl-C; nothing was changed\n");
}

QString generalHelp()
{
    QString text = QStringLiteral("Usage: calldeck-cli --data-dir DIR COMMAND [options] [arguments]\n\n"
                                  "Works on the calls of a Calldeck data directory. Results go to standard output, messages to standard error.\n\n"
                                  "Commands:\n");
    for (const Command &command : commands())
        text += QStringLiteral("  %1 %2\n").arg(command.name, -10).arg(command.summary);
    text += QStringLiteral("\nOptions:\n"
                           "  --data-dir DIR   folder of the desk's data\n"
                           "  -h, --help       this text; after a command, how to use it\n"
                           "  -v, --version    version of the program\n\n");
    return text + exitCodesHelp();
}

QString usageOf(const Command &command)
{
    QString usage = QStringLiteral("Usage: calldeck-cli --data-dir DIR %1").arg(command.name);
    if (!command.arguments.isEmpty())
        usage += u' ' + command.arguments;
    return command.options.isEmpty() ? usage : QString(usage + QStringLiteral(" [options]"));
}

QString optionHelp(const QCommandLineOption &option)
{
    const QString name = QString(QStringLiteral("--") + option.names().constFirst() + u' ' + option.valueName());
    QString text = QStringLiteral("  %1 %2").arg(name, -24).arg(option.description());
    if (!option.defaultValues().isEmpty())
        text += QStringLiteral(" (usual: %1)").arg(option.defaultValues().constFirst());
    return text + u'\n';
}

QString helpOf(const Command &command)
{
    QString text = QString(usageOf(command) + QStringLiteral("\n\n") + command.summary + QStringLiteral("\n\n") + command.details + QStringLiteral("\n\n"));
    if (!command.options.isEmpty())
        text += QStringLiteral("Options:\n");
    for (const QCommandLineOption &option : command.options)
        text += optionHelp(option);
    return text + (command.options.isEmpty() ? QString() : QStringLiteral("\n")) + exitCodesHelp();
}

/** The first argument that is neither an option nor the value of --data-dir. */
QString commandName(const QStringList &arguments)
{
    for (qsizetype i = 1; i < arguments.size(); ++i) {
        if (arguments[i] == QStringLiteral("--data-dir"))
            ++i;
        else if (!arguments[i].startsWith(u'-'))
            return arguments[i];
    }
    return {};
}

void addCommonOptions(QCommandLineParser &parser)
{
    parser.addOption({QStringLiteral("data-dir"), QString(), QStringLiteral("DIR")});
    parser.addOption({{QStringLiteral("h"), QStringLiteral("help")}, QString()});
    parser.addOption({{QStringLiteral("v"), QStringLiteral("version")}, QString()});
}

ExitCode runWithoutCommand(const QStringList &arguments, Console &console)
{
    QCommandLineParser parser;
    addCommonOptions(parser);
    if (!parser.parse(arguments))
        return usageError(console, parser.errorText());
    if (parser.isSet(QStringLiteral("version"))) {
        console.print(QStringLiteral("calldeck-cli %1").arg(QCoreApplication::applicationVersion()));
        return ExitCode::Ok;
    }
    if (!parser.isSet(QStringLiteral("help")))
        return usageError(console, QStringLiteral("No command was given."));
    console.print(generalHelp().trimmed());
    return ExitCode::Ok;
}

ExitCode runCommand(const Command &command, const QStringList &arguments, Console &console)
{
    QCommandLineParser parser;
    addCommonOptions(parser);
    parser.addOptions(command.options);
    const bool parsed = parser.parse(arguments);
    if (parser.isSet(QStringLiteral("help"))) {
        console.print(helpOf(command).trimmed());
        return ExitCode::Ok;
    }
    if (!parsed)
        return usageError(console, parser.errorText());
    const QStringList given = parser.positionalArguments().mid(1);
    if (given.size() != command.arguments.split(u' ', Qt::SkipEmptyParts).size())
        return usageError(console, usageOf(command));
    if (parser.value(QStringLiteral("data-dir")).isEmpty())
        return usageError(console, QStringLiteral("--data-dir DIR is missing: it names the folder of the desk's data."));
    return command.run({parser, given, parser.value(QStringLiteral("data-dir")), console});
}

ExitCode codeOf(Error::Code code)
{
    switch (code) {
    case Error::Code::InvalidInput: return ExitCode::BadInput;
    case Error::Code::Cancelled: return ExitCode::Cancelled;
    default: return ExitCode::StoreProblem;
    }
}

} // namespace

ExitCode usageError(Console &console, const QString &message)
{
    console.say(message);
    console.say(QStringLiteral("calldeck-cli --help lists the commands; calldeck-cli COMMAND --help tells how to use one."));
    return ExitCode::Usage;
}

ExitCode failure(Console &console, const Error &error)
{
    console.say(error.message);
    return codeOf(error.code);
}

ExitCode runCommandLine(const QStringList &arguments, Console &console)
{
    const QString name = commandName(arguments);
    if (name.isEmpty())
        return runWithoutCommand(arguments, console);
    const QList<Command> known = commands();
    const auto command = std::find_if(known.cbegin(), known.cend(), [&](const Command &candidate) { return candidate.name == name; });
    if (command == known.cend())
        return usageError(console, QStringLiteral("There is no command \"%1\".").arg(name));
    return runCommand(*command, arguments, console);
}

} // namespace calldeck
