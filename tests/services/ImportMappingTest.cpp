#include "IngestFixture.h"

using namespace calldeck;
using namespace Qt::StringLiterals;

namespace
{

class ImportMappingTest : public IngestFixture
{
protected:
    /** One row of these columns through a mapping of these fields; the call. */
    Call mapped(const QByteArray &fields, const QByteArray &columns, const QByteArray &cells, const QByteArray &more = {})
    {
        const QByteArray id = QByteArray::number(++m_rows);
        take(u"m.csv"_s, "id," + columns + "\n" + id + "," + cells + "\n", mapping(document(fields, more)));
        return stored(QString::fromLatin1(id));
    }
    QString refused(const QByteArray &fields, const QByteArray &columns, const QByteArray &cells, const QByteArray &more = {})
    {
        return refusal(u"m.csv"_s, "id," + columns + "\n1," + cells + "\n", mapping(document(fields, more)));
    }
    static QByteArray document(const QByteArray &fields, const QByteArray &more)
    {
        return R"({"name": "m", "id": "id", "zone": "Asia/Jerusalem", "ignore": "*",)" + more + R"( "fields": {)" + fields + "}}";
    }
    static QString problemOf(const QByteArray &json)
    {
        const auto read = mappingFromJson(json, u"map.json"_s);
        EXPECT_FALSE(read);
        return read ? QString() : read.error().message;
    }
    static QString startOf(const Call &call) { return call.started_at ? isoUtc(*call.started_at) : QString(); }

private:
    int m_rows = 0;
};

const QByteArray start = R"("started_at": {"date": "day", "date_format": "yyMMdd", "time": "at"})";

} // namespace

TEST_F(ImportMappingTest, datesInTheSpellingsOfTheirFiles)
{
    const auto at = [&](const QByteArray &format, const QByteArray &text) {
        return startOf(mapped(R"("started_at": {"column": "t", "date_format": ")" + format + "\"}", "t", text));
    };
    EXPECT_EQ(at("d.M.yyyy H:mm", "7.2.1999 9:05"), u"1999-02-07T07:05:00.000Z"_s);
    EXPECT_EQ(at("MM/dd/yy h:mm AP", "02/07/99 12:05 am"), u"1999-02-06T22:05:00.000Z"_s);
    EXPECT_EQ(at("d-MMM-yy", "7-Feb-69"), u"2069-02-06T22:00:00.000Z"_s);
    EXPECT_EQ(at("unix", "917852700"), u"1999-02-01T07:05:00.000Z"_s);
    EXPECT_EQ(at("unix_ms", "917852700250"), u"1999-02-01T07:05:00.250Z"_s);
    EXPECT_EQ(at("iso", "1999-02-01 09:05:00.5+01:00"), u"1999-02-01T08:05:00.500Z"_s);
}

TEST_F(ImportMappingTest, localTimesKnowTheClockChanges)
{
    EXPECT_EQ(startOf(mapped(start, "day,at", "990201,7:02:47")), u"1999-02-01T05:02:47.000Z"_s);
    EXPECT_EQ(startOf(mapped(start, "day,at", "990701,7:02:47")), u"1999-07-01T04:02:47.000Z"_s);
    EXPECT_EQ(startOf(mapped(start, "day,at", "990401,25:10:00")), u"1999-04-01T23:10:00.000Z"_s) << "an hour past 24 is of the next day";
    const QString inGap = startOf(mapped(start, "day,at", "990402,2:30:00"));
    EXPECT_EQ(inGap, u"1999-04-02T00:00:00.000Z"_s) << "a time that the change skips is moved to the end of the gap";
    EXPECT_EQ(startOf(mapped(start, "day,at", "990903,1:30:00")), u"1999-09-02T22:30:00.000Z"_s) << "of two it is the first";
    EXPECT_EQ(startOf(mapped(start, "day,at", "990903,2:30:00")), u"1999-09-03T00:30:00.000Z"_s);
}

