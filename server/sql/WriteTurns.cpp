#include "sql/WriteTurns.h"

#include <QFileInfo>
#include <QHash>
#include <algorithm>

namespace calldeck
{

std::shared_ptr<WriteTurns> WriteTurns::of(const QString &file)
{
    static std::mutex mutex;
    static QHash<QString, std::weak_ptr<WriteTurns>> known;
    const std::lock_guard lock(mutex);
    known.removeIf([](const auto &it) { return it.value().expired(); });
    std::weak_ptr<WriteTurns> &one = known[QFileInfo(file).absoluteFilePath()];
    auto turns = one.lock();
    if (!turns)
        one = turns = std::make_shared<WriteTurns>();
    return turns;
}

bool WriteTurns::take(std::chrono::milliseconds longest)
{
    std::unique_lock lock(m_mutex);
    const quint64 mine = ++m_came;
    m_line.push_back(mine);
    if (m_moved.wait_for(lock, longest, [&] { return m_line.front() == mine; }))
        return true;
    m_line.erase(std::find(m_line.begin(), m_line.end(), mine));
    return false;
}

int WriteTurns::waiting()
{
    const std::lock_guard lock(m_mutex);
    return static_cast<int>(m_line.size());
}

void WriteTurns::give()
{
    {
        const std::lock_guard lock(m_mutex);
        m_line.pop_front();
    }
    m_moved.notify_all();
}

} // namespace calldeck
