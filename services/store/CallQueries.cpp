#include "store/CallQueries.h"

#include "store/CallSearch.h"

namespace calldeck
{

namespace
{

Result<std::vector<CallKey>> keysOf(Database &database, Statement &select)
{
    std::vector<CallKey> keys;
    while (select.step())
        keys.push_back(select.integer(0));
    if (select.failed())
        return database.lastError();
    return keys;
}

} // namespace

Verdict CallQueries::prepare() { return m_index.isLoaded() ? Verdict(Done{}) : m_index.load(m_database); }
Verdict CallQueries::reload()
{
    m_ranks.clear();
    return m_index.load(m_database);
}
Verdict CallQueries::refresh(const QList<CallKey> &keys)
{
    m_ranks.clear();
    return m_index.isLoaded() ? m_index.refresh(m_database, keys) : Verdict(Done{});
}

Result<IdSet> CallQueries::tagged(const QStringList &tags)
{
    IdSet set;
    Statement select = m_database.prepare("SELECT call_id FROM call_tags WHERE tag = ?");
    for (const QString &tag : tags) {
        select.reset();
        select.bind(1, tag);
        while (select.step())
            set.insert(select.integer(0));
        if (select.failed())
            return m_database.lastError();
    }
    return set;
}

Result<const std::vector<quint32> *> CallQueries::textRanks(SortColumn column)
{
    if (const auto known = m_ranks.find(column); known != m_ranks.end())
        return &known->second;
    // Both read an index of the file alone, in its order.
    Statement select = m_database.prepare(column == SortColumn::Caller
                                              ? "SELECT id, caller_name FROM calls WHERE caller_name IS NOT NULL ORDER BY caller_name COLLATE NOCASE, id"
                                              : "SELECT id, customer_number FROM calls WHERE customer_number IS NOT NULL ORDER BY customer_number, started_at");
    std::vector<quint32> ranks;
    QByteArray previous;
    quint32 rank = 0;
    while (select.step()) {
        const auto key = static_cast<size_t>(select.integer(0));
        if (const QByteArrayView text = select.utf8(1); text.compare(previous, Qt::CaseInsensitive) != 0) {
            previous = text.toByteArray();
            ++rank;
        }
        if (key >= ranks.size())
            ranks.resize(key + 1 + key / 4, CallIndex::unknownRank);
        ranks[key] = rank;
    }
    if (select.failed())
        return m_database.lastError();
    return &(m_ranks[column] = std::move(ranks));
}

Result<std::vector<CallKey>> CallQueries::order(const CallQuery &query, TimeMs now, const std::function<bool()> &cancelled)
{
    if (Verdict ready = prepare(); !ready)
        return ready.error();
    CallIndex::Request request{query.filter, query.sort, now, nullptr, nullptr, nullptr, cancelled};
    IdSet found;
    IdSet tags;
    if (const SearchQuestion question = searchQuestion(query.filter.text); !question.isEmpty()) {
        auto hits = searchCalls(m_database, question);
        if (!hits)
            return hits.error();
        found = *std::move(hits);
        request.found = &found;
    }
    if (!query.filter.tags.isEmpty()) {
        auto hits = tagged(query.filter.tags);
        if (!hits)
            return hits.error();
        tags = *std::move(hits);
        request.tagged = &tags;
    }
    if (query.sort.column == SortColumn::Caller || query.sort.column == SortColumn::Number) {
        auto ranked = textRanks(query.sort.column);
        if (!ranked)
            return ranked.error();
        request.textRanks = *ranked;
    }
    auto keys = m_index.select(request);
    if (!keys)
        return Error{Error::Code::Cancelled, QStringLiteral("Stopped."), {}, true};
    return *std::move(keys);
}

Result<std::optional<std::vector<CallKey>>> firstKeys(Database &database, const CallQuery &query, int limit)
{
    using Found = std::optional<std::vector<CallKey>>;
    const SearchQuestion question = searchQuestion(query.filter.text);
    CallFilter rest = query.filter;
    rest.text.clear();
    const bool newestFirst = query.sort == SortOrder{};
    const auto answer = [&](Statement &&select) -> Result<Found> {
        auto keys = keysOf(database, select);
        return keys ? Result<Found>(Found(*std::move(keys))) : Result<Found>(keys.error());
    };
    if (newestFirst && rest.isEmpty() && question.isEmpty()) {
        Statement select = database.prepare("SELECT id FROM calls ORDER BY started_at DESC, id DESC LIMIT ?");
        select.bind(1, limit);
        return answer(std::move(select));
    }
    const bool nothingElse = rest.isEmpty();
    rest.in_triage.reset();
    if (query.sort.column == SortColumn::Triage && query.filter.in_triage == true && rest.isEmpty() && question.isEmpty()) {
        Statement select = database.prepare("SELECT id FROM calls WHERE in_triage = 1 ORDER BY emergency DESC, ifnull(sla_due_at, 9223372036854775807), "
                                            "ifnull(priority, 9), started_at, id LIMIT ?");
        select.bind(1, limit);
        return answer(std::move(select));
    }
    if (newestFirst && nothingElse) {
        auto keys = searchNewest(database, question, limit);
        return keys ? Result<Found>(Found(*std::move(keys))) : Result<Found>(keys.error());
    }
    return Found();
}

} // namespace calldeck
