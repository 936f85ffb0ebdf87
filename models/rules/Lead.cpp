#include "rules/Lead.h"

namespace calldeck
{

int leadPriority(LeadStatus status)
{
    switch (status) {
    case LeadStatus::INTERESTED:
        return 1;
    case LeadStatus::CALLBACK:
        return 2;
    case LeadStatus::NEW:
        return 3;
    case LeadStatus::NOT_INTERESTED:
        return 4;
    case LeadStatus::CONVERTED:
    case LeadStatus::DO_NOT_CALL:
        return 5;
    }
    Q_UNREACHABLE();
}

std::optional<int> leadFollowUpDays(LeadStatus status)
{
    switch (status) {
    case LeadStatus::INTERESTED:
        return 1;
    case LeadStatus::CALLBACK:
        return 3;
    case LeadStatus::NEW:
        return 7;
    case LeadStatus::NOT_INTERESTED:
        return 30;
    case LeadStatus::CONVERTED:
    case LeadStatus::DO_NOT_CALL:
        return std::nullopt;
    }
    Q_UNREACHABLE();
}

LeadStep leadStep(const Call &before, LeadStatus status, TimeMs now)
{
    constexpr TimeMs day = 24LL * 3'600'000;
    LeadStep step{leadPriority(status), std::nullopt, status == LeadStatus::DO_NOT_CALL && !before.do_not_contact};
    const auto days = leadFollowUpDays(status);
    if (days && before.lead_status != status && !before.do_not_contact)
        step.follow_up_at = now + *days * day;
    return step;
}

} // namespace calldeck
