#pragma once

#include "records/Call.h"

namespace calldeck
{

/** Priority 1 (most urgent) to 5 that a lead status gives (S4.7). */
int leadPriority(LeadStatus status);
/** When to follow up on a lead of that status: days from now (the earlier end of the range), or nothing (S4.7). */
std::optional<int> leadFollowUpDays(LeadStatus status);

/** What a lead's new status brings with it (S4.7). */
struct LeadStep {
    int priority = 3;
    std::optional<TimeMs> follow_up_at;
    bool do_not_contact = false; ///< the number is to go on the list
};
/** Of a call that had `before.lead_status`: a status that it has already brings no second follow-up, nor does one on a number that must not be contacted. */
LeadStep leadStep(const Call &before, LeadStatus status, TimeMs now);

} // namespace calldeck
