#include "StoreFixture.h"

#include "store/CommandRunner.h"
#include "store/CallSearch.h"
#include "database/Database.h"

using namespace calldeck;

namespace
{

class SearchTest : public StoreFixture
{
protected:
    QStringList find(const QString &text)
    {
        CallQuery query;
        query.filter.text = text;
        QStringList ids;
        EXPECT_TRUE(file->forEachCall(query, now, [&](const Call &call) {
            ids.append(call.provider_call_id);
            return true;
        })) << text.toStdString();
        ids.sort();
        return ids;
    }
    /** What the desk's writer does when it has nothing better to do. */
    void indexWhatWaits()
    {
        ASSERT_TRUE(file->database().execute("BEGIN IMMEDIATE"));
        ASSERT_TRUE(indexQueuedCalls(file->database(), 1000));
        ASSERT_TRUE(file->database().execute("COMMIT"));
    }
    void addTwo()
    {
        IncomingCall first = missedCall(QStringLiteral("a"));
        first.call.caller_name = QStringLiteral("Zoë Müller");
        first.call.business_name = QStringLiteral("Harbor Child Care");
        first.turns = {{Speaker::CUSTOMER, QStringLiteral("There is a burning smell from an outlet in the kitchen"), 0, {}}};
        put(first);
        IncomingCall second = missedCall(QStringLiteral("b"), QStringLiteral("+1 628 321-6624"));
        second.call.caller_name = QStringLiteral("Tara Frost");
        second.turns = {{Speaker::CUSTOMER, QStringLiteral("The smell is gone, but the outlet is burning hot"), 0, {}}};
        put(second);
    }
    const QStringList a{QStringLiteral("a")};
    const QStringList b{QStringLiteral("b")};
    const QStringList both{QStringLiteral("a"), QStringLiteral("b")};
};

} // namespace

TEST_F(SearchTest, namesNumbersAndSpeechAreFoundWhileTyping)
{
    addTwo();
    EXPECT_EQ(find(QStringLiteral("tar")), b);
    EXPECT_EQ(find(QStringLiteral("fros tara")), b);
    EXPECT_EQ(find(QStringLiteral("muller")), a);
    EXPECT_EQ(find(QStringLiteral("zoe")), a);
    EXPECT_EQ(find(QStringLiteral("harbor")), a);
    EXPECT_EQ(find(QStringLiteral("6624")), b);
    EXPECT_EQ(find(QStringLiteral("(628) 321")), b);
    EXPECT_EQ(find(QStringLiteral("628-321-66")), b);
    EXPECT_EQ(find(QStringLiteral("smell")), both);
    EXPECT_EQ(find(QStringLiteral("\"burning smell\"")), a);
    EXPECT_EQ(find(QStringLiteral("nobody")), QStringList());
}

TEST_F(SearchTest, hostileTextIsOnlyText)
{
    addTwo();
    for (const char *text : {"\"", "\"\"", "*", "NEAR(", "a OR b", "col:x", "-", "^x", "{", "tara*)", "'; DROP TABLE calls; --", "\"smell", "AND", "NOT x", "(", "\\", "%_"})
        (void)find(QString::fromLatin1(text));
    (void)find(QString(10'000, u'x'));
    (void)find(QStringLiteral("x ").repeated(2000));
    (void)find(QString(QChar(0)) + QStringLiteral("tara"));
    EXPECT_EQ(find(QStringLiteral("tara")), b);
}

TEST_F(SearchTest, whatIsEditedIsFoundAndWhatWasReplacedIsNot)
{
    addTwo();
    CommandRunner runner(file->database(), file->workspace(), QStringLiteral("Dana"));
    const CallKey key = **file->findCall(QStringLiteral("b"));
    ASSERT_TRUE(runner.run(SetFields{{key}, {{CallField::caller_name, QStringLiteral("Ingrid Odell")}}}, now));
    indexWhatWaits();
    EXPECT_EQ(find(QStringLiteral("ingrid")), b);
    EXPECT_EQ(find(QStringLiteral("frost")), QStringList());
    ASSERT_TRUE(runner.run(ChangeTags{{key}, {QStringLiteral("sparkling")}, {}}, now));
    indexWhatWaits();
    EXPECT_EQ(find(QStringLiteral("sparkl")), b);
    ASSERT_TRUE(runner.run(ChangeTags{{key}, {}, {QStringLiteral("sparkling")}}, now));
    indexWhatWaits();
    EXPECT_EQ(find(QStringLiteral("sparkl")), QStringList());
    expectSound();
}
