#include "sql/SqlPool.h"

namespace calldeck
{

SqlPool::SqlPool(const SqlTarget &target, int workers, size_t most_waiting) : m_target(target), m_most(most_waiting)
{
    for (int i = 0; i < workers; ++i)
        m_workers.emplace_back([this] { work(); });
}

SqlPool::~SqlPool() { stop(); }

bool SqlPool::post(Job job)
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_stopping || m_jobs.size() >= m_most)
            return false;
        m_jobs.push_back(std::move(job));
    }
    m_wake.notify_one();
    return true;
}

size_t SqlPool::waiting() const
{
    const std::lock_guard lock(m_mutex);
    return m_jobs.size();
}

void SqlPool::stop()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_wake.notify_all();
    for (std::thread &worker : m_workers) {
        if (worker.joinable())
            worker.join();
    }
}

std::optional<SqlPool::Job> SqlPool::next()
{
    std::unique_lock lock(m_mutex);
    m_wake.wait(lock, [this] { return m_stopping || !m_jobs.empty(); });
    if (m_jobs.empty())
        return std::nullopt;
    Job job = std::move(m_jobs.front());
    m_jobs.pop_front();
    return job;
}

void SqlPool::work()
{
    std::unique_ptr<SqlConnection> connection;
    while (auto job = next()) {
        if (connection && connection->isBroken())
            connection = nullptr;
        if (connection) {
            (*job)(connection.get());
            continue;
        }
        auto opened = SqlConnection::open(m_target, SqlSchema::Migrate);
        if (!opened) {
            (*job)(opened.error());
            continue;
        }
        connection = *std::move(opened);
        (*job)(connection.get());
    }
}

} // namespace calldeck
