#include "Cli.h"

#include "demo/CallGenerator.h"

#include <QDateTime>

namespace calldeck
{

namespace
{

constexpr qint64 mostCalls = 20'000'000;
constexpr qint64 progressEvery = 5000;

} // namespace

int runGenerate(Cli &cli, const QStringList &arguments)
{
    cli.parser().addOptions({{QStringLiteral("calls"), QStringLiteral("How many."), QStringLiteral("N")},
                             {QStringLiteral("seed"), QStringLiteral("The same seed and end give the same calls."), QStringLiteral("S")},
                             {QStringLiteral("end"), QStringLiteral("ISO time before which the last call starts; without it now."), QStringLiteral("TIME")}});
    if (const auto code = cli.parse(arguments, 0))
        return *code;
    bool callsRead = false;
    bool seedRead = false;
    const qint64 calls = cli.parser().value(QStringLiteral("calls")).toLongLong(&callsRead);
    const quint64 seed = cli.parser().value(QStringLiteral("seed")).toULongLong(&seedRead);
    if (!callsRead || calls < 1 || calls > mostCalls)
        return cli.usageError(QStringLiteral("--calls is a number from 1 to %1.").arg(mostCalls));
    if (!seedRead)
        return cli.usageError(QStringLiteral("--seed is a whole number."));
    TimeMs end = Cli::now();
    if (cli.parser().isSet(QStringLiteral("end"))) {
        const QDateTime given = QDateTime::fromString(cli.parser().value(QStringLiteral("end")), Qt::ISODateWithMs);
        if (!given.isValid())
            return cli.usageError(QStringLiteral("--end is an ISO time such as 2026-11-21T09:00:00Z."));
        end = given.toMSecsSinceEpoch();
    }
    auto cache = cli.openToWrite(CacheFile::Mode::Create);
    if (!cache)
        return cli.fail(cache.error());
    if (Verdict begun = (*cache)->beginImport(); !begun)
        return cli.fail(begun.error());
    Verdict done = Done{};
    qint64 made = 0;
    CallGenerator(seed, (*cache)->workspace()).generate(calls, end, [&](const IncomingCall &call) {
        const auto applied = (*cache)->put(call, end);
        if (!applied)
            done = applied.error();
        else if (Cli::interrupted())
            done = Error{Error::Code::Cancelled, QStringLiteral("Interrupted: nothing was changed."), {}, false};
        else if (++made % progressEvery == 0)
            cli.progress(QStringLiteral("%1 of %2 calls").arg(made).arg(calls));
        return static_cast<bool>(done);
    });
    if (done)
        done = (*cache)->commitImport();
    if (!done)
        return cli.fail(done.error());
    cli.progress({});
    cli.put(QStringLiteral("%1 calls generated").arg(made).toUtf8());
    return exitOk;
}

} // namespace calldeck
