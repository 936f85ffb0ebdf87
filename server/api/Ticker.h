#pragma once

#include "api/Hub.h"

namespace calldeck
{

/**
 * Raises what became due (store/Events.h) in all workspaces every second, by the backend's clock, and has the hub tell it. Any number of
 * processes may do so over one store. A thread and a connection of its own.
 */
class Ticker
{
public:
    Ticker(const SqlTarget &target, Hub &hub, bool mails);
    ~Ticker();
    Ticker(const Ticker &) = delete;
    Ticker &operator=(const Ticker &) = delete;

private:
    void run();
    void tick(SqlConnection &connection);
    void raiseAll(SqlConnection &connection, const QString &ws);

    const SqlTarget m_target;
    Hub &m_hub;
    const bool m_mails;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    bool m_stopping = false;
    std::thread m_thread;
};

} // namespace calldeck
