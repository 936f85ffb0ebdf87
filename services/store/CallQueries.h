#pragma once

#include "desk/DeskService.h"
#include "store/CallIndex.h"

namespace calldeck
{

/** Answers which calls a query wants, in order, from the in-memory index and the full-text tables. Confined to one thread. */
class CallQueries
{
public:
    explicit CallQueries(Database &database) : m_database(database) {}

    /** Reads the index if it is not there yet. */
    Verdict prepare();
    Verdict refresh(const QList<CallKey> &keys);
    Verdict reload();
    qint64 calls() const { return m_index.size(); }
    /** All keys in order. `cancelled` may be empty; when it says true the answer is Error::Code::Cancelled. */
    Result<std::vector<CallKey>> order(const CallQuery &query, TimeMs now, const std::function<bool()> &cancelled);

private:
    Result<IdSet> tagged(const QStringList &tags);
    Result<std::vector<quint32>> textRanks(SortColumn column);

    Database &m_database;
    CallIndex m_index;
};

/** The first `limit` keys where an index of the file gives them at once, or nothing when only order() knows. */
Result<std::optional<std::vector<CallKey>>> firstKeys(Database &database, const CallQuery &query, int limit);

} // namespace calldeck
