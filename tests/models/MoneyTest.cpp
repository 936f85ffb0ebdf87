#include "rules/Money.h"

#include "Printers.h"

#include <gtest/gtest.h>

using namespace calldeck;

TEST(Money, readsWhatPeopleType)
{
    const std::pair<QString, qint64> typed[] = {
        {QStringLiteral("350"), 35'000},         {QStringLiteral("$1,250.50"), 125'050}, {QStringLiteral(" 1 250 "), 125'000},
        {QStringLiteral("0.5"), 50},             {QStringLiteral("0"), 0},               {QStringLiteral("2500.05"), 250'005},
        {QStringLiteral("$10000000000"), 1'000'000'000'000},
    };
    for (const auto &[text, cents] : typed) {
        const auto parsed = parseMoney(text);
        ASSERT_TRUE(parsed) << text.toStdString();
        EXPECT_EQ(*parsed, cents) << text.toStdString();
        EXPECT_EQ(*parseMoney(moneyInput(cents)), cents);
    }
}

TEST(Money, refusesWhatIsNoAmountAndQuotesIt)
{
    for (const QString &text : {QString(), QStringLiteral("-5"), QStringLiteral("1,25"), QStringLiteral("12.345"), QStringLiteral("nan"),
                                QStringLiteral("1e3"), QStringLiteral("350 dollars"), QStringLiteral("99999999999"), QStringLiteral("12,3456")}) {
        const auto parsed = parseMoney(text);
        ASSERT_FALSE(parsed) << text.toStdString();
        EXPECT_TRUE(parsed.error().message.contains(QString(u'"' + text.simplified() + u'"')));
    }
}