TEST_F(ImportMappingTest, stagesAfterMidnightAndClocksThatRunBehind)
{
    const QByteArray fields = start + R"(, "ended_at": {"date": "day", "date_format": "yyMMdd", "time": "end", "not_before": "at"},
        "duration_seconds": {"between": ["at", "end"], "at_least": 0})";
    const Call night = mapped(fields, "day,at,end", "990201,23:59:50,0:00:20");
    EXPECT_EQ(*night.ended_at - *night.started_at, 30'000);
    EXPECT_EQ(night.duration_seconds, 30);
    const Call behind = mapped(fields, "day,at,end", "990201,10:00:30,10:00:10");
    EXPECT_EQ(behind.ended_at, behind.started_at);
    EXPECT_EQ(behind.duration_seconds, 0);
}

TEST_F(ImportMappingTest, yearsThatTheFileDoesNotName)
{
    const auto map = mapping(R"({"id": "id", "zone": "UTC", "fields": {"started_at": {"date": ["d", "m"], "date_format": "d MMM", "year": {"start": 2008, "rolls_over": true}}}})");
    take(u"y.csv"_s, "id,d,m\n1,5,may\n2,30,dec\n3,1,jan\n4,29,feb\n", mapping(R"({"id": "id", "zone": "UTC", "ignore": "*", "skip": {"column": "id", "equals": "4"},
        "fields": {"started_at": {"date": ["d", "m"], "date_format": "d MMM", "year": {"start": 2008, "rolls_over": true}}}})"));
    EXPECT_EQ(startOf(stored(u"2"_s)).left(10), u"2008-12-30"_s);
    EXPECT_EQ(startOf(stored(u"3"_s)).left(10), u"2009-01-01"_s);
    EXPECT_TRUE(refusal(u"y.csv"_s, "id,d,m\n1,5,may\n2,30,dec\n4,29,feb\n", map).contains(u"does not exist"_s)) << "2009 has no 29 February";
}

TEST_F(ImportMappingTest, valuesAreCutScaledSummedAndTranslated)
{
    const Call call = mapped(R"("started_at": "t", "value_cents": {"column": "price", "strip": "$,", "scale": 100},
        "talk_seconds": {"column": "talk", "as": "duration"}, "duration_seconds": {"sum": ["a", "b"]},
        "status": {"column": "s", "map": {"OK": "COMPLETED"}, "default": "MISSED"}, "caller_name": {"columns": ["first", "last"]},
        "customer_ref": {"column": "ref", "empty": "0", "prefix": "C-"})",
                             "t,price,talk,a,b,s,first,last,ref", "2026-11-20,\"$1,234.50\",1:02:03,40,2,ok,Ann,Vega,0");
    EXPECT_EQ(call.value_cents, 123'450);
    EXPECT_EQ(call.talk_seconds, 3723);
    EXPECT_EQ(call.duration_seconds, 42);
    EXPECT_EQ(call.status, CallStatus::COMPLETED);
    EXPECT_EQ(call.caller_name, u"Ann Vega"_s);
    EXPECT_TRUE(call.customer_ref.isEmpty());
}

TEST_F(ImportMappingTest, firstRuleWhoseConditionsHoldDecides)
{
    const QByteArray fields = R"("started_at": "t", "queue": [{"when": [{"column": "a", "equals": ["1", "2"]}, {"column": "b", "not": "x"}], "constant": "both"},
        {"when": {"column": "a", "equals": "1"}, "constant": "one"}])";
    EXPECT_EQ(mapped(fields, "t,a,b", "2026-11-20,2,y").queue, u"both"_s);
    EXPECT_EQ(mapped(fields, "t,a,b", "2026-11-20,1,x").queue, u"one"_s);
    EXPECT_EQ(mapped(fields, "t,a,b", "2026-11-20,2,X").queue, QString()) << "letter case makes no other value";
    EXPECT_EQ(mapped(fields, "t,a,b", "2026-11-20,3,y").queue, QString());
}

