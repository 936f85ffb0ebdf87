#include "rules/Lead.h"

#include <gtest/gtest.h>

using namespace calldeck;

TEST(Lead, followUpComesFromTheStatus)
{
    EXPECT_EQ(leadFollowUpDays(LeadStatus::INTERESTED), 1);
    EXPECT_EQ(leadFollowUpDays(LeadStatus::CALLBACK), 3);
    EXPECT_EQ(leadFollowUpDays(LeadStatus::NEW), 7);
    EXPECT_EQ(leadFollowUpDays(LeadStatus::NOT_INTERESTED), 30);
    EXPECT_EQ(leadFollowUpDays(LeadStatus::CONVERTED), std::nullopt);
    EXPECT_EQ(leadFollowUpDays(LeadStatus::DO_NOT_CALL), std::nullopt);
}

TEST(Lead, soonerFollowUpIsMoreUrgent)
{
    EXPECT_EQ(leadPriority(LeadStatus::INTERESTED), 1);
    EXPECT_EQ(leadPriority(LeadStatus::CALLBACK), 2);
    EXPECT_EQ(leadPriority(LeadStatus::NEW), 3);
    EXPECT_EQ(leadPriority(LeadStatus::NOT_INTERESTED), 4);
    EXPECT_EQ(leadPriority(LeadStatus::CONVERTED), 5);
    EXPECT_EQ(leadPriority(LeadStatus::DO_NOT_CALL), 5);
}
