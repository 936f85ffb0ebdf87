#include "StoreFixture.h"

#include "rules/Sla.h"
#include "store/CallList.h"
#include "store/CallTable.h"

#include <QRandomGenerator>

using namespace calldeck;
using namespace calldeck::test;

namespace
{

/** What the filter means, said once more without a database. */
class NaiveFilter
{
public:
    NaiveFilter(const CallListFilter &filter, TimeMs now) : m_filter(filter), m_now(now) {}

    bool fits(const Call &call) const { return fitsWords(call) && fitsTexts(call) && fitsFlags(call) && fitsRanges(call) && fitsSearch(call); }
    static QString slaWord(const Call &call, TimeMs now)
    {
        if (call.sla_met_at)
            return u"met"_s;
        const auto clock = slaClockOf(call);
        return clock ? wireWord(slaState(*clock, now)).toLower() : u"none"_s;
    }

private:
    template <class T, class V> static bool isOneOf(const QList<T> &wanted, const V &value) { return wanted.isEmpty() || (value && wanted.contains(*value)); }
    static bool within(const Range &range, const OptionalInt &value, bool open)
    {
        if (range.isSet() && !value)
            return false;
        return (!range.from || *value >= *range.from) && (!range.to || (open ? *value < *range.to : *value <= *range.to));
    }
    static bool same(const std::optional<bool> &wanted, bool value) { return !wanted || *wanted == value; }
    bool fitsWords(const Call &call) const
    {
        const bool tagged = m_filter.tags.isEmpty() || std::any_of(m_filter.tags.cbegin(), m_filter.tags.cend(), [&](const QString &tag) { return call.tags.contains(tag); });
        return isOneOf(m_filter.statuses, call.status) && isOneOf(m_filter.types, call.call_type) && isOneOf(m_filter.outcomes, call.outcome) && tagged;
    }
    bool fitsTexts(const Call &call) const
    {
        const auto exact = [](const QString &wanted, const QString &value) { return wanted.isEmpty() || wanted == value; };
        return exact(m_filter.disposition, call.disposition) && exact(m_filter.agent, call.agent_name) && exact(m_filter.queue, call.queue) && exact(m_filter.provider, call.provider)
            && exact(m_filter.number, call.customer_number) && exact(m_filter.sla_state, m_filter.sla_state.isEmpty() ? QString() : slaWord(call, m_now));
    }
    bool fitsFlags(const Call &call) const
    {
        return same(m_filter.emergency, call.emergency) && same(m_filter.has_recording, call.recording_status == RecordingStatus::AVAILABLE || !call.recording_url.isEmpty())
            && same(m_filter.has_transcript, call.transcript_status == TranscriptStatus::AVAILABLE) && same(m_filter.do_not_contact, call.do_not_contact) && same(m_filter.spam, call.spam)
            && same(m_filter.outcome_required, call.outcome_required) && same(m_filter.follow_up_required, call.follow_up_required) && same(m_filter.triage, call.in_triage);
    }
    bool fitsRanges(const Call &call) const
    {
        return within(m_filter.started_at, call.started_at, true) && within(m_filter.value_cents, call.value_cents, false) && (!m_filter.priority || call.priority == m_filter.priority);
    }
    bool fitsSearch(const Call &call) const
    {
        const QString all = QStringList{call.caller_name, call.business_name, call.customer_number, call.customer_number_raw, call.customer_email, call.customer_ref, call.agent_name,
                                        call.disposition, call.last_outcome_notes, call.call_notes, call.call_purpose, call.transcript_summary, call.tags.join(u' ')}
                                .join(u' ')
                                .toLower();
        return std::all_of(m_filter.words.cbegin(), m_filter.words.cend(), [&](const QString &word) { return all.contains(word); });
    }

