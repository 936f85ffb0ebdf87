#include "store/CallIndex.h"

#include <QMap>
#include <algorithm>
#include <array>
#include <numeric>

namespace calldeck
{

namespace
{

constexpr const char *rowSql =
    "SELECT id, started_at, in_triage, emergency, status, call_type, outcome, disposition, priority, agent_name, queue, duration_seconds, "
    "queue_seconds, value_cents, lead_score, sentiment_score, sla_due_at, ifnull(sla_warning_at, sla_due_at), ifnull(sla_critical_at, sla_due_at), "
    "sla_met_at IS NULL AND sla_trigger IS NOT NULL AND sla_due_at IS NOT NULL, outcome_owed_reason IS NOT NULL, "
    "do_not_contact, spam, after_hours, follow_up_required, recording_status IN ('AVAILABLE', 'REDACTED'), transcript_status = 'AVAILABLE' FROM calls";

enum Flag : quint16 {
    InTriage = 1, Emergency = 2, Owed = 4, DoNotContact = 8, Spam = 16, AfterHours = 32, FollowUp = 64, HasRecording = 128, HasTranscript = 256
};

constexpr quint32 lastKey = CallIndex::unknownRank;
constexpr int rowsBetweenCancelChecks = 1 << 16;

template <class E> quint8 wordNumber(const Statement &row, int column, quint8 none)
{
    const QByteArrayView text = row.utf8(column);
    if (text.isEmpty())
        return none;
    const auto words = enumWords<E>();
    for (size_t i = 0; i < words.size(); ++i) {
        if (QStringView(words[i].wire).compare(QLatin1String(text.data(), text.size())) == 0)
            return static_cast<quint8>(i);
    }
    return none;
}

qint32 clampedInt(const Statement &row, int column)
{
    return row.isNull(column) ? -1 : static_cast<qint32>(std::clamp<qint64>(row.integer(column), 0, std::numeric_limits<qint32>::max()));
}

struct Ranked {
    quint32 rank;
    quint32 call; ///< key of the call
};

/** Stable least-significant-digit radix sort, as many passes as the highest rank needs: a million calls in a few milliseconds. */
void radixSort(std::vector<Ranked> &items, quint32 highest)
{
    constexpr int bits = 11;
    constexpr quint32 digits = 1U << bits;
    std::vector<Ranked> other(items.size());
    for (int shift = 0; shift < 32 && highest >> shift != 0; shift += bits) {
        std::array<size_t, digits + 1> start{};
        for (const Ranked &item : items)
            ++start[(item.rank >> shift & (digits - 1)) + 1];
        for (size_t i = 1; i < start.size(); ++i)
            start[i] += start[i - 1];
        for (const Ranked &item : items)
            other[start[item.rank >> shift & (digits - 1)]++] = item;
        items.swap(other);
    }
}

/** Turned round for a descending sort; what is unknown comes last in both directions. Returns the highest rank left. */
quint32 direct(std::vector<Ranked> &items, bool descending)
{
    quint32 highest = 0;
    for (const Ranked &item : items)
        highest = item.rank == lastKey ? highest : std::max(highest, item.rank);
    for (Ranked &item : items)
        item.rank = item.rank == lastKey ? highest + 1 : descending ? highest - item.rank : item.rank;
    return highest + 1;
}

template <class E> quint32 maskOf(const QList<E> &values)
{
    quint32 mask = 0;
    for (E value : values)
        mask |= 1U << static_cast<int>(value);
    return mask ? mask : 0xffffffffU;
}

} // namespace

quint16 Dictionary::idOf(QByteArrayView word)
{
    const auto found = m_ids.constFind(QByteArray::fromRawData(word.data(), word.size()));
    if (found != m_ids.cend())
        return *found;
    const auto id = static_cast<quint16>(std::min<qsizetype>(m_words.size(), 0xffff));
    m_ids.insert(word.toByteArray(), id);
    if (m_words.size() <= 0xffff)
        m_words.append(QString::fromUtf8(word));
    return id;
}

std::vector<quint32> Dictionary::ranks() const
{
    std::vector<quint32> order(size());
    for (size_t i = 0; i < size(); ++i)
        order[i] = static_cast<quint32>(i);
    std::sort(order.begin(), order.end(), [this](quint32 a, quint32 b) {
        if (word(a).isEmpty() != word(b).isEmpty())
            return word(b).isEmpty();
        return word(a).compare(word(b), Qt::CaseInsensitive) < 0;
    });
    std::vector<quint32> rank(size());
    for (size_t i = 0; i < order.size(); ++i) {
        const bool sameAsBefore = i > 0 && word(order[i]).compare(word(order[i - 1]), Qt::CaseInsensitive) == 0;
        rank[order[i]] = word(order[i]).isEmpty() ? lastKey : sameAsBefore ? rank[order[i - 1]] : static_cast<quint32>(i);
    }
    return rank;
}

std::vector<bool> Dictionary::matching(const QStringList &words) const
{
    std::vector<bool> match(size());
    for (size_t i = 0; i < size(); ++i)
        match[i] = words.contains(word(i), Qt::CaseInsensitive);
    return match;
}

/** A CallFilter prepared for a million tests in a row. */
class CallIndex::Predicate
{
public:
    Predicate(const CallIndex &index, const Request &request)
        : m_request(request), m_filter(request.filter), m_statuses(maskOf(m_filter.statuses)), m_types(maskOf(m_filter.types)),
          m_outcomes(maskOf(m_filter.outcomes))
    {
        if (!m_filter.agents.isEmpty())
            m_agents = index.m_agents.matching(m_filter.agents);
        if (!m_filter.queues.isEmpty())
            m_queues = index.m_queues.matching(m_filter.queues);
        if (!m_filter.dispositions.isEmpty())
            m_dispositions = index.m_dispositions.matching(m_filter.dispositions);
        flag(m_filter.in_triage, InTriage);
        flag(m_filter.emergency, Emergency);
        flag(m_filter.outcome_owed, Owed);
        flag(m_filter.do_not_contact, DoNotContact);
        flag(m_filter.spam, Spam);
        flag(m_filter.after_hours, AfterHours);
        flag(m_filter.follow_up_required, FollowUp);
        flag(m_filter.has_recording, HasRecording);
        flag(m_filter.has_transcript, HasTranscript);
        for (SlaState state : m_filter.sla_states)
            m_slaStates |= 1U << static_cast<int>(state);
    }

