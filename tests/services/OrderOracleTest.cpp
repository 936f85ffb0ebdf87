#include "StoreFixture.h"

#include "demo/CallGenerator.h"
#include "rules/Triage.h"
#include "store/Database.h"

#include <algorithm>
#include <random>

using namespace calldeck;

namespace
{

constexpr int calls = 1500;

/** The filter said again in the plainest way: over whole records, one by one. */
bool matches(const Call &call, const CallFilter &filter, TimeMs now)
{
    const auto anyOf = [](const auto &list, const auto &value) { return list.isEmpty() || (value && list.contains(*value)); };
    const auto flag = [](const std::optional<bool> &wanted, bool is) { return !wanted || *wanted == is; };
    const auto range = [](const Range &wanted, const OptionalInt &value, bool endIncluded) {
        if (!wanted.isSet())
            return true;
        return value && (!wanted.from || *value >= *wanted.from) && (!wanted.to || (endIncluded ? *value <= *wanted.to : *value < *wanted.to));
    };
    const auto clock = slaClockOf(call);
    const bool tagged = filter.tags.isEmpty() || std::any_of(filter.tags.cbegin(), filter.tags.cend(), [&](const QString &tag) { return call.tags.contains(tag, Qt::CaseInsensitive); });
    return anyOf(filter.statuses, call.status) && anyOf(filter.types, call.call_type) && anyOf(filter.outcomes, call.outcome) &&
           (filter.agents.isEmpty() || filter.agents.contains(call.agent_name, Qt::CaseInsensitive)) && (filter.queues.isEmpty() || filter.queues.contains(call.queue, Qt::CaseInsensitive)) &&
           (filter.sla_states.isEmpty() || filter.sla_states.contains(clock ? slaState(*clock, now) : SlaState::NONE)) && flag(filter.in_triage, call.in_triage) &&
           flag(filter.has_outcome, call.outcome.has_value()) && flag(filter.emergency, call.emergency) && flag(filter.after_hours, call.after_hours) &&
           flag(filter.has_transcript, call.transcript_status == TranscriptStatus::AVAILABLE) && range(filter.started_at, call.started_at, false) &&
           range(filter.duration_seconds, call.duration_seconds, true) && range(filter.value_cents, call.value_cents, true) && range(filter.priority, call.priority, true) && tagged;
}

class OrderOracleTest : public StoreFixture
{
protected:
    void SetUp() override
    {
        StoreFixture::SetUp();
        ASSERT_TRUE(file->beginImport());
        CallGenerator(11, file->workspace()).generate(calls, now, [this](const IncomingCall &call) { return bool(file->put(call, now)); });
        ASSERT_TRUE(file->commitImport());
        const auto visited = file->forEachCall({}, now, [this](const Call &call) {
            all.append(call);
            return true;
        });
        ASSERT_TRUE(visited);
        ASSERT_EQ(all.size(), calls);
    }
    QList<Call> ask(const CallQuery &query)
    {
        QList<Call> found;
        EXPECT_TRUE(file->forEachCall(query, now, [&](const Call &call) {
            found.append(call);
            return true;
        }));
        return found;
    }
    template <class Value> void maybe(QList<Value> &list, const QList<Value> &values)
    {
        for (const Value &value : values) {
            if (random() % 4 == 0)
                list.append(value);
        }
    }
    CallFilter randomFilter()
    {
        CallFilter filter;
        if (random() % 3 == 0)
            maybe(filter.statuses, {CallStatus::MISSED, CallStatus::COMPLETED, CallStatus::VOICEMAIL});
        if (random() % 4 == 0)
            maybe(filter.types, {CallType::INBOUND, CallType::OUTBOUND_FOLLOWUP});
        if (random() % 4 == 0)
            maybe(filter.outcomes, {Outcome::BOOKED, Outcome::NO_ANSWER, Outcome::OTHER});
        if (random() % 5 == 0)
            maybe(filter.queues, {QStringLiteral("HVAC"), QStringLiteral("plumbing")});
        if (random() % 6 == 0)
            maybe(filter.tags, {QStringLiteral("new customer"), QStringLiteral("nobody has this")});
        if (random() % 5 == 0)
            maybe(filter.sla_states, {SlaState::OVERDUE, SlaState::OK, SlaState::NONE});
        if (random() % 5 == 0)
            filter.agents = {QStringLiteral("dana keller")};
        for (auto member : {&CallFilter::in_triage, &CallFilter::has_outcome, &CallFilter::emergency, &CallFilter::after_hours, &CallFilter::has_transcript}) {
            if (random() % 6 == 0)
                filter.*member = random() % 2 == 0;
        }
        if (random() % 4 == 0)
            filter.duration_seconds = {qint64(random() % 200), qint64(100 + random() % 900)};
        if (random() % 5 == 0)
            filter.value_cents.from = qint64(random() % 100'000);
        if (random() % 4 == 0)
            filter.started_at = {now - qint64(random() % 8) * 86'400'000, now - qint64(random() % 2) * 86'400'000};
        if (random() % 5 == 0)
            filter.priority.to = 1 + random() % 3;
        return filter;
    }

    QList<Call> all;
    std::mt19937 random{5};
};

} // namespace

TEST_F(OrderOracleTest, everyFilterFindsExactlyTheCallsThatMatch)
{
    for (int round = 0; round < 400; ++round) {
        const CallFilter filter = randomFilter();
        QList<CallKey> wanted;
        for (const Call &call : std::as_const(all)) {
            if (matches(call, filter, now))
                wanted.append(call.key);
        }
        QList<CallKey> found;
        for (const Call &call : ask({filter, {}}))
            found.append(call.key);
        std::sort(wanted.begin(), wanted.end());
        std::sort(found.begin(), found.end());
        ASSERT_EQ(found, wanted) << callFilterText(filter, QTimeZone::utc()).toStdString();
    }
}

TEST_F(OrderOracleTest, triageOrderIsTheRule)
{
    CallFilter waiting;
    waiting.in_triage = true;
    const QList<Call> found = ask({waiting, {SortColumn::Triage, false}});
    ASSERT_GT(found.size(), 10);
    for (qsizetype i = 1; i < found.size(); ++i)
        EXPECT_FALSE(triageBefore(found[i], found[i - 1])) << i;
}

TEST_F(OrderOracleTest, columnsSortBothWaysAndKeepEveryCall)
{
    const auto rising = [&](SortColumn column, auto value) {
        for (bool descending : {false, true}) {
            const QList<Call> found = ask({{}, {column, descending}});
            ASSERT_EQ(found.size(), all.size());
            for (qsizetype i = 1; i < found.size(); ++i) {
                const auto before = value(found[i - 1]);
                const auto after = value(found[i]);
                const bool inOrder = !before || !after || (descending ? *before >= *after : *before <= *after);
                ASSERT_TRUE(inOrder) << i;
            }
        }
    };
    rising(SortColumn::Started, [](const Call &call) { return call.started_at; });
    rising(SortColumn::Duration, [](const Call &call) { return call.duration_seconds; });
    rising(SortColumn::Value, [](const Call &call) { return call.value_cents; });
    rising(SortColumn::LeadScore, [](const Call &call) { return call.lead_score; });
    rising(SortColumn::Wait, [](const Call &call) { return call.queue_seconds; });
    rising(SortColumn::Priority, [](const Call &call) { return call.priority; });
}
