#pragma once

#include "records/Result.h"

namespace calldeck
{

/** Of this machine's own file. What the backend sent and nobody could read may be right the next time. */
inline bool isDamage(const Error &error) { return error.code == Error::Code::Damaged && !error.retryable; }

} // namespace calldeck
