#pragma once

#include "desk/SyncService.h"

namespace calldeck
{

/** "1 change", "3 changes". */
QString changesText(int changes);
/** Whether the status line speaks of it: not of a desk's own backend that does what it should, and within a minute. */
bool isWorthAWord(const SyncStatus &status, TimeMs now);
/** "5 min ahead", "2 h behind": how far this machine's clock is from the server's, when anybody should know; else "". */
QString clockText(const SyncStatus &status);
/** The one sentence that says how the desk stands with its server. */
QString syncHeadline(const SyncStatus &status);

} // namespace calldeck
