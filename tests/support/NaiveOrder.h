#pragma once

#include "rules/CallFilter.h"
#include "rules/Sla.h"

#include <algorithm>
#include <tuple>

namespace calldeck::test
{

/** The plainest possible reading of CallFilter and SortOrder over whole calls: what the store's index has to agree with. */
class NaiveOrder
{
public:
    NaiveOrder(const CallQuery &query, TimeMs now) : m_filter(query.filter), m_sort(query.sort), m_now(now) {}

    std::vector<CallKey> of(const QList<Call> &calls) const
    {
        std::vector<const Call *> found;
        for (const Call &call : calls) {
            if (matches(call))
                found.push_back(&call);
        }
        std::sort(found.begin(), found.end(), [this](const Call *a, const Call *b) { return before(*a, *b); });
        std::vector<CallKey> keys;
        for (const Call *call : found)
            keys.push_back(call->key);
        return keys;
    }

private:
    template <class List, class T> static bool among(const List &list, const T &value) { return list.isEmpty() || list.contains(value); }
    template <class E> static bool among(const QList<E> &list, const std::optional<E> &value) { return list.isEmpty() || (value && list.contains(*value)); }
    static bool named(const QStringList &list, const QString &value) { return list.isEmpty() || list.contains(value, Qt::CaseInsensitive); }
    static bool is(const std::optional<bool> &wanted, bool value) { return !wanted || *wanted == value; }
    static bool inside(const Range &range, const OptionalInt &value, qint64 slack = 0)
    {
        return !range.isSet() || (value && (!range.from || *value >= *range.from) && (!range.to || *value <= *range.to - slack));
    }
    SlaState state(const Call &call) const
    {
        const auto clock = slaClockOf(call);
        return clock ? slaState(*clock, m_now) : SlaState::NONE;
    }
    bool flags(const Call &call) const
    {
        const bool recording = call.recording_status == RecordingStatus::AVAILABLE || call.recording_status == RecordingStatus::REDACTED;
        return is(m_filter.in_triage, call.in_triage) && is(m_filter.has_outcome, call.outcome.has_value()) && is(m_filter.emergency, call.emergency)
               && is(m_filter.do_not_contact, call.do_not_contact) && is(m_filter.spam, call.spam) && is(m_filter.after_hours, call.after_hours)
               && is(m_filter.has_recording, recording) && is(m_filter.has_transcript, call.transcript_status == TranscriptStatus::AVAILABLE)
               && is(m_filter.follow_up_required, call.follow_up_required) && is(m_filter.outcome_owed, !call.outcome_owed_reason.isEmpty());
    }
    bool matches(const Call &call) const
    {
        const bool tagged = m_filter.tags.isEmpty()
                            || std::any_of(call.tags.cbegin(), call.tags.cend(), [this](const QString &tag) { return m_filter.tags.contains(tag); });
        return among(m_filter.statuses, call.status) && among(m_filter.types, call.call_type) && among(m_filter.outcomes, call.outcome)
               && named(m_filter.dispositions, call.disposition) && named(m_filter.agents, call.agent_name) && named(m_filter.queues, call.queue) && tagged
               && among(m_filter.sla_states, state(call)) && flags(call) && inside(m_filter.started_at, call.started_at, 1)
               && inside(m_filter.duration_seconds, call.duration_seconds) && inside(m_filter.value_cents, call.value_cents)
               && inside(m_filter.priority, call.priority) && inside(m_filter.lead_score, call.lead_score) && inside(m_filter.queue_seconds, call.queue_seconds);
    }

    /** -1, 0, 1; what is unknown stays last whichever way the sort goes. */
    template <class T, class Compare> int ordered(const std::optional<T> &a, const std::optional<T> &b, Compare compare) const
    {
        if (!a || !b)
            return int(!a) - int(!b);
        const int order = compare(*a, *b);
        return m_sort.descending ? -order : order;
    }
    template <class T> int numbers(const std::optional<T> &a, const std::optional<T> &b) const
    {
        return ordered(a, b, [](const T &x, const T &y) { return x < y ? -1 : y < x ? 1 : 0; });
    }
    int texts(const QString &a, const QString &b) const
    {
        const auto known = [](const QString &text) { return text.isEmpty() ? std::nullopt : std::optional(text); };
        return ordered(known(a), known(b), [](const QString &x, const QString &y) { return x.compare(y, Qt::CaseInsensitive); });
    }
    static OptionalInt due(const Call &call)
    {
        const auto clock = slaClockOf(call);
        return clock ? OptionalInt(clock->due_at) : std::nullopt;
    }
    static std::optional<int> hundredths(const std::optional<double> &value) { return value ? std::optional(static_cast<int>(*value * 100)) : std::nullopt; }
    int byColumn(const Call &a, const Call &b) const
    {
        switch (m_sort.column) {
        case SortColumn::Started: return numbers(std::optional(a.started_at.value_or(0)), std::optional(b.started_at.value_or(0)));
        case SortColumn::Triage: return 0;
        case SortColumn::Sla: return numbers(due(a), due(b));
        case SortColumn::Caller: return texts(a.caller_name, b.caller_name);
        case SortColumn::Number: return texts(a.customer_number, b.customer_number);
        case SortColumn::Type: return numbers(a.call_type, b.call_type);
        case SortColumn::Status: return numbers(a.status, b.status);
        case SortColumn::Outcome: return numbers(a.outcome, b.outcome);
        case SortColumn::Agent: return texts(a.agent_name, b.agent_name);
        case SortColumn::Queue: return texts(a.queue, b.queue);
        case SortColumn::Priority: return numbers(a.priority, b.priority);
        case SortColumn::Duration: return numbers(a.duration_seconds, b.duration_seconds);
        case SortColumn::Value: return numbers(a.value_cents, b.value_cents);
        case SortColumn::LeadScore: return numbers(a.lead_score, b.lead_score);
        case SortColumn::Wait: return numbers(a.queue_seconds, b.queue_seconds);
        case SortColumn::Sentiment: return numbers(hundredths(a.sentiment_score), hundredths(b.sentiment_score));
        }
        return 0;
    }
    bool before(const Call &a, const Call &b) const
    {
        if (m_sort.column == SortColumn::Triage) {
            const auto place = [](const Call &call) {
                return std::tuple(!call.emergency, due(call).value_or(std::numeric_limits<TimeMs>::max()), call.priority.value_or(9), call.started_at.value_or(0), call.key);
            };
            return place(a) < place(b);
        }
        if (const int order = byColumn(a, b))
            return order < 0;
        const auto start = [](const Call &call) { return std::pair(call.started_at.value_or(0), call.key); };
        const bool oldestFirst = m_sort.column == SortColumn::Started && !m_sort.descending;
        return oldestFirst ? start(a) < start(b) : start(b) < start(a);
    }

    const CallFilter &m_filter;
    SortOrder m_sort;
    TimeMs m_now;
};

} // namespace calldeck::test
