#include "api/Log.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QRandomGenerator>
#include <gtest/gtest.h>

using namespace calldeck;
using namespace Qt::StringLiterals;

namespace
{

/** What one call writes, checked to be one line that no reader and no terminal takes for anything else. */
QJsonObject lineOf(const QString &event, const QList<std::pair<LogField, QJsonValue>> &fields)
{
    testing::internal::CaptureStderr();
    logLine(event, fields);
    const QByteArray written = QByteArray::fromStdString(testing::internal::GetCapturedStderr());
    EXPECT_TRUE(written.endsWith('\n'));
    const QString text = QString::fromUtf8(written.chopped(1));
    for (const QChar letter : text) {
        const bool isControl = letter < u' ' || (letter >= u'\x7f' && letter <= u'\x9f') || letter == QChar::LineSeparator || letter == QChar::ParagraphSeparator;
        EXPECT_FALSE(isControl) << "U+" << std::hex << static_cast<int>(letter.unicode());
    }
    const QJsonDocument line = QJsonDocument::fromJson(written);
    EXPECT_TRUE(line.isObject()) << written.toStdString();
    return line.object();
}

} // namespace

TEST(LogTest, textFromOutsideForgesNoLine)
{
    const QStringList hostile{u"x\r\n{\"event\":\"listening\",\"port\":1}\n"_s, u"\"},\n{\"event\":\"listening\"}"_s, u"\n"_s, u"\u2028{\"event\":\"listening\"}"_s, u"\u2029\u0085\v\f"_s};
    for (const QString &text : hostile) {
        const QJsonObject line = lineOf(u"request"_s, {{LogField::Detail, text}, {LogField::Error, text}, {LogField::Peer, text}, {LogField::Workspace, text}, {LogField::Route, text}});
        EXPECT_EQ(line.value(u"event"_s), QJsonValue(u"request"_s));
        EXPECT_FALSE(line.contains(u"port"_s));
        for (const QString &field : {u"detail"_s, u"error"_s, u"peer"_s, u"workspace"_s, u"route"_s})
            EXPECT_EQ(line.value(field).toString(), text);
    }
}

TEST(LogTest, noControlCharacterReachesATerminal)
{
    for (char16_t letter = 0; letter <= 0x2100; ++letter)
        EXPECT_EQ(lineOf(u"failed"_s, {{LogField::Error, QString(QChar(letter))}}).value(u"error"_s).toString(), QString(QChar(letter)));
    EXPECT_EQ(lineOf(u"failed"_s, {{LogField::Error, u"\x1b]0;title\x07 \U0001F600"_s}}).value(u"error"_s).toString(), u"\x1b]0;title\x07 \U0001F600"_s);
}

TEST(LogTest, randomTextStaysOneLine)
{
    const quint32 seed = QRandomGenerator::global()->generate();
    SCOPED_TRACE(seed);
    QRandomGenerator random(seed);
    const QString letters = u"\r\n\"\\{}:,u0\x1b\x7f\u0080\u0085\u009b\u009f\u2028\u2029é"_s;
    for (int round = 0; round < 1000; ++round) {
        QString text;
        for (int i = random.bounded(600); i > 0; --i)
            text += letters[random.bounded(static_cast<int>(letters.size()))];
        EXPECT_EQ(lineOf(u"failed"_s, {{LogField::Detail, text}}).value(u"detail"_s).toString(), text.left(500));
    }
}
