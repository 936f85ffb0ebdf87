#pragma once

#include "api/Hub.h"
#include "sql/SqlLoop.h"

namespace calldeck
{

/**
 * Raises what became due (store/Events.h) in all workspaces every second, by the backend's clock, and has the hub tell it. Any number of
 * processes may do so over one store. A thread and a connection of its own.
 */
class Ticker
{
public:
    Ticker(const SqlTarget &target, Hub &hub, bool mails, bool logs);

private:
    void tick(SqlConnection &connection);
    void raiseAll(SqlConnection &connection, const QString &ws);

    Hub &m_hub;
    const bool m_mails;
    const bool m_logs; ///< what it raised; what failed is always logged
    SqlLoop m_loop; // last, so that it ends first
};

} // namespace calldeck
