#include "jobs/JobTurns.h"

#include <algorithm>
#include <tuple>

namespace calldeck
{

QStringList JobTurns::order(QStringList workspaces) const
{
    const std::lock_guard lock(m_mutex);
    workspaces.removeIf([this](const QString &ws) { return m_lines.value(ws).threads >= m_most; });
    std::stable_sort(workspaces.begin(), workspaces.end(), [this](const QString &a, const QString &b) {
        const Line first = m_lines.value(a);
        const Line second = m_lines.value(b);
        return std::tie(first.threads, first.served_at) < std::tie(second.threads, second.served_at);
    });
    return workspaces;
}

bool JobTurns::begin(const QString &ws)
{
    const std::lock_guard lock(m_mutex);
    Line &line = m_lines[ws];
    if (line.threads >= m_most)
        return false;
    ++line.threads;
    return true;
}

void JobTurns::end(const QString &ws, bool served, TimeMs now)
{
    const std::lock_guard lock(m_mutex);
    Line &line = m_lines[ws];
    --line.threads;
    if (served)
        line.served_at = now;
}

} // namespace calldeck
