#pragma once

#include "desk/SyncService.h"

namespace calldeck
{

/** "1 change", "3 changes". */
QString changesText(int changes);
/** The one sentence that says how the desk stands with its server. */
QString syncHeadline(const SyncStatus &status);

} // namespace calldeck
