#include "rules/CallerText.h"

#include <gtest/gtest.h>

using namespace calldeck;
using namespace Qt::StringLiterals;

TEST(CallerText, isTheFirstThatIsKnown)
{
    Call call;
    EXPECT_EQ(callerText(call, u"US"_s), u"Unknown caller"_s);
    call.customer_ref = u"A-17"_s;
    EXPECT_EQ(callerText(call, u"US"_s), u"Customer A-17"_s);
    call.customer_number_raw = u"anonymous"_s;
    EXPECT_EQ(callerText(call, u"US"_s), u"anonymous"_s);
    call.customer_number = u"+14155550142"_s;
    EXPECT_EQ(callerText(call, u"US"_s), u"(415) 555-0142"_s);
    call.business_name = u"Bayfront Bakery"_s;
    EXPECT_EQ(callerText(call, u"US"_s), u"Bayfront Bakery"_s);
    call.caller_name = u"Marisol Vega"_s;
    EXPECT_EQ(callerText(call, u"US"_s), u"Marisol Vega"_s);
}