    bool operator()(const Row &row) const
    {
        return (row.flags & m_care) == m_want && (m_statuses >> row.status & 1) && (m_types >> row.type & 1) && (m_outcomes >> row.outcome & 1)
               && words(row) && ranges(row) && (!m_slaStates || (m_slaStates >> static_cast<int>(slaStateOf(row)) & 1))
               && (!m_request.found || m_request.found->contains(row.key)) && (!m_request.tagged || m_request.tagged->contains(row.key));
    }

private:
    void flag(const std::optional<bool> &wanted, Flag bit)
    {
        if (!wanted)
            return;
        m_care = static_cast<quint16>(m_care | bit);
        if (*wanted)
            m_want = static_cast<quint16>(m_want | bit);
    }
    static bool inside(const Range &range, qint64 value, bool known, bool toExclusive = false)
    {
        if (!range.isSet())
            return true;
        return known && (!range.from || value >= *range.from) && (!range.to || (toExclusive ? value < *range.to : value <= *range.to));
    }
    bool words(const Row &row) const
    {
        if (m_filter.has_outcome && *m_filter.has_outcome != (row.outcome != noWord))
            return false;
        return (m_agents.empty() || m_agents[row.agent]) && (m_queues.empty() || m_queues[row.queue])
               && (m_dispositions.empty() || m_dispositions[row.disposition]);
    }
    bool ranges(const Row &row) const
    {
        return inside(m_filter.started_at, row.started, row.started != 0, true) && inside(m_filter.duration_seconds, row.duration, row.duration >= 0)
               && inside(m_filter.value_cents, row.value, row.value >= 0) && inside(m_filter.priority, row.priority, row.priority != noNumber)
               && inside(m_filter.lead_score, row.leadScore, row.leadScore != noNumber) && inside(m_filter.queue_seconds, row.wait, row.wait >= 0);
    }
    SlaState slaStateOf(const Row &row) const
    {
        if (row.slaDue == noClock)
            return SlaState::NONE;
        const TimeMs now = m_request.now;
        return now >= row.slaDue ? SlaState::OVERDUE : now >= row.slaCritical ? SlaState::CRITICAL : now >= row.slaWarning ? SlaState::WARNING : SlaState::OK;
    }

