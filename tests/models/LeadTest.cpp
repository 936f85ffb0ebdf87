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

TEST(Lead, aNewStatusBringsItsFollowUpOnce)
{
    constexpr TimeMs now = 1'795'546'800'000;
    constexpr TimeMs day = 24LL * 3'600'000;
    Call call;
    EXPECT_EQ(leadStep(call, LeadStatus::CALLBACK, now).follow_up_at, now + 3 * day);
    EXPECT_EQ(leadStep(call, LeadStatus::CALLBACK, now).priority, 2);
    EXPECT_EQ(leadStep(call, LeadStatus::CONVERTED, now).follow_up_at, std::nullopt);
    call.lead_status = LeadStatus::CALLBACK;
    EXPECT_EQ(leadStep(call, LeadStatus::CALLBACK, now).follow_up_at, std::nullopt);
    EXPECT_EQ(leadStep(call, LeadStatus::INTERESTED, now).follow_up_at, now + day);
}

TEST(Lead, whoIsNotToBeContactedIsNotFollowedUp)
{
    Call call;
    EXPECT_TRUE(leadStep(call, LeadStatus::DO_NOT_CALL, 0).do_not_contact);
    call.do_not_contact = true;
    EXPECT_FALSE(leadStep(call, LeadStatus::DO_NOT_CALL, 0).do_not_contact);
    EXPECT_EQ(leadStep(call, LeadStatus::INTERESTED, 0).follow_up_at, std::nullopt);
}
