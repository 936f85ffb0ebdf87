#include "rules/Contactability.h"

#include "Printers.h"
#include "Times.h"

#include <gtest/gtest.h>

using namespace calldeck;
using namespace calldeck::test;

namespace
{

Call reachable()
{
    Call call;
    call.customer_number = QStringLiteral("+14155550142");
    return call;
}

} // namespace

TEST(Contactability, allowedWithoutAReason)
{
    const Contact contact;
    const ContactPermission permission = contactPermission(reachable(), &contact, false);
    EXPECT_TRUE(permission.allowed);
    EXPECT_EQ(permission.reason, QString());
}

TEST(Contactability, eachReasonIsGiven)
{
    const auto reason = [](const Call &call, const Contact *contact, bool blocked) {
        const ContactPermission permission = contactPermission(call, contact, blocked);
        EXPECT_FALSE(permission.allowed);
        return permission.reason;
    };
    Contact contact;
    contact.do_not_contact = true;
    EXPECT_EQ(reason(reachable(), &contact, true), QStringLiteral("On the do-not-contact list."));
    contact.do_not_contact_reason = QStringLiteral("asked by phone on 3 Nov.");
    EXPECT_EQ(reason(reachable(), &contact, false),
              QStringLiteral("On the do-not-contact list: asked by phone on 3 Nov."));
    Call call = reachable();
    call.do_not_contact = true;
    EXPECT_EQ(reason(call, nullptr, false), QStringLiteral("On the do-not-contact list."));
    EXPECT_EQ(reason(reachable(), nullptr, true), QStringLiteral("The number is blocked."));
    EXPECT_EQ(reason(Call{}, nullptr, false), QStringLiteral("The caller's number is not known."));
    Call hidden;
    hidden.customer_number_raw = QStringLiteral("anonymous");
    EXPECT_EQ(reason(hidden, nullptr, false), QStringLiteral("\"anonymous\" is no number that can be dialled."));
}

TEST(Contactability, callingHoursHoldInEveryPossibleZone)
{
    const QTimeZone newYork("America/New_York");
    const QTimeZone losAngeles("America/Los_Angeles");
    EXPECT_FALSE(insideCallingHours({}, at("2026-11-20 18:00")));
    EXPECT_FALSE(insideCallingHours({QTimeZone()}, at("2026-11-20 18:00")));
    EXPECT_FALSE(insideCallingHours({newYork}, at("2026-11-20 07:59", "America/New_York")));
    EXPECT_TRUE(insideCallingHours({newYork}, at("2026-11-20 08:00", "America/New_York")));
    EXPECT_TRUE(insideCallingHours({newYork}, at("2026-11-20 20:59", "America/New_York")));
    EXPECT_FALSE(insideCallingHours({newYork}, at("2026-11-20 21:00", "America/New_York")));
    EXPECT_FALSE(insideCallingHours({newYork, losAngeles}, at("2026-11-20 09:00", "America/New_York")));
    EXPECT_TRUE(insideCallingHours({newYork, losAngeles}, at("2026-11-20 11:00", "America/New_York")));
}

TEST(Contactability, diallingObeysTheHoursOfTheNumber)
{
    const auto dial = [](const Call &call, const char *newYorkTime) {
        return diallingPermission(call, nullptr, false, at(newYorkTime, "America/New_York"));
    };
    EXPECT_TRUE(dial(reachable(), "2026-11-20 11:00").allowed);
    EXPECT_EQ(dial(reachable(), "2026-11-20 09:40").reason,
              QStringLiteral(
                  "It may be 6:40 where this number rings (Los Angeles); calls are allowed from 8:00 to 21:00 there."));
    Call tollFree = reachable();
    tollFree.customer_number = QStringLiteral("+18005550142");
    EXPECT_FALSE(dial(tollFree, "2026-11-20 11:00").allowed);
    Call blocked = reachable();
    blocked.do_not_contact = true;
    EXPECT_EQ(dial(blocked, "2026-11-20 11:00").reason, QStringLiteral("On the do-not-contact list."));
}
