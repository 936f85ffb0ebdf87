#include "api/Ticker.h"

#include "api/Log.h"
#include "store/Events.h"
#include "store/Moment.h"
#include "database/CrashPoint.h"

namespace calldeck
{

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace
{

constexpr auto tickEvery = 1s;
constexpr int mostAtOnce = 100; ///< in one transaction: pushes wait for it
constexpr int mostRounds = 100;

} // namespace

Ticker::Ticker(const SqlTarget &target, Hub &hub, bool mails, bool logs)
    : m_hub(hub), m_mails(mails), m_logs(logs), m_loop(target, tickEvery, [this](SqlConnection &connection) {
          tick(connection);
          return false;
      })
{
}

void Ticker::tick(SqlConnection &connection)
{
    const auto names = workspacesOf(connection);
    if (!names)
        return logLine(u"tick_failed"_s, {{LogField::Error, names.error().message}});
    for (const QString &ws : *names)
        raiseAll(connection, ws);
}

void Ticker::raiseAll(SqlConnection &connection, const QString &ws)
{
    for (int round = 0; round < mostRounds; ++round) {
        const auto raised = raiseDue(connection, ws, serverNow(), mostAtOnce, m_mails);
        if (!raised)
            return logLine(u"tick_failed"_s, {{LogField::Workspace, ws}, {LogField::Error, raised.error().message}});
        if (*raised == 0)
            return;
        crashAt("T1");
        if (m_logs)
            logLine(u"raised"_s, {{LogField::Workspace, ws}, {LogField::Count, *raised}});
        m_hub.eventsRaised(ws);
        if (*raised < mostAtOnce)
            return;
    }
}

} // namespace calldeck