    const Request &m_request;
    const CallFilter &m_filter;
    quint32 m_statuses, m_types, m_outcomes;
    quint32 m_slaStates = 0;
    quint16 m_care = 0;
    quint16 m_want = 0;
    std::vector<bool> m_agents, m_queues, m_dispositions;
};

CallIndex::Row CallIndex::readRow(const Statement &row)
{
    Row r;
    r.key = static_cast<quint32>(row.integer(0));
    r.started = row.integer(1);
    r.status = wordNumber<CallStatus>(row, 4, noWord);
    r.type = wordNumber<CallType>(row, 5, noWord);
    r.outcome = wordNumber<Outcome>(row, 6, noWord);
    r.disposition = m_dispositions.idOf(row.utf8(7));
    r.priority = row.isNull(8) ? noNumber : static_cast<quint8>(std::clamp<qint64>(row.integer(8), 0, noNumber - 1));
    r.agent = m_agents.idOf(row.utf8(9));
    r.queue = m_queues.idOf(row.utf8(10));
    r.duration = clampedInt(row, 11);
    r.wait = clampedInt(row, 12);
    r.value = row.optionalInteger(13).value_or(-1);
    r.leadScore = row.isNull(14) ? noNumber : static_cast<quint8>(std::clamp<qint64>(row.integer(14), 0, 100));
    r.sentiment = row.isNull(15) ? qint8(-128) : static_cast<qint8>(std::clamp(row.real(15), -1.0, 1.0) * 100);
    if (row.integer(19)) {
        r.slaDue = row.integer(16);
        r.slaWarning = row.integer(17);
        r.slaCritical = row.integer(18);
    }
    const auto set = [&](int column, Flag bit) {
        if (row.integer(column))
            r.flags = static_cast<quint16>(r.flags | bit);
    };
    set(2, InTriage);
    set(3, Emergency);
    set(20, Owed);
    set(21, DoNotContact);
    set(22, Spam);
    set(23, AfterHours);
    set(24, FollowUp);
    set(25, HasRecording);
    set(26, HasTranscript);
    return r;
}

Verdict CallIndex::load(Database &database)
{
    m_loaded = false;
    m_rows.clear();
    m_slotOfKey.clear();
    m_byStart.clear();
    m_rows.reserve(static_cast<size_t>(database.singleInteger("SELECT max(id) FROM calls").value_or(0)) + 1024);
    Statement select = database.prepare(rowSql);
    bool inOrder = true;
    while (select.step()) {
        const Row row = readRow(select);
        inOrder = inOrder && (m_rows.empty() || m_rows.back().started <= row.started);
        m_rows.push_back(row);
    }
    if (select.failed())
        return database.lastError();
    // The rows themselves, not their numbers alone: a filter that walks a million of them by time would wait for memory at each.
    if (!inOrder)
        std::sort(m_rows.begin(), m_rows.end(), startsBefore);
    m_byStart.resize(m_rows.size());
    std::iota(m_byStart.begin(), m_byStart.end(), 0U);
    for (const quint32 slot : m_byStart)
        slotOf(m_rows[slot].key) = slot + 1;
    m_loaded = true;
    return Done{};
}

quint32 &CallIndex::slotOf(quint32 key)
{
    if (key >= m_slotOfKey.size())
        m_slotOfKey.resize(key + 1 + key / 4);
    return m_slotOfKey[key];
}

bool CallIndex::startsBefore(const Row &a, const Row &b) { return a.started != b.started ? a.started < b.started : a.key < b.key; }

void CallIndex::insertByStart(quint32 slot)
{
    const auto at = std::upper_bound(m_byStart.begin(), m_byStart.end(), slot, [this](quint32 a, quint32 b) { return startsBefore(m_rows[a], m_rows[b]); });
    m_byStart.insert(at, slot);
}

void CallIndex::eraseByStart(quint32 slot)
{
    const auto at = std::lower_bound(m_byStart.begin(), m_byStart.end(), slot, [this](quint32 a, quint32 b) { return startsBefore(m_rows[a], m_rows[b]); });
    if (at != m_byStart.end() && *at == slot)
        m_byStart.erase(at);
}

void CallIndex::place(const Row &row)
{
    quint32 &slotPlusOne = slotOf(row.key);
    if (slotPlusOne) {
        const quint32 slot = slotPlusOne - 1;
        if (m_rows[slot].started == row.started) {
            m_rows[slot] = row;
            return;
        }
        eraseByStart(slot);
        m_rows[slot] = row;
        insertByStart(slot);
        return;
    }
    m_rows.push_back(row);
    slotPlusOne = static_cast<quint32>(m_rows.size());
    insertByStart(slotPlusOne - 1);
}

void CallIndex::remove(CallKey key)
{
    if (static_cast<size_t>(key) >= m_slotOfKey.size() || !m_slotOfKey[static_cast<size_t>(key)])
        return;
    eraseByStart(m_slotOfKey[static_cast<size_t>(key)] - 1);
    m_slotOfKey[static_cast<size_t>(key)] = 0;
}

Verdict CallIndex::refresh(Database &database, const QList<CallKey> &keys)
{
    static const QByteArray sql = QByteArray(rowSql) + " WHERE id = ?";
    Statement select = database.prepare(sql);
    for (CallKey key : keys) {
        select.reset();
        select.bind(1, key);
        if (select.step())
            place(readRow(select));
        else if (select.failed())
            return database.lastError();
        else
            remove(key);
    }
    return Done{};
}

std::vector<quint32> CallIndex::matchingSlots(const Request &request, bool *cancelled) const
{
    if (request.filter.isEmpty())
        return {m_byStart.crbegin(), m_byStart.crend()};
    const Predicate matches(*this, request);
    std::vector<quint32> found;
    int untilCheck = rowsBetweenCancelChecks;
    for (auto slot = m_byStart.rbegin(); slot != m_byStart.rend(); ++slot) {
        if (matches(m_rows[*slot]))
            found.push_back(*slot);
        if (--untilCheck == 0) {
            untilCheck = rowsBetweenCancelChecks;
            if (request.cancelled && request.cancelled()) {
                *cancelled = true;
                return {};
            }
        }
    }
    return found;
}

template <class Rank> std::vector<CallKey> CallIndex::ranked(const std::vector<quint32> &slots, bool descending, Rank rankOf) const
{
    std::vector<Ranked> items(slots.size());
    std::transform(slots.cbegin(), slots.cend(), items.begin(), [&](quint32 slot) { return Ranked{rankOf(m_rows[slot]), m_rows[slot].key}; });
    radixSort(items, direct(items, descending));
    std::vector<CallKey> keys(items.size());
    std::transform(items.cbegin(), items.cend(), keys.begin(), [](const Ranked &item) { return item.call; });
    return keys;
}

std::vector<CallKey> CallIndex::keysOf(const std::vector<quint32> &slots) const
{
    std::vector<CallKey> keys(slots.size());
    std::transform(slots.cbegin(), slots.cend(), keys.begin(), [this](quint32 slot) { return m_rows[slot].key; });
    return keys;
}

void CallIndex::sortByDeadline(std::vector<quint32> &slots, SortOrder sort) const
{
    if (sort.column == SortColumn::Sla) {
        // No deadline stays last in both directions; that is most calls, and they need no sorting.
        const auto due = [this](quint32 slot) { return m_rows[slot].slaDue; };
        const auto end = std::stable_partition(slots.begin(), slots.end(), [&due](quint32 slot) { return due(slot) != noClock; });
        std::stable_sort(slots.begin(), end, [&](quint32 a, quint32 b) { return sort.descending ? due(b) < due(a) : due(a) < due(b); });
        return;
    }
    static constexpr quint8 afterAllPriorities = 9;
    std::stable_sort(slots.begin(), slots.end(), [this](quint32 a, quint32 b) {
        const auto key = [](const Row &row) {
            return std::tuple(!(row.flags & Emergency), row.slaDue, row.priority == noNumber ? afterAllPriorities : row.priority, row.started, row.key);
        };
        return key(m_rows[a]) < key(m_rows[b]);
    });
}

std::vector<CallKey> CallIndex::sorted(std::vector<quint32> slots, const Request &request) const
{
    const bool descending = request.sort.descending;
    const auto by = [&](auto rankOf) { return ranked(slots, descending, rankOf); };
    const auto word = [](quint8 value) { return value == noWord ? lastKey : quint32(value); };
    const auto number = [](quint8 value) { return value == noNumber ? lastKey : quint32(value); };
    const auto amount = [](qint64 value) { return value < 0 ? lastKey : static_cast<quint32>(std::min<qint64>(value, lastKey - 2)); };
    switch (request.sort.column) {
    case SortColumn::Type: return by([&](const Row &row) { return word(row.type); });
    case SortColumn::Status: return by([&](const Row &row) { return word(row.status); });
    case SortColumn::Outcome: return by([&](const Row &row) { return word(row.outcome); });
    case SortColumn::Agent: return by([rank = m_agents.ranks()](const Row &row) { return rank[row.agent]; });
    case SortColumn::Queue: return by([rank = m_queues.ranks()](const Row &row) { return rank[row.queue]; });
    case SortColumn::Priority: return by([&](const Row &row) { return number(row.priority); });
    case SortColumn::Duration: return by([&](const Row &row) { return amount(row.duration); });
    case SortColumn::Value: return by([&](const Row &row) { return amount(row.value); });
    case SortColumn::LeadScore: return by([&](const Row &row) { return number(row.leadScore); });
    case SortColumn::Wait: return by([&](const Row &row) { return amount(row.wait); });
    case SortColumn::Sentiment: return by([](const Row &row) { return row.sentiment == -128 ? lastKey : static_cast<quint32>(row.sentiment + 100); });
    case SortColumn::Caller:
    case SortColumn::Number:
        return by([ranks = request.textRanks](const Row &row) { return ranks && row.key < ranks->size() ? (*ranks)[row.key] : lastKey; });
    case SortColumn::Started:
        if (!descending)
            std::reverse(slots.begin(), slots.end());
        return keysOf(slots);
    case SortColumn::Triage:
    case SortColumn::Sla: sortByDeadline(slots, request.sort); return keysOf(slots);
    }
    Q_UNREACHABLE();
}

std::optional<std::vector<CallKey>> CallIndex::select(const Request &request) const
{
    bool cancelled = false;
    std::vector<quint32> slots = matchingSlots(request, &cancelled);
    if (cancelled)
        return std::nullopt;
    return sorted(std::move(slots), request);
}

} // namespace calldeck
