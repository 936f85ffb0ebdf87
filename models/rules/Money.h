#pragma once

#include "records/Result.h"

namespace calldeck
{

/**
 * Cents of an amount as a person types it: "350", "$1,250.50", "1 250". At most ten billion. The error quotes what was typed and
 * shows how an amount looks. A minus sign is refused.
 */
Result<qint64> parseMoney(const QString &text);
/** "350" or "1250.50": what an amount field starts with; parseMoney() reads it back. */
QString moneyInput(qint64 cents);

} // namespace calldeck
