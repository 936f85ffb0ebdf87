#include "rules/SafeAddress.h"

#include <QStringList>
#include <gtest/gtest.h>

using namespace calldeck;
using namespace Qt::StringLiterals;

TEST(SafeAddressTest, httpsAnywhereAndHttpOnlyToThisMachine)
{
    for (const QString &safe : {u"https://calls.example.com"_s, u"https://calls.example.com:8443/x"_s, u"http://localhost:8080"_s, u"http://127.0.0.1"_s, u"http://127.9.8.7:1"_s, u"http://[::1]:8080"_s,
                                u"HTTP://LOCALHOST"_s})
        EXPECT_TRUE(isSafeAddress(QUrl(safe))) << safe.toStdString();
    for (const QString &unsafe : {u"http://calls.example.com"_s, u"http://127.0.0.1.example.com"_s, u"http://localhost.example.com"_s, u"http://128.0.0.1"_s, u"http://[::2]"_s, u"http://0.0.0.0"_s,
                                  u"ftp://localhost"_s, u"file:///etc/passwd"_s, u"javascript:alert(1)"_s, u"https:///path"_s, u"calls.example.com"_s, QString(), u"http://127.0.0.1@example.com"_s,
                                  u"http://1270.0.0.1"_s})
        EXPECT_FALSE(isSafeAddress(QUrl(unsafe))) << unsafe.toStdString();
}
