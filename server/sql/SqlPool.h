#pragma once

#include "sql/SqlConnection.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace calldeck
{

/**
 * Worker threads of which each owns one connection, and a bounded queue of jobs before them. A lost connection is replaced before the
 * next job; a job that comes while the store is not reachable gets the error instead.
 */
class SqlPool
{
public:
    using Job = std::function<void(Result<SqlConnection *>)>;

    SqlPool(const SqlTarget &target, int workers, size_t most_waiting);
    /** stop(). */
    ~SqlPool();
    SqlPool(const SqlPool &) = delete;
    SqlPool &operator=(const SqlPool &) = delete;

    /** False when the queue is full or the pool stopped: the job is not run. Any thread. */
    bool post(Job job);
    /** Jobs that no worker has taken yet. Any thread. */
    size_t waiting() const;
    /** Runs what waits, then ends the workers. */
    void stop();

private:
    void work();
    std::optional<Job> next();

    const SqlTarget m_target;
    const size_t m_most;
    mutable std::mutex m_mutex;
    std::condition_variable m_wake;
    std::deque<Job> m_jobs;
    bool m_stopping = false;
    std::vector<std::thread> m_workers;
};

} // namespace calldeck