TEST_F(ImportMappingTest, refusedValuesNameTheirOwnColumn)
{
    EXPECT_TRUE(refused(start, "day,at", "990230,7:00:00").contains(u"m.csv:2: column day: \"990230\" is a day that does not exist"_s));
    EXPECT_TRUE(refused(start, "day,at", "990201,7:61:00").contains(u"column at: \"7:61:00\" is not written like h:mm:ss"_s));
    EXPECT_TRUE(refused(R"("started_at": "t", "status": {"column": "s", "map": {"OK": "COMPLETED"}})", "t,s", "2026-11-20,LOST").contains(u"column s: \"LOST\" is not in the map"_s));
    EXPECT_TRUE(refused(R"("started_at": "t", "duration_seconds": {"sum": ["a", "b"]})", "t,a,b", "2026-11-20,1,x").contains(u"column b: \"x\" is not a number"_s));
    EXPECT_TRUE(refused(R"("started_at": "t", "talk_seconds": {"column": "d", "as": "duration"})", "t,d", "2026-11-20,1:99").contains(u"not a duration"_s));
    EXPECT_TRUE(refused(R"("started_at": "t", "queue_seconds": "w")", "t,w", "2026-11-20,-4").contains(u"column w"_s));
    EXPECT_TRUE(refusal(u"m.csv"_s, "id,t\n,2026-11-20\n", mapping(R"({"id": "id", "fields": {"started_at": "t"}})")).contains(u"column id: is empty"_s));
}

TEST_F(ImportMappingTest, columnsThatAreMissingOrNotNamed)
{
    const auto map = mapping(R"({"id": "id", "fields": {"started_at": "t"}})");
    EXPECT_TRUE(refusal(u"m.csv"_s, "id,when\n1,2\n", map).contains(u"does not have: t"_s));
    EXPECT_TRUE(refusal(u"m.csv"_s, "id,t,shoe\n1,2026-11-20,9\n", map).contains(u"does not name: shoe"_s));
}

TEST_F(ImportMappingTest, wrongMappingsAreNamedByKey)
{
    EXPECT_TRUE(problemOf("{\n\"fields\": {\n").startsWith(u"map.json:"_s));
    EXPECT_TRUE(problemOf("[]").contains(u"must begin with {"_s));
    EXPECT_TRUE(problemOf(R"({"feilds": {}, "fields": {"started_at": "t"}})").contains(u"Did you mean \"fields\"?"_s));
    EXPECT_TRUE(problemOf(R"({"fields": {"started": "t"}})").contains(u"started_at"_s));
    EXPECT_TRUE(problemOf(R"({"zone": "Mars/Olympus", "fields": {"started_at": "t"}})").contains(u"no time zone"_s));
    EXPECT_TRUE(problemOf(R"({"fields": {"started_at": {"column": "t", "date_format": "qq-ww"}}})").contains(u"fields.started_at.date_format"_s));
    EXPECT_TRUE(problemOf(R"({"fields": {"started_at": "t", "queue": {"column": "a", "sum": ["b"]}}})").contains(u"exactly one"_s));
    EXPECT_TRUE(problemOf(R"({"fields": {"started_at": 7}})").contains(u"started_at"_s));
    EXPECT_TRUE(problemOf(R"({"fields": {}})").contains(u"started_at"_s));
}

TEST_F(ImportMappingTest, newDeskTakesTheZoneOfItsFirstCallsAndKeepsIt)
{
    const QByteArray rows = "id,day,at\n1,990201,7:00:00\n";
    EXPECT_EQ(take(u"m.csv"_s, rows, mapping(document(start, {}))).adopted_zone, "Asia/Jerusalem");
    reopen(CacheFile::Mode::ReadWrite);
    EXPECT_EQ(file->workspace().zone, "Asia/Jerusalem");
    EXPECT_FALSE(take(u"n.csv"_s, "id,t\n9,2026-11-20\n", mapping(R"({"id": "id", "zone": "UTC", "fields": {"started_at": "t"}})")).adopted_zone);
}

TEST_F(ImportMappingTest, historyStaysOutOfTriageUnlessNobodyAnswered)
{
    const QByteArray fields = R"("started_at": "t", "status": "s", "call_type": {"constant": "INBOUND"})";
    EXPECT_FALSE(mapped(fields, "t,s", "2026-11-20,COMPLETED").in_triage);
    EXPECT_TRUE(mapped(fields, "t,s", "2026-11-20,MISSED").in_triage);
    EXPECT_EQ(mapped(R"("started_at": "t", "appointment_set": "a")", "t,a", "2026-11-20,yes").outcome, Outcome::BOOKED);
}