    const CallListFilter &m_filter;
    const TimeMs m_now;
};

class CallListTest : public StoreFixture
{
protected:
    template <class T> T pick(const QList<T> &list) { return list.at(chance.bounded(list.size())); }
    template <class E> std::optional<E> anyWord()
    {
        const auto count = static_cast<int>(enumWords<E>().size());
        const int number = chance.bounded(count + 1);
        return number == count ? std::nullopt : std::optional(static_cast<E>(number));
    }
    bool coin(int outOf = 2) { return chance.bounded(outOf) == 0; }
    OptionalInt maybe(qint64 value) { return coin(4) ? std::nullopt : OptionalInt(value); }

    Call anyCall(int index)
    {
        Call call;
        call.call_id = u"c%1"_s.arg(index);
        call.provider = pick(providers);
        call.provider_call_id = call.call_id;
        call.caller_name = pick(names);
        call.agent_name = pick(agents);
        call.queue = pick(queues);
        call.disposition = pick(dispositions);
        call.call_notes = pick(notes);
        call.customer_number = pick(numbers);
        call.status = anyWord<CallStatus>();
        call.call_type = anyWord<CallType>();
        call.outcome = anyWord<Outcome>();
        call.started_at = maybe(now - chance.bounded(20) * 60'000);
        call.value_cents = maybe(chance.bounded(5) * 100 - 100);
        call.duration_seconds = maybe(chance.bounded(5));
        call.priority = maybe(1 + chance.bounded(5));
        call.emergency = coin();
        call.do_not_contact = coin(5);
        call.spam = coin(5);
        call.outcome_required = coin();
        call.follow_up_required = coin();
        call.in_triage = coin();
        call.recording_status = anyWord<RecordingStatus>();
        call.recording_url = coin(4) ? u"https://x/r"_s : QString();
        call.transcript_status = anyWord<TranscriptStatus>();
        if (coin()) {
            const TimeMs due = now + (chance.bounded(7) - 3) * 60'000;
            setSlaClock(call, SlaClock{SlaTrigger::MISSED_CALL, due - 300'000, due - 120'000, due - 60'000, due});
            call.sla_met_at = coin(4) ? std::optional(now) : std::nullopt;
        }
        for (const QString &tag : tags) {
            if (coin(3))
                call.tags.append(tag);
        }
        call.tags.sort();
        return call;
    }
    void fill(int count)
    {
        const auto tx = *WorkspaceTx::begin(*connection, ws, WorkspaceTx::Mode::Write);
        for (int i = 0; i < count; ++i) {
            StoredCall stored;
            stored.state.call = anyCall(i);
            ASSERT_TRUE(putCall(*tx, stored, CallState(), {u"call"_s, stored.state.call.call_id, u"intake"_s, u"m%1"_s.arg(i), u"d"_s, i + 1, u"a"_s, now}));
            calls.append(stored.state.call);
        }
        ASSERT_TRUE(tx->commit());
    }

    QList<std::pair<QString, QString>> anyQuery()
    {
        QList<std::pair<QString, QString>> query;
        const auto add = [&](const QString &name, const QString &value, int outOf = 12) {
            if (coin(outOf))
                query.emplaceBack(name, value);
        };
        const auto words = [&](const QStringList &list) { return coin() ? pick(list) : QString(pick(list) % u',' % pick(list)); };
        add(u"status"_s, words({u"MISSED"_s, u"completed"_s, u"VOICEMAIL"_s}), 6);
        add(u"call_type"_s, words({u"INBOUND"_s, u"OUTBOUND_LEAD"_s}));
        add(u"outcome"_s, words({u"BOOKED"_s, u"OTHER"_s, u"BUSY"_s}));
        add(u"tag"_s, words(tags), 6);
        add(u"agent"_s, pick(agents.mid(1)));
        add(u"queue"_s, pick(queues.mid(1)));
        add(u"disposition"_s, pick(dispositions.mid(1)));
        add(u"provider"_s, pick(providers));
        add(u"number"_s, pick(numbers.mid(1)));
        add(u"priority"_s, QString::number(1 + chance.bounded(5)));
        add(u"sla_state"_s, pick(slaWords()), 5);
        add(u"q"_s, pick(searches), 5);
        add(u"started_from"_s, isoUtc(now - chance.bounded(20) * 60'000));
        add(u"value_min"_s, QString::number(chance.bounded(5) * 100 - 100));
        for (const CallListFlag &flag : callListFlags())
            add(QLatin1String(flag.name), coin() ? u"true"_s : u"false"_s, 10);
        return query;
    }
    QStringList expected(const CallListFilter &filter) const
    {
        QStringList ids;
        for (const Call &call : calls) {
            if (NaiveFilter(filter, now).fits(call))
                ids.append(call.call_id);
        }
        ids.sort();
        return ids;
    }
    /** All pages, one after the other. */
    QStringList pages(WorkspaceTx &tx, CallListRequest request)
    {
        QStringList ids;
        for (int page = 0; page < 1000; ++page) {
            const auto read = readCallPage(tx, request, now);
            EXPECT_TRUE(read) << problemOf(read);
            if (!read)
                break;
            EXPECT_LE(read->rows.size(), request.limit);
            for (const CallListRow &row : read->rows)
                ids.append(row.id);
            request.cursor = read->next;
            if (read->next.isEmpty())
                break;
        }
        return ids;
    }

    QRandomGenerator chance{4711};
    QList<Call> calls;
    const QStringList providers{u"vapi"_s, u"twilio"_s, u"o'neil; DROP TABLE entity --"_s};
    const QStringList names{QString(), u"Zoë Ünal"_s, u"100% _sure_"_s, u"a\\b"_s, u"it's"_s};
    const QStringList agents{QString(), u"Dana K."_s, u"x' OR '1'='1"_s};
    const QStringList queues{QString(), u"PS"_s, u"\"PS\""_s};
    const QStringList dispositions{QString(), u"booked"_s, u"other"_s};
    const QStringList notes{QString(), u"pipe burst in the cellar"_s, u"?; $1 :a @b"_s};
    const QStringList numbers{QString(), u"+14155552671"_s, u"+442079460958"_s};
    const QStringList tags{u"leak"_s, u"vip"_s, u"it's a 'tag'"_s, u"%"_s};
    const QStringList searches{u"zoë"_s, u"ZOË ÜNAL"_s, u"%"_s, u"_"_s, u"\\"_s, u"'"_s, u"burst pipe"_s, u"$1"_s, u"?"_s, u"leak"_s, u"415555"_s, u"' OR 1=1 --"_s};
};
CALLDECK_ON_BOTH_ENGINES(CallListTest);

} // namespace

TEST_P(CallListTest, tenThousandFiltersFindWhatAReferenceFinds)
{
    fill(150);
    const auto tx = read();
    int found = 0;
    for (int i = 0; i < 10'000; ++i) {
        const auto filter = callFilterFromQuery(anyQuery(), u"US"_s);
        ASSERT_TRUE(filter) << problemOf(filter);
        const auto ids = callIdsOf(*tx, *filter, now, {}, 1000);
        ASSERT_TRUE(ids) << problemOf(ids);
        QStringList sorted = *ids;
        sorted.sort();
        ASSERT_EQ(sorted, expected(*filter)) << i;
        found += static_cast<int>(sorted.size());
        if (i % 10 == 0) {
            ASSERT_EQ(*countCalls(*tx, *filter, now), sorted.size());
        }
    }
    EXPECT_GT(found, 10'000) << "filters that find nothing prove nothing";
}

TEST_P(CallListTest, pagesShowEveryCallOnceInOrder)
{
    fill(300);
    const auto tx = read();
    const QList<CallListSort> sorts{CallListSort::StartedAt, CallListSort::ValueCents, CallListSort::Duration, CallListSort::SlaDueAt, CallListSort::Customer, CallListSort::LeadScore, CallListSort::Business};
    for (const CallListSort sort : sorts) {
        for (const bool descending : {true, false}) {
            CallListRequest request{{}, sort, descending, 7, {}};
            CallListRequest ofNumber = request;
            ofNumber.filter.number = numbers.last();
            QStringList few = pages(*tx, ofNumber);
            few.sort();
            ASSERT_EQ(few, expected(ofNumber.filter));
            CallListRequest ofTags = request;
            ofTags.filter.tags = tags.mid(0, 2);
            few = pages(*tx, ofTags);
            few.sort();
            ASSERT_EQ(few, expected(ofTags.filter));
            const QStringList ids = pages(*tx, request);
            ASSERT_EQ(ids.size(), 300);
            ASSERT_EQ(QSet<QString>(ids.cbegin(), ids.cend()).size(), 300);
            request.limit = 200;
            ASSERT_EQ(pages(*tx, request), ids) << "the size of a page changes no order";
            request.limit = 250;
            ASSERT_EQ(*orderedCallIds(*tx, request, now), ids.mid(0, 250)) << "all at once goes by the same order";
            ASSERT_EQ(*orderedCallIds(*tx, ofNumber, now), pages(*tx, ofNumber).mid(0, ofNumber.limit));
            if (sort != CallListSort::ValueCents)
                continue;
            QList<OptionalInt> values;
            for (const QString &id : ids)
                values.append(std::find_if(calls.cbegin(), calls.cend(), [&](const Call &call) { return call.call_id == id; })->value_cents);
            ASSERT_TRUE(std::is_sorted(values.cbegin(), values.cend(), [&](const OptionalInt &a, const OptionalInt &b) { return a && (!b || (descending ? *a > *b : *a < *b)); }));
        }
    }
}

TEST_P(CallListTest, aPageStaysWhereItWasWhenOthersWrite)
{
    fill(20);
    CallListRequest request{{}, CallListSort::StartedAt, true, 10, {}};
    const auto first = readCallPage(*read(), request, now);
    ASSERT_TRUE(first);
    one(u"ana"_s, edit(u"create"_s, missedCall(), u"newest"_s));
    request.cursor = first->next;
    const auto second = readCallPage(*read(), request, now);
    ASSERT_TRUE(second);
    for (const CallListRow &row : second->rows) {
        for (const CallListRow &shown : first->rows)
            EXPECT_NE(row.id, shown.id);
    }
}

TEST_P(CallListTest, cursorsOfOtherListsAreRefused)
{
    fill(30);
    const auto tx = read();
    CallListRequest request{{}, CallListSort::StartedAt, true, 10, {}};
    const auto page = readCallPage(*tx, request, now);
    ASSERT_TRUE(page);
    const auto refusal = [&](CallListRequest wrong) {
        const auto answer = readCallPage(*tx, wrong, now);
        EXPECT_FALSE(answer);
        EXPECT_TRUE(!answer && answer.error().code == Error::Code::InvalidInput && answer.error().message.startsWith(u"cursor "_s));
    };
    CallListRequest other = request;
    other.cursor = page->next;
    EXPECT_TRUE(readCallPage(*tx, other, now));
    other.descending = false;
    refusal(other);
    other.descending = true;
    other.sort = CallListSort::Customer;
    refusal(other);
    other.sort = CallListSort::StartedAt;
    other.filter.spam = true;
    refusal(other);
    for (const QString &bad : {u"x"_s, u"%"_s, u"' OR 1=1"_s, u"W10"_s, page->next.chopped(3), QString(5000, u'A'), u"bnVsbA"_s}) {
        request.cursor = bad;
        refusal(request);
    }
}

TEST_P(CallListTest, anotherWorkspaceSeesNothing)
{
    fill(30);
    const QString mine = ws;
    ws = found();
    auto tx = read();
    EXPECT_EQ(*countCalls(*tx, {}, now), 0);
    EXPECT_TRUE(readCallPage(*tx, {}, now)->rows.isEmpty());
    EXPECT_FALSE(*readCallRow(*tx, u"c1"_s, now));
    CallListFilter tagged;
    tagged.tags = tags;
    EXPECT_TRUE(callIdsOf(*tx, tagged, now, {}, 10)->isEmpty());
    tx.reset();
    ws = mine;
    EXPECT_TRUE(*readCallRow(*read(), u"c1"_s, now));
}

TEST_P(CallListTest, rowsSayHowTheirDeadlineStands)
{
    fill(100);
    const auto page = readCallPage(*read(), {{}, CallListSort::SlaDueAt, false, 200, {}}, now);
    ASSERT_TRUE(page);
    QSet<QString> seen;
    for (const CallListRow &row : page->rows) {
        const auto call = std::find_if(calls.cbegin(), calls.cend(), [&](const Call &one) { return one.call_id == row.id; });
        ASSERT_EQ(row.sla_state, NaiveFilter::slaWord(*call, now)) << row.id.toStdString();
        ASSERT_EQ(row.ver, ver(row.id));
        seen.insert(row.sla_state);
    }
    EXPECT_EQ(seen.size(), slaWords().size());
}

TEST(CallListFilterTest, badValuesAreRefusedByTheirName)
{
    const QList<std::pair<QString, QString>> bad{{u"status"_s, u"GONE"_s},        {u"status"_s, u"MISSED,"_s},        {u"call_type"_s, u"outbound"_s},      {u"outcome"_s, QString()},
                                                 {u"emergency"_s, u"1"_s},        {u"spam"_s, u"TRUE"_s},             {u"priority"_s, u"1.5"_s},            {u"value_min"_s, u"9e99"_s},
                                                 {u"value_max"_s, u"99999999999999999999"_s}, {u"started_from"_s, u"2026-11-21"_s}, {u"started_to"_s, u"2026-11-21T09:30:00"_s}, {u"started_from"_s, u"0001-01-01T00:00:00Z"_s},
                                                 {u"sla_state"_s, u"late"_s},     {u"number"_s, u"zero"_s},           {u"q"_s, u"   "_s},                   {u"q"_s, QString(201, u'x')},
                                                 {u"q"_s, u"a b c d e f g h i j k"_s}, {u"tag"_s, u"a,,b"_s},         {u"agent"_s, QString(u"a" % QChar(0))}, {u"triage"_s, QString()}};
    for (const auto &[name, value] : bad) {
        const auto filter = callFilterFromQuery({{name, value}}, u"US"_s);
        ASSERT_FALSE(filter) << name.toStdString() << '=' << value.toStdString();
        EXPECT_EQ(filter.error().code, Error::Code::InvalidInput);
        EXPECT_TRUE(filter.error().message.startsWith(name + u' ')) << filter.error().message.toStdString();
    }
    const auto reversed = callFilterFromQuery({{u"value_min"_s, u"5"_s}, {u"value_max"_s, u"4"_s}}, u"US"_s);
    ASSERT_FALSE(reversed);
    EXPECT_TRUE(reversed.error().message.startsWith(u"value_max "_s));
}

TEST(CallListFilterTest, jsonSaysTheSameAsAQuery)
{
    const auto query = callFilterFromQuery({{u"status"_s, u"MISSED,VOICEMAIL"_s}, {u"spam"_s, u"false"_s}, {u"value_min"_s, u"100"_s}, {u"q"_s, u"Zoe leak"_s}, {u"number"_s, u"(415) 555-2671"_s}}, u"US"_s);
    const auto json = callFilterFromJson({{u"status"_s, QJsonArray{u"VOICEMAIL"_s, u"missed"_s}}, {u"spam"_s, false}, {u"value_min"_s, 100}, {u"q"_s, u"zoe LEAK"_s}, {u"number"_s, u"+14155552671"_s}}, u"US"_s);
    ASSERT_TRUE(query && json);
    EXPECT_EQ(*query, *json);
    EXPECT_EQ(query->fingerprint(), json->fingerprint());
    CallListFilter other = *query;
    other.spam = true;
    EXPECT_NE(other.fingerprint(), query->fingerprint());
    for (const auto &[name, value] : QList<std::pair<QString, QJsonValue>>{{u"surprise"_s, 1}, {u"spam"_s, QJsonValue::Null}, {u"agent"_s, QJsonArray{u"a"_s}}, {u"tag"_s, QJsonArray{1}}, {u"tag"_s, QJsonArray()}, {u"priority"_s, 1.5}}) {
        const auto filter = callFilterFromJson({{name, value}}, u"US"_s);
        ASSERT_FALSE(filter) << name.toStdString();
        EXPECT_TRUE(filter.error().message.startsWith(name)) << filter.error().message.toStdString();
    }
}
