#pragma once

#include "records/Result.h"
#include "records/Call.h"

namespace calldeck
{

/** Makes the demo workspace in an empty directory: generated calls up to `now`, marked as demo. The same path as an import. */
Verdict makeDemoWorkspace(const QString &dataDir, qint64 calls, TimeMs now);

} // namespace calldeck
