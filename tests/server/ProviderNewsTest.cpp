#include "StoreFixture.h"

#include "sync/ProviderNews.h"

using namespace calldeck;
using namespace calldeck::test;
using News = NewsOutcome::Status;

class ProviderNewsTest : public StoreFixture
{
protected:
    NewsOutcome take(QJsonObject call)
    {
        call.insert(u"provider"_s, u"vapi"_s);
        const auto tx = *WorkspaceTx::begin(*connection, ws, WorkspaceTx::Mode::Write);
        const auto incoming = incomingCallOf(call, u"calls[0]"_s);
        EXPECT_TRUE(incoming) << (incoming ? "" : incoming.error().message.toStdString());
        const auto workspace = settingsOf(*tx);
        auto outcome = takeNews(*tx, *incoming, **workspace, u"svc"_s, now);
        EXPECT_TRUE(outcome) << problemOf(outcome);
        EXPECT_TRUE(tx->commit());
        return *outcome;
    }
    static QJsonObject missed(const QString &id = u"p1"_s)
    {
        QJsonObject call = missedCall();
        call.insert(u"provider_call_id"_s, id);
        call.insert(u"tags"_s, QJsonArray{u"leak"_s});
        call.insert(u"turns"_s, QJsonArray{QJsonObject{{u"speaker"_s, u"CUSTOMER"_s}, {u"content"_s, u"hello"_s}, {u"at_ms"_s, 0}}});
        call.insert(u"raw"_s, QJsonObject{{u"x"_s, 1}});
        return call;
    }
};
CALLDECK_ON_BOTH_ENGINES(ProviderNewsTest);

TEST_P(ProviderNewsTest, sameNewsTwiceWriteNothing)
{
    const NewsOutcome first = take(missed());
    EXPECT_EQ(first.status, News::Created);
    EXPECT_EQ(row(first.id, u"turns"_s).value(u"turns"_s).toArray().size(), 1);
    const qint64 head = read()->head().seq;
    EXPECT_EQ(take(missed()).status, News::Unchanged);
    EXPECT_EQ(read()->head().seq, head);
}

TEST_P(ProviderNewsTest, whatPeopleWroteStays)
{
    const NewsOutcome first = take(missed());
    one(u"ana"_s, edit(u"set"_s, {{u"caller_name"_s, u"Zoe"_s}}, first.id, ver(first.id)));
    one(u"ana"_s, edit(u"tag-"_s, {{u"tag"_s, u"leak"_s}}, first.id, ver(first.id)));
    QJsonObject later = missed();
    later.insert(u"caller_name"_s, u"UNKNOWN"_s);
    later.insert(u"talk_seconds"_s, 7);
    EXPECT_EQ(take(later).status, News::Updated);
    const QJsonObject call = row(first.id);
    EXPECT_EQ(call.value(u"caller_name"_s), u"Zoe"_s);
    EXPECT_EQ(call.value(u"talk_seconds"_s).toInteger(), 7);
    EXPECT_TRUE(call.value(u"tags"_s).toArray().isEmpty());
}

TEST_P(ProviderNewsTest, tagThatSomebodyHadNotSeenStays)
{
    const NewsOutcome first = take(missed());
    const qint64 known = ver(first.id);
    QJsonObject later = missed();
    later.insert(u"tags"_s, QJsonArray{u"leak"_s, u"vip"_s});
    take(later);
    one(u"ana"_s, edit(u"tag-"_s, {{u"tag"_s, u"vip"_s}}, first.id, known));
    EXPECT_TRUE(row(first.id).value(u"tags"_s).toArray().contains(u"vip"_s));
}

TEST_P(ProviderNewsTest, answeredCallClosesTheTaskOfTheMissedOne)
{
    const NewsOutcome first = take(missed());
    EXPECT_EQ(row(first.id).value(u"follow_ups"_s)[0][u"state"_s].toString(), u"OPEN"_s);
    QJsonObject answered = missed(u"p2"_s);
    answered.insert(u"status"_s, u"COMPLETED"_s);
    answered.insert(u"started_at"_s, isoUtc(now));
    answered.insert(u"answered_at"_s, isoUtc(now));
    answered.insert(u"talk_seconds"_s, 60);
    take(answered);
    EXPECT_EQ(row(first.id).value(u"follow_ups"_s)[0][u"state"_s].toString(), u"DONE"_s);
}

TEST(ProviderNews, unknownFieldsAreNamed)
{
    const auto incoming = incomingCallOf(QJsonObject{{u"provider"_s, u"vapi"_s}, {u"nonsense"_s, 1}}, u"calls[3]"_s);
    ASSERT_FALSE(incoming);
    EXPECT_TRUE(incoming.error().message.startsWith(u"calls[3].nonsense"_s));
}
