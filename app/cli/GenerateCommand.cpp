#include "Command.h"

#include "OpenStore.h"
#include "Options.h"
#include "demo/CallGenerator.h"
#include "rules/LocalTime.h"

#include <limits>

namespace calldeck
{

namespace
{

constexpr qint64 mostCalls = 20'000'000;
constexpr qint64 progressEvery = 2000;

std::optional<TimeMs> endOf(const Invocation &run, const QTimeZone &zone)
{
    if (!run.options.isSet(QStringLiteral("end")))
        return momentIn({localTime(systemNow(), zone).date(), std::nullopt}, zone);
    const QString text = run.options.value(QStringLiteral("end"));
    if (const auto moment = wallMoment(text))
        return momentIn(*moment, zone);
    usageError(run.console, QStringLiteral("--end: \"%1\" is not a date such as 2026-01-31 or 2026-01-31T09:30.").arg(text));
    return std::nullopt;
}

/** Puts the calls in one transaction, as of `end`: the same order gives the same file, stamps of creation included. */
Verdict fill(CacheFile &file, qint64 count, qint64 seed, TimeMs end, Console &console)
{
    if (Verdict begun = file.beginImport(); !begun)
        return begun;
    Verdict done = Done{};
    qint64 calls = 0;
    CallGenerator(static_cast<quint64>(seed), file.workspace()).generate(count, end, [&](const IncomingCall &call) {
        if (const auto applied = file.put(call, end); !applied)
            done = applied.error();
        if (++calls % progressEvery == 0)
            console.showProgress(QStringLiteral("%1 calls").arg(calls));
        if (wasCancelled())
            done = Error{Error::Code::Cancelled, QStringLiteral("Cancelled. Nothing was changed."), {}, true};
        return bool(done);
    });
    if (done)
        return file.commitImport();
    (void)file.rollbackImport();
    return done;
}

ExitCode runGenerate(const Invocation &run)
{
    const auto calls = numberOption(run, QStringLiteral("calls"), 1, mostCalls);
    if (!calls)
        return ExitCode::Usage;
    const auto seed = numberOption(run, QStringLiteral("seed"), 0, std::numeric_limits<qint64>::max());
    if (!seed)
        return ExitCode::Usage;
    if (run.options.isSet(QStringLiteral("end")) && !endOf(run, QTimeZone::utc()))
        return ExitCode::Usage;
    auto store = openForWriting(run.data_dir, WhenMissing::Make);
    if (!store)
        return failure(run.console, store.error());
    const auto end = endOf(run, QTimeZone(store->file->workspace().zone));
    if (Verdict done = fill(*store->file, *calls, *seed, *end, run.console); !done)
        return failure(run.console, done.error());
    run.console.print(QStringLiteral("%1 calls generated.").arg(*calls));
    return ExitCode::Ok;
}

} // namespace

Command generateCommand()
{
    return {QStringLiteral("generate"),
            QStringLiteral("Adds invented calls of a service business, to try things out."),
            QString(),
            QStringLiteral("The same seed, number and end give the same calls. They go into the calls that are there, so use a directory of their\n"
                           "own, which is made when there is none."),
            {{QStringLiteral("calls"), QStringLiteral("how many"), QStringLiteral("N")},
             {QStringLiteral("seed"), QStringLiteral("which ones"), QStringLiteral("S"), QStringLiteral("1")},
             {QStringLiteral("end"), QStringLiteral("the moment by which they have ended, a day for its start (usual: the start of today)"), QStringLiteral("DATE")}},
            runGenerate};
}

} // namespace calldeck
