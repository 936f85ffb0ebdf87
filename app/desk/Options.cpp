#include "Options.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QDir>
#include <QStandardPaths>

namespace calldeck
{

namespace
{

constexpr int defaultDemoCalls = 4000;

[[noreturn]] void refuse(const QString &message)
{
    fputs(qPrintable(message + u'\n'), stderr);
    exit(1);
}

QSize sizeFrom(const QString &text)
{
    const QStringList parts = text.split(u'x');
    const QSize size = parts.size() == 2 ? QSize(parts[0].toInt(), parts[1].toInt()) : QSize();
    if (size.width() < 320 || size.height() < 240)
        refuse(QStringLiteral("--size: \"%1\" is not a size such as 1440x900.").arg(text));
    return size;
}

ThemeChoice themeFrom(const QString &text)
{
    if (text == QStringLiteral("light"))
        return ThemeChoice::Light;
    if (text == QStringLiteral("dark"))
        return ThemeChoice::Dark;
    if (text == QStringLiteral("system"))
        return ThemeChoice::System;
    refuse(QStringLiteral("--theme: \"%1\" is none of light, dark or system.").arg(text));
}

} // namespace

Options readOptions(const QCoreApplication &application)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral("Calldeck, the call-centre desk that loses nothing."));
    parser.addHelpOption();
    parser.addVersionOption();
    const QCommandLineOption dataDir(QStringLiteral("data-dir"), QStringLiteral("Folder of the desk's data."), QStringLiteral("DIR"));
    const QCommandLineOption keyFile(QStringLiteral("key-file"), QStringLiteral("File with the key of the data, in place of the keyring; also CALLDECK_KEY_FILE."), QStringLiteral("FILE"),
                                     qEnvironmentVariable("CALLDECK_KEY_FILE"));
    const QCommandLineOption noEncryption(QStringLiteral("no-encryption"), QStringLiteral("Make a new data directory without encryption."));
    const QCommandLineOption demo(QStringLiteral("demo"), QStringLiteral("Open the demo workspace: generated calls and a live feed, kept apart from your data."));
    const QCommandLineOption noFeed(QStringLiteral("no-feed"), QStringLiteral("Demo without arriving calls."));
    const QCommandLineOption demoCalls(QStringLiteral("demo-calls"), QStringLiteral("Calls in a new demo workspace."), QStringLiteral("N"),
                                       QString::number(defaultDemoCalls));
    const QCommandLineOption agent(QStringLiteral("agent"), QStringLiteral("Who sits at the desk."), QStringLiteral("NAME"));
    const QCommandLineOption view(QStringLiteral("view"), QStringLiteral("triage, calls, followups, settings or keys."), QStringLiteral("NAME"));
    const QCommandLineOption call(QStringLiteral("call"), QStringLiteral("Open this call."), QStringLiteral("ID"));
    const QCommandLineOption theme(QStringLiteral("theme"), QStringLiteral("light, dark or system."), QStringLiteral("THEME"));
    const QCommandLineOption screenshot(QStringLiteral("screenshot"), QStringLiteral("Write a picture of the window and exit."), QStringLiteral("FILE"));
    const QCommandLineOption size(QStringLiteral("size"), QStringLiteral("Size of the window, such as 1440x900."), QStringLiteral("WxH"));
    parser.addOptions({dataDir, keyFile, noEncryption, demo, noFeed, demoCalls, agent, view, call, theme, screenshot, size});
    parser.process(application);

    Options options;
    options.demo = parser.isSet(demo);
    options.no_feed = parser.isSet(noFeed);
    options.demo_calls = parser.value(demoCalls).toInt();
    if (options.demo_calls < 0 || options.demo_calls > 5'000'000)
        refuse(QStringLiteral("--demo-calls: \"%1\" is not a number from 0 to 5000000.").arg(parser.value(demoCalls)));
    const QDir home(QStandardPaths::writableLocation(QStandardPaths::AppDataLocation));
    options.data_dir = parser.isSet(dataDir) ? parser.value(dataDir) : home.filePath(options.demo ? QStringLiteral("demo") : QStringLiteral("desk"));
    options.key_file = parser.value(keyFile);
    options.no_encryption = parser.isSet(noEncryption);
    options.agent_name = parser.isSet(agent) ? parser.value(agent) : qEnvironmentVariable("USER", QStringLiteral("Agent"));
    options.view = parser.value(view);
    options.call = parser.value(call);
    if (parser.isSet(theme))
        options.theme = themeFrom(parser.value(theme));
    options.screenshot = parser.value(screenshot);
    if (parser.isSet(size))
        options.size = sizeFrom(parser.value(size));
    return options;
}

} // namespace calldeck
