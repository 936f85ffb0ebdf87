#pragma once

#include "jobs/ExportWork.h"

namespace calldeck
{

/**
 * Forgets what nobody needs any more: old events, jobs, mail and tickets, files of exports, and bytes in `blobs` (may be none) whose
 * attachment is gone. What fails is tried again an hour later.
 */
void tidyStore(SqlConnection &connection, const ExportParts &exports, const DataFolder *blobs, TimeMs now);

} // namespace calldeck
