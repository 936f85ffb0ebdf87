#include "api/HeadListener.h"

#include "api/Log.h"
#include "sql/PostgresConnection.h"

namespace calldeck
{

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

HeadListener::HeadListener(const SqlTarget &target, Hub &hub) : m_target(target), m_hub(hub), m_thread([this] { run(); }) {}

HeadListener::~HeadListener()
{
    m_stopping = true;
    m_thread.join();
}

void HeadListener::run()
{
    while (!m_stopping) {
        listen();
        // Lost: the store may need a moment. Pushes through this process still tell their own sockets.
        for (int i = 0; i < 10 && !m_stopping; ++i)
            std::this_thread::sleep_for(50ms);
    }
}

void HeadListener::listen()
{
    constexpr int pollMs = 200;
    auto connection = PostgresConnection::connect(m_target.url);
    if (!connection || !(*connection)->execute("LISTEN calldeck_head"))
        return;
    logLine(u"listening_for_heads"_s);
    const QStringList names = m_hub.workspaces();
    for (const QString &ws : names) {
        const auto tx = WorkspaceTx::begin(**connection, ws, WorkspaceTx::Mode::Read);
        if (tx)
            m_hub.headMoved(ws, (*tx)->head().epoch, (*tx)->head().seq);
        m_hub.eventsRaised(ws);
    }
    while (!m_stopping) {
        const auto notification = (*connection)->notification(pollMs);
        if (!notification) {
            logLine(u"heads_lost"_s, {{LogField::Error, notification.error().message}});
            return;
        }
        if (*notification)
            take(**notification);
    }
}

void HeadListener::take(const QByteArray &text)
{
    const QList<QByteArray> words = text.split(' ');
    const QString ws = QString::fromUtf8(words[0]);
    if (words.size() >= 3)
        m_hub.headMoved(ws, words[1].toLongLong(), words[2].toLongLong());
    // A fourth word is the number of the newest event.
    if (words.size() == 4)
        m_hub.eventsRaised(ws);
}

} // namespace calldeck
