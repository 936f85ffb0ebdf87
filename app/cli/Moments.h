#pragma once

#include "records/Call.h"

#include <QTimeZone>

namespace calldeck
{

/** Which end of a day a date without a time stands for. */
enum class WholeDay { Start, End };

/** "2026-01-31", "2026-01-31T09:30" on the wall of `zone`, or "2026-01-31T09:30:00Z". */
Result<TimeMs> momentFrom(const QString &text, const QTimeZone &zone, WholeDay side);

} // namespace calldeck
