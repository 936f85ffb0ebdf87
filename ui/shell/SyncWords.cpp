#include "shell/SyncWords.h"

#include <QLocale>

namespace calldeck
{

namespace
{

QString grouped(qint64 number) { return QLocale(QLocale::English).toString(number); }

QString waitingText(const SyncStatus &status, const QString &state)
{
    return status.waiting == 0 ? state : QStringLiteral("%1, %2 waiting").arg(state, changesText(status.waiting));
}

} // namespace

QString changesText(int changes) { return QStringLiteral("%1 %2").arg(grouped(changes), changes == 1 ? QStringLiteral("change") : QStringLiteral("changes")); }

QString clockText(const SyncStatus &status)
{
    constexpr qint64 minuteMs = 60'000;
    constexpr qint64 hourMs = 60 * minuteMs;
    constexpr qint64 skewWorthAWordMs = 2 * minuteMs;
    const qint64 off = std::abs(status.clock_offset_ms);
    if (off <= skewWorthAWordMs)
        return {};
    const QString far = off < 2 * hourMs ? QStringLiteral("%1 min").arg(off / minuteMs) : QStringLiteral("%1 h").arg(grouped(off / hourMs));
    return far + (status.clock_offset_ms < 0 ? QStringLiteral(" ahead") : QStringLiteral(" behind"));
}

bool isWorthAWord(const SyncStatus &status, TimeMs now)
{
    using Link = SyncStatus::Link;
    constexpr TimeMs longWaitMs = 60'000;
    const bool waitsLong = status.waiting > 0 && status.oldest_waiting && now - *status.oldest_waiting > longWaitMs;
    const bool isWell = status.link == Link::Connecting || (status.link == Link::Online && status.problem.isEmpty() && status.failure.isEmpty() && status.dead + status.conflicts == 0 && !waitsLong);
    return status.link != Link::Off && !(status.own && isWell);
}

QString syncHeadline(const SyncStatus &status)
{
    using Link = SyncStatus::Link;
    if (status.own && status.link != Link::Online)
        return waitingText(status, QStringLiteral("This desk's own store is not reached"));
    switch (status.link) {
    case Link::Off: return QStringLiteral("All saved on this desk");
    case Link::Connecting: return QStringLiteral("Connecting to %1").arg(status.server);
    case Link::Offline: return waitingText(status, QStringLiteral("Offline"));
    case Link::SignedOut: return waitingText(status, QStringLiteral("Signed out"));
    case Link::UpgradeNeeded: return QStringLiteral("Update needed to sync");
    case Link::Refused: return QStringLiteral("Not our server");
    case Link::Online: break;
    }
    if (status.dead > 0)
        return QStringLiteral("%1 refused").arg(changesText(status.dead));
    if (status.conflicts > 0)
        return QStringLiteral("%1 %2 to settle").arg(grouped(status.conflicts), status.conflicts == 1 ? QStringLiteral("conflict") : QStringLiteral("conflicts"));
    if (status.first_sync)
        return QStringLiteral("First sync: %1 records").arg(grouped(status.fetched));
    if (!status.failure.isEmpty())
        return QStringLiteral("%1 waiting, the server fails").arg(changesText(status.waiting));
    if (status.waiting > 0)
        return QStringLiteral("Sending %1").arg(changesText(status.waiting));
    const QString clock = clockText(status);
    return clock.isEmpty() ? QStringLiteral("In step with %1").arg(status.server) : QStringLiteral("In step, this clock is %1").arg(clock);
}

} // namespace calldeck
