#pragma once

#include "desk/DeskService.h"
#include "store/CallIndex.h"

#include <map>

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
    /** The place of each call's text in its column; kept until a call changes. */
    Result<const std::vector<quint32> *> textRanks(SortColumn column);

    Database &m_database;
    CallIndex m_index;
    std::map<SortColumn, std::vector<quint32>> m_ranks;
};

/** The first `limit` keys where an index of the file gives them at once, or nothing when only order() knows. */
Result<std::optional<std::vector<CallKey>>> firstKeys(Database &database, const CallQuery &query, int limit);

} // namespace calldeck
