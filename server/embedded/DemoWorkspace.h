#pragma once

#include "database/DatabaseKey.h"
#include "records/Call.h"
#include "records/Result.h"

namespace calldeck
{

/**
 * Makes the demo workspace in a directory without data: generated calls up to `now`, marked as demo, by the same way as an import.
 * Whole or not at all; a directory that has data, or that somebody has open, is refused and stays as it is.
 */
Verdict makeDemoWorkspace(const QString &dataDir, qint64 calls, TimeMs now, const DatabaseKey &key = {});

} // namespace calldeck
