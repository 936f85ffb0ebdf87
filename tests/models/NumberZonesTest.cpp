#include "rules/NumberZones.h"

#include "Printers.h"
#include "rules/LocalTime.h"

#include <gtest/gtest.h>

using namespace calldeck;

namespace
{

QList<QByteArray> zonesOf(const char *e164)
{
    QList<QByteArray> names;
    for (const QTimeZone &zone : possibleZones(QString::fromLatin1(e164)))
        names.append(zone.id());
    return names;
}

} // namespace

TEST(NumberZones, areaCodesOfNorthAmerica)
{
    EXPECT_EQ(zonesOf("+14155550142"), QList<QByteArray>{"America/Los_Angeles"});
    EXPECT_EQ(zonesOf("+12125550142"), QList<QByteArray>{"America/New_York"});
    EXPECT_EQ(zonesOf("+18085550142"), QList<QByteArray>{"Pacific/Honolulu"});
    EXPECT_GT(zonesOf("+12085550142").size(), 1) << "Idaho has two";
}

TEST(NumberZones, countries)
{
    EXPECT_EQ(zonesOf("+4930123456"), QList<QByteArray>{"Europe/Berlin"});
    EXPECT_TRUE(zonesOf("+442079460958").contains("Europe/London"));
    EXPECT_GT(zonesOf("+61212345678").size(), 2);
}

TEST(NumberZones, numbersThatDoNotTell)
{
    for (const char *number :
         {"", "+", "+1", "4155550142", "anonymous", "+18005550142", "+80012345678", "+\xe4\xe4\xe4"})
        EXPECT_TRUE(zonesOf(number).isEmpty()) << number;
}

TEST(NumberZones, everyZoneIsOneTheSystemKnows)
{
    int known = 0;
    for (int prefix = 1; prefix < 10000; ++prefix) {
        const auto zones = possibleZones(u'+' + QString::number(prefix) + QStringLiteral("00000"));
        for (const QTimeZone &zone : zones) {
            EXPECT_TRUE(isZoneName(zone.id())) << prefix;
            ++known;
        }
    }
    EXPECT_GT(known, 1000);
}
