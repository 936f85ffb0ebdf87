#pragma once

#include "jobs/ExportWork.h"

namespace calldeck
{

/** Forgets what nobody needs any more: old events, jobs, mail and tickets, files of exports. What fails is tried again an hour later. */
void tidyStore(SqlConnection &connection, const ExportParts &exports, TimeMs now);

} // namespace calldeck
