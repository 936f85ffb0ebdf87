#pragma once

#include "records/Call.h"

namespace calldeck
{

/** Priority 1 (most urgent) to 5 that a lead status gives (S4.7). */
int leadPriority(LeadStatus status);
/** When to follow up on a lead of that status: days from now (the earlier end of the range), or nothing (S4.7). */
std::optional<int> leadFollowUpDays(LeadStatus status);

} // namespace calldeck
