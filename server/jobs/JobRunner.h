#pragma once

#include "jobs/JobTable.h"
#include "jobs/JobTurns.h"
#include "sql/SqlLoop.h"

#include <atomic>
#include <vector>

namespace calldeck
{

/** What one step of a job has at hand. On a thread of the runner. */
struct JobContext {
    SqlConnection &connection;
    const SqlTarget &target; ///< for a connection beside it
    QString ws;
    Job &job;
    std::function<bool()> isStopping;              ///< the process ends: leave at the next good moment
    std::function<void(const Head &)> wrote;       ///< the workspace's log moved
};

/** Whether there is more to do. The step has finished the job itself, or has lost it, when there is not. An Error puts the job back. */
using JobWork = std::function<Result<bool>(JobContext &)>;

/**
 * Does the jobs of a store, of which any number of processes may have a runner: a job is claimed with a lease, its steps renew it, and a
 * job whose process died is taken over when the lease ran out. Threads of its own, each with a connection. A workspace never holds all of
 * them, and a job of many steps goes back into the line every second while another one waits.
 */
class JobRunner
{
public:
    struct Parts {
        SqlTarget target;
        QHash<QString, JobWork> work; ///< by the job's kind
        std::function<void(const QString &ws, const Head &)> wrote;
        std::function<void(const QString &ws, const Error &)> failed; ///< for the log
        std::function<void(SqlConnection &)> hourly;
    };
    explicit JobRunner(Parts parts);
    /** Steps under way are ended, jobs given back. */
    ~JobRunner();
    JobRunner(const JobRunner &) = delete;
    JobRunner &operator=(const JobRunner &) = delete;

    /** There is a new job. Any thread. */
    void wake();

private:
    bool round(SqlConnection &connection, const QString &lease);
    void tidy(SqlConnection &connection);
    bool doOne(SqlConnection &connection, const QString &lease);
    using Claimed = std::optional<std::pair<QString, Job>>;
    Result<Claimed> claimAny(SqlConnection &connection, const QString &lease);
    Result<std::optional<Job>> claimFrom(SqlConnection &connection, const QString &ws, const QString &lease);
    bool isAnyWaiting(SqlConnection &connection, const QString &own) const;
    void perform(SqlConnection &connection, const QString &ws, Job job);
    void giveBack(SqlConnection &connection, const QString &ws, const Job &job);
    void putBack(SqlConnection &connection, const QString &ws, Job &job, const Error &error);

    const Parts m_parts;
    JobTurns m_turns;
    std::atomic<bool> m_stopping = false;
    std::atomic<qint64> m_tidied; ///< hours since 1970
    std::vector<std::unique_ptr<SqlLoop>> m_loops;
};

} // namespace calldeck
