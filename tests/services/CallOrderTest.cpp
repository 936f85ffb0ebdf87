#include "NaiveOrder.h"
#include "StoreFixture.h"
#include "demo/CallGenerator.h"
#include "rules/Triage.h"
#include "store/CallQueries.h"
#include "store/CallRows.h"

using namespace calldeck;
using namespace calldeck::test;

namespace
{

constexpr SortColumn allColumns[] = {SortColumn::Started, SortColumn::Triage,   SortColumn::Sla,      SortColumn::Caller,    SortColumn::Number, SortColumn::Type,
                                     SortColumn::Status,  SortColumn::Outcome,  SortColumn::Agent,    SortColumn::Queue,     SortColumn::Priority, SortColumn::Duration,
                                     SortColumn::Value,   SortColumn::LeadScore, SortColumn::Wait,    SortColumn::Sentiment};

/** Generated calls, roughened: missing values, equal starts, odd letter case, clocks in every state around `now`. */
class CallOrderTest : public StoreFixture
{
protected:
    static constexpr int calls = 2000;

    void SetUp() override
    {
        StoreFixture::SetUp();
        ASSERT_TRUE(CacheSink(*file).begin());
        CallGenerator(11, file->workspace()).generate(calls, now, [this](IncomingCall incoming) {
            EXPECT_TRUE(CacheSink(*file).put(incoming, now));
            return true;
        });
        roughen();
        ASSERT_TRUE(CacheSink(*file).commit());
    }
    void roughen()
    {
        for (CallKey key = 1; key <= calls; ++key) {
            const Call before = *file->call(key);
            Call call = before;
            if (chance.happens(0.2))
                call.started_at = now - 60'000 * chance.below(50);
            roughenTexts(call);
            roughenNumbers(call);
            roughenClock(call);
            ASSERT_TRUE(updateCall(file->database(), before, call));
        }
        for (CallKey key = 1; key <= calls; ++key)
            all.append(*file->call(key));
    }
    void roughenTexts(Call &call)
    {
        if (chance.happens(0.1))
            call.caller_name.clear();
        if (chance.happens(0.1))
            call.caller_name = call.caller_name.toLower();
        if (chance.happens(0.2))
            call.agent_name = call.agent_name.toUpper();
        if (chance.happens(0.1))
            call.queue.clear();
        if (chance.happens(0.1))
            call.customer_number.clear();
        call.spam = chance.happens(0.1);
        call.do_not_contact = chance.happens(0.1);
        if (chance.happens(0.3))
            call.recording_status = chance.happens(0.5) ? RecordingStatus::REDACTED : RecordingStatus::FAILED;
        if (chance.happens(0.1))
            call.outcome_owed_reason = QStringLiteral("line was bad");
        if (chance.happens(0.05))
            call.status.reset();
    }
    void roughenNumbers(Call &call)
    {
        if (chance.happens(0.1))
            call.priority.reset();
        else if (chance.happens(0.1))
            call.priority = 0;
        if (chance.happens(0.1))
            call.value_cents = chance.below(4) * 100;
        if (chance.happens(0.1))
            call.duration_seconds.reset();
        if (chance.happens(0.1))
            call.lead_score = 0;
    }
    void roughenClock(Call &call)
    {
        call.emergency = chance.happens(0.05);
        if (!chance.happens(0.4))
            return;
        const TimeMs due = now - 5000 + chance.below(10'000);
        setSlaClock(call, SlaClock{SlaTrigger::VOICEMAIL, due - 60'000, due - chance.below(4000), due - chance.below(2000), due});
        if (chance.happens(0.1))
            call.sla_warning_at.reset();
        if (chance.happens(0.1))
            call.sla_trigger.reset();
        call.in_triage = chance.happens(0.7);
    }

    template <class T> QList<T> some(const QList<T> &from)
    {
        QList<T> chosen;
        for (int i = chance.below(3) + 1; i > 0; --i)
            chosen.append(chance.oneOf(from));
        return chosen;
    }
    std::optional<bool> maybe() { return chance.happens(0.12) ? std::optional(chance.happens(0.5)) : std::nullopt; }
    Range range(qint64 from, int width)
    {
        Range range;
        if (!chance.happens(0.12))
            return range;
        if (chance.happens(0.7))
            range.from = from + chance.below(width);
        if (chance.happens(0.7))
            range.to = range.from.value_or(from) + chance.below(width);
        return range;
    }
    CallFilter randomFilter()
    {
        CallFilter filter;
        const auto sometimes = [this] { return chance.happens(0.15); };
        if (sometimes())
            filter.statuses = some<CallStatus>({CallStatus::COMPLETED, CallStatus::MISSED, CallStatus::VOICEMAIL, CallStatus::SCHEDULED});
        if (sometimes())
            filter.types = some<CallType>({CallType::INBOUND, CallType::OUTBOUND_FOLLOWUP, CallType::OUTBOUND_DEBT});
        if (sometimes())
            filter.outcomes = some<Outcome>({Outcome::BOOKED, Outcome::VOICEMAIL, Outcome::OTHER, Outcome::BUSY});
        if (sometimes())
            filter.dispositions = some<QString>({QStringLiteral("booked"), QStringLiteral("NO_ANSWER"), QStringLiteral("unheard of")});
        if (sometimes())
            filter.agents = some<QString>({all[chance.below(calls)].agent_name.toLower(), all[chance.below(calls)].agent_name, QStringLiteral("Nobody")});
        if (sometimes())
            filter.queues = some<QString>({all[chance.below(calls)].queue, all[chance.below(calls)].queue});
        if (sometimes())
            filter.tags = some<QString>(all[chance.below(calls)].tags + QStringList{QStringLiteral("new customer")});
        if (sometimes())
            filter.sla_states = some<SlaState>({SlaState::NONE, SlaState::OK, SlaState::WARNING, SlaState::CRITICAL, SlaState::OVERDUE});
        for (auto flag : {&CallFilter::in_triage, &CallFilter::has_outcome, &CallFilter::emergency, &CallFilter::do_not_contact, &CallFilter::spam, &CallFilter::after_hours,
                          &CallFilter::has_recording, &CallFilter::has_transcript, &CallFilter::follow_up_required, &CallFilter::outcome_owed})
            filter.*flag = maybe();
        filter.started_at = range(now - 86'400'000, 86'400'000);
        filter.duration_seconds = range(0, 400);
        filter.value_cents = range(0, 60'000);
        filter.priority = range(0, 5);
        filter.lead_score = range(0, 100);
        filter.queue_seconds = range(0, 60);
        return filter;
    }

    void expectAgreement(CallQueries &queries, const CallQuery &query, TimeMs at)
    {
        const auto order = queries.order(query, at, {});
        ASSERT_TRUE(order);
        const auto expected = NaiveOrder(query, at).of(all);
        EXPECT_EQ(order->size(), expected.size());
        const auto differs = std::mismatch(order->begin(), order->end(), expected.begin(), expected.end());
        EXPECT_TRUE(differs.first == order->end() && differs.second == expected.end())
            << "column " << static_cast<int>(query.sort.column) << (query.sort.descending ? " descending, place " : " ascending, place ")
            << differs.first - order->begin() << ", filter " << callFilterText(query.filter, QTimeZone::utc()).toStdString();
    }

    Chance chance{5};
    QList<Call> all;
};

} // namespace

TEST_F(CallOrderTest, everyColumnBothWays)
{
    CallQueries queries(file->database());
    for (SortColumn column : allColumns) {
        for (bool descending : {false, true})
            expectAgreement(queries, {CallFilter{}, {column, descending}}, now);
    }
}

TEST_F(CallOrderTest, randomFiltersAndSorts)
{
    CallQueries queries(file->database());
    for (int i = 0; i < 400; ++i) {
        SCOPED_TRACE(i);
        const CallQuery query{randomFilter(), {chance.oneOf(allColumns), chance.happens(0.5)}};
        expectAgreement(queries, query, now - 6000 + chance.below(12'000));
    }
}

TEST_F(CallOrderTest, eachSlaStateToTheMillisecond)
{
    CallQueries queries(file->database());
    for (TimeMs at = now - 5100; at < now + 5100; at += 397) {
        for (SlaState state : {SlaState::NONE, SlaState::OK, SlaState::WARNING, SlaState::CRITICAL, SlaState::OVERDUE}) {
            CallFilter filter;
            filter.sla_states = {state};
            expectAgreement(queries, {filter, {}}, at);
        }
    }
}

TEST_F(CallOrderTest, triageListIsTriageBefore)
{
    CallQueries queries(file->database());
    CallFilter waiting;
    waiting.in_triage = true;
    const auto order = queries.order({waiting, {SortColumn::Triage, false}}, now, {});
    ASSERT_TRUE(order);
    ASSERT_GT(order->size(), 300U);
    for (size_t i = 1; i < order->size(); ++i) {
        const Call &a = all[(*order)[i - 1] - 1];
        const Call &b = all[(*order)[i] - 1];
        EXPECT_TRUE(!a.sla_trigger || !b.sla_trigger || triageBefore(a, b)) << i;
    }
}

TEST_F(CallOrderTest, firstPageIsTheBeginningOfTheWholeOrder)
{
    for (CallKey key = 1; key <= calls; ++key) {
        Call call = all[key - 1];
        if (!call.sla_trigger)
            call.sla_due_at.reset();
        ASSERT_TRUE(updateCall(file->database(), all[key - 1], call));
    }
    CallQueries queries(file->database());
    CallFilter waiting;
    waiting.in_triage = true;
    for (const CallQuery &query : {CallQuery{}, CallQuery{waiting, {SortColumn::Triage, false}}}) {
        const auto first = firstKeys(file->database(), query, 200);
        const auto whole = queries.order(query, now, {});
        ASSERT_TRUE(first && *first && whole);
        ASSERT_EQ((*first)->size(), 200U);
        EXPECT_TRUE(std::equal((*first)->begin(), (*first)->end(), whole->begin()));
    }
}

TEST_F(CallOrderTest, visitingGoesTheSameWayAndStopsWhenTold)
{
    for (int i = 0; i < 8; ++i) {
        const CallQuery query{randomFilter(), {chance.oneOf(allColumns), chance.happens(0.5)}};
        const auto expected = NaiveOrder(query, now).of(all);
        std::vector<CallKey> visited;
        const auto count = file->forEachCall(query, now, [&](const Call &call) {
            EXPECT_TRUE(call == all[call.key - 1]);
            visited.push_back(call.key);
            return true;
        });
        ASSERT_TRUE(count);
        EXPECT_EQ(*count, static_cast<qint64>(expected.size()));
        EXPECT_EQ(visited, expected);
    }
    int seen = 0;
    EXPECT_EQ(*file->forEachCall({}, now, [&](const Call &) { return ++seen < 3; }), 3);
}

TEST_F(CallOrderTest, refreshedIndexIsTheLoadedIndex)
{
    CallQueries kept(file->database());
    ASSERT_TRUE(kept.prepare());
    QList<CallKey> touched;
    for (int i = 0; i < 300; ++i) {
        const CallKey key = 1 + chance.below(calls);
        Call call = all[key - 1];
        call.started_at = chance.happens(0.5) ? OptionalInt(now - 1000 * chance.below(500'000)) : call.started_at;
        roughenTexts(call);
        roughenNumbers(call);
        roughenClock(call);
        ASSERT_TRUE(updateCall(file->database(), all[key - 1], call));
        all[key - 1] = call;
        touched.append(key);
    }
    const CallKey added = put(missedCall(QStringLiteral("new one")));
    all.append(*file->call(added));
    ASSERT_TRUE(kept.refresh(touched + QList<CallKey>{added}));
    EXPECT_EQ(kept.calls(), calls + 1);
    for (SortColumn column : allColumns)
        expectAgreement(kept, {CallFilter{}, {column, true}}, now);
}

TEST_F(CallOrderTest, failedReloadIsNotAnEmptyDesk)
{
    CallQueries queries(file->database());
    ASSERT_TRUE(queries.prepare());
    file->database().setCancelCheck([] { return true; });
    EXPECT_FALSE(queries.reload());
    file->database().setCancelCheck({});
    const auto order = queries.order({}, now, {});
    ASSERT_TRUE(order);
    EXPECT_EQ(order->size(), static_cast<size_t>(calls));
}
