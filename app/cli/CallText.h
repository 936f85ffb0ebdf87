#pragma once

#include "records/Records.h"

#include <QTimeZone>

namespace calldeck
{

/** One line on a terminal: control characters, which could steer it, become blanks. */
QString oneLine(const QString &text);
/** "2026-01-31 09:30:05" on the wall of `zone`, "" for nothing. */
QString localText(const std::optional<TimeMs> &at, const QTimeZone &zone);

/** Header and line of `list`, separated by tabs. */
QString listHeader();
QString listLine(const Call &call, const QTimeZone &zone);

} // namespace calldeck
