#include "sql/SqlLoop.h"

namespace calldeck
{

SqlLoop::SqlLoop(const SqlTarget &target, std::chrono::milliseconds pause, Round round) : m_target(target), m_pause(pause), m_round(std::move(round)), m_thread([this] { run(); }) {}

SqlLoop::~SqlLoop()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_wake.notify_all();
    m_thread.join();
}

void SqlLoop::wake()
{
    {
        const std::lock_guard lock(m_mutex);
        m_woken = true;
    }
    m_wake.notify_all();
}

void SqlLoop::run()
{
    std::unique_ptr<SqlConnection> connection;
    std::unique_lock lock(m_mutex);
    while (!m_stopping) {
        m_woken = false;
        lock.unlock();
        if (!connection || connection->isBroken()) {
            auto opened = SqlConnection::open(m_target, SqlSchema::Migrate);
            connection = opened ? *std::move(opened) : nullptr;
        }
        const bool more = connection && m_round(*connection);
        lock.lock();
        if (!more)
            m_wake.wait_for(lock, m_pause, [this] { return m_stopping || m_woken; });
    }
}

} // namespace calldeck
