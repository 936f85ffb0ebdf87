#include "rules/OneLine.h"

#include <QJsonDocument>
#include <gtest/gtest.h>

using namespace calldeck;
using namespace Qt::StringLiterals;

namespace
{

/** Escape, bell, delete, the one-character CSI of C1, ends of lines of all kinds, and what turns the direction of text. */
const QList<char16_t> steering{0x00, 0x07, 0x09, 0x0a, 0x0d, 0x1b, 0x7f, 0x85, 0x9b, 0x2028, 0x2029, 0x200e, 0x200f, 0x061c, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069};

} // namespace

TEST(OneLine, whatSteersATerminalBecomesABlank)
{
    for (const char16_t letter : steering)
        EXPECT_EQ(oneLine(u"a"_s + QChar(letter) + u'b'), u"a b"_s) << std::hex << int(letter);
    const QString names = u"Zoë, 山田, नेपाल, \U0001F469\u200D\U0001F527, \"quoted\""_s;
    EXPECT_EQ(oneLine(names), names);
    EXPECT_EQ(oneLine({}), QString());
}

TEST(OneLine, jsonKeepsAllOfItAndHasNoSteeringByte)
{
    QString hostile = u"\"}\\"_s;
    for (const char16_t letter : steering)
        hostile += QChar(letter);
    const QJsonObject object{{hostile, hostile}};
    const QByteArray line = oneLineJson(object);
    EXPECT_EQ(QJsonDocument::fromJson(line).object(), object);
    EXPECT_EQ(oneLine(QString::fromUtf8(line)).toUtf8(), line);
}
