#pragma once

#include "store/CacheFile.h"

namespace calldeck
{

/** Is the file whole and does it agree with itself: pages, indexes, full text, the current outcome against its history, derived marks. */
Result<VerifyReport> verifyCache(Database &database);

} // namespace calldeck
