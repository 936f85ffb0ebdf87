#pragma once

#include "auth/Tokens.h"
#include "http/HttpReply.h"
#include "sql/SqlPool.h"
#include "sync/Feed.h"
#include "sync/PushRun.h"

#include <span>

namespace calldeck
{

class Hub;
class Metrics;

/** A push that waits for its turn in its workspace. */
struct PushTurn {
    Caller caller;
    TimeMs now = 0; ///< when it came
    PushRequest request;
    bool parks = false; ///< its one edit is kept for a person instead of taken
    HttpReply reply;
};

/**
 * Takes the pushes of a workspace one after another, and those that wait at the same time in one transaction: writers of a workspace exclude each other anyway, and so one
 * wait for the disk is shared. Each is answered after the commit. When anything fails in such a transaction it goes back as a whole and each of its pushes is taken alone, so
 * that a bad one fails by itself. Between two transactions of a workspace others get the worker. Any thread.
 */
class PushTurns
{
public:
    PushTurns(SqlPool &pool, Hub &hub, Metrics &metrics) : m_pool(pool), m_hub(hub), m_metrics(metrics) {}

    static constexpr qsizetype most_edits = PushRequest::most_edits; ///< in one transaction, unless one push has more
    static constexpr size_t most_waiting = 256;                     ///< of a workspace; more get 503

    /** The turn is answered here or on another worker of the pool. */
    void take(PushTurn turn, SqlConnection &connection);

    /** How many wait behind those that a worker is taking; nothing when none is at this workspace. */
    std::optional<size_t> waiting(const QString &ws);

private:
    using Queue = std::deque<PushTurn>;
    using Turns = std::span<const PushTurn>;

    void serve(const QString &ws, Result<SqlConnection *> connection);
    std::vector<PushTurn> next(const QString &ws);
    bool end(const QString &ws);
    void run(Turns turns, SqlConnection &connection);

    SqlPool &m_pool;
    Hub &m_hub;
    Metrics &m_metrics;
    std::mutex m_mutex;
    QHash<QString, std::shared_ptr<Queue>> m_queues; ///< of the workspaces that a worker serves now
};

} // namespace calldeck
