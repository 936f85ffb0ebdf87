#pragma once

#include "Command.h"
#include "rules/CallFilter.h"
#include "rules/Workspace.h"

namespace calldeck
{

TimeMs systemNow();

/** "2026-01-31" or "2026-01-31T09:30" on some wall. */
struct WallMoment {
    QDate date;
    std::optional<QTime> time;
};
std::optional<WallMoment> wallMoment(const QString &text);
TimeMs momentIn(const WallMoment &moment, const QTimeZone &zone); ///< without a time the start of the day

// Each gives nothing after it told what is wrong with the option.

/** A whole number; `least` and `most` are allowed. */
std::optional<qint64> numberOption(const Invocation &run, const QString &option, qint64 least, qint64 most);
/** --filter; all calls without it. */
std::optional<CallFilter> filterOption(const Invocation &run, const Workspace &workspace);

} // namespace calldeck
