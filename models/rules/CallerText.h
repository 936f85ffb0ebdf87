#pragma once

#include "records/Call.h"

namespace calldeck
{

/** Who called: "Marisol Vega", else the business, else the formatted number, else "Unknown caller". */
QString callerText(const Call &call, const QString &region);

} // namespace calldeck
