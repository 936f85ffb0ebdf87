#include "Cli.h"
#include "Moments.h"

#include "demo/CallGenerator.h"
#include "rules/LocalTime.h"

namespace calldeck
{

namespace
{

constexpr qint64 mostCalls = 20'000'000;
constexpr qint64 progressEvery = 5000;

/** Puts the calls in one transaction, as of `end`: the same order gives the same calls, stamps of creation included. */
Result<qint64> fill(Cli &cli, OwnStore &store, qint64 calls, quint64 seed, TimeMs end)
{
    if (Verdict begun = store.begin(); !begun)
        return begun.error();
    Verdict done = Done{};
    qint64 made = 0;
    CallGenerator(seed, store.workspace()).generate(calls, end, [&](const IncomingCall &call) {
        const auto applied = store.put(call, end);
        if (!applied)
            done = applied.error();
        else if (Cli::interrupted())
            done = Error{Error::Code::Cancelled, QStringLiteral("Interrupted: nothing was changed."), {}, false};
        else if (++made % progressEvery == 0)
            cli.progress(QStringLiteral("%1 of %2 calls").arg(made).arg(calls));
        return static_cast<bool>(done);
    });
    if (done)
        done = store.commit();
    return done ? Result<qint64>(made) : Result<qint64>(done.error());
}

/** Without --end the start of today, so that two runs of a day agree. */
Result<TimeMs> endFrom(const Cli &cli, const QTimeZone &zone)
{
    if (cli.isSet(QStringLiteral("end")))
        return momentFrom(cli.value(QStringLiteral("end")), zone, WholeDay::Start);
    return atWallTime(localTime(Cli::now(), zone).date(), QTime(0, 0), zone);
}

} // namespace

int runGenerate(Cli &cli, const QStringList &arguments)
{
    cli.parser().addOptions({{QStringLiteral("calls"), QStringLiteral("How many."), QStringLiteral("N")},
                             {QStringLiteral("seed"), QStringLiteral("The same number of calls, seed and end give the same calls."), QStringLiteral("S")},
                             {QStringLiteral("end"), QStringLiteral("Time before which the last call ends, in the business's zone; without it the start of today."), QStringLiteral("TIME")}});
    if (const auto code = cli.parse(arguments, 0))
        return *code;
    bool callsRead = false;
    bool seedRead = false;
    const qint64 calls = cli.value(QStringLiteral("calls")).toLongLong(&callsRead);
    const quint64 seed = cli.value(QStringLiteral("seed")).toULongLong(&seedRead);
    if (!callsRead || calls < 1 || calls > mostCalls)
        return cli.usageError(QStringLiteral("--calls is a number from 1 to %1.").arg(mostCalls));
    if (!seedRead)
        return cli.usageError(QStringLiteral("--seed is a whole number."));
    if (const auto end = endFrom(cli, QTimeZone::utc()); !end)
        return cli.fail(end.error());
    auto cache = cli.openToWrite(CacheFile::Mode::Create);
    if (!cache)
        return cli.fail(cache.error());
    const auto end = endFrom(cli, QTimeZone((*cache)->workspace().zone));
    if (!end)
        return cli.fail(end.error());
    const auto store = cli.openStore(**cache);
    if (!store)
        return cli.fail(store.error());
    const auto made = fill(cli, **store, calls, seed, *end);
    if (!made)
        return cli.fail(made.error());
    cli.catchUp(**store, **cache);
    cli.progress({});
    cli.put(QStringLiteral("%1 calls generated").arg(*made).toUtf8());
    return exitOk;
}

} // namespace calldeck
