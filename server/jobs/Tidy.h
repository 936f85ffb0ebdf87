#pragma once

#include "jobs/BlobStore.h"
#include "jobs/ExportWork.h"

namespace calldeck
{

/**
 * Forgets what nobody needs any more: old events, jobs, mail, tickets and tokens, files of exports, the bytes of attachments that are gone from `store`, and in `blobs` what a crash
 * left there (both may be none). For five weeks after a restore nothing is taken for left over: the copy may have been the wrong one. What fails is tried again an hour later.
 */
void tidyStore(SqlConnection &connection, const ExportParts &exports, const DataFolder *blobs, BlobStore *store, TimeMs now);

} // namespace calldeck
