#include "table/CallSelection.h"

namespace calldeck
{

QList<CallKey> CallSelection::keys(const std::vector<CallKey> &order) const
{
    QList<CallKey> chosen;
    for (CallKey key : order) {
        if (contains(key))
            chosen.append(key);
    }
    return chosen;
}

void CallSelection::put(CallKey key, bool chosen)
{
    const auto place = static_cast<size_t>(key);
    if (place >= m_chosen.size())
        m_chosen.resize(place + 1);
    m_count += int(chosen) - int(m_chosen[place]);
    m_chosen[place] = chosen;
}

void CallSelection::clear()
{
    m_chosen.clear();
    m_count = 0;
    Q_EMIT changed();
}

void CallSelection::selectAll(const std::vector<CallKey> &order)
{
    for (CallKey key : order)
        put(key, true);
    Q_EMIT changed();
}

void CallSelection::toggle(CallKey key)
{
    put(key, !contains(key));
    Q_EMIT changed();
}

void CallSelection::selectMany(const QList<CallKey> &keys)
{
    m_chosen.clear();
    m_count = 0;
    for (CallKey key : keys)
        put(key, true);
    Q_EMIT changed();
}

void CallSelection::keepOnly(const std::vector<CallKey> &order)
{
    if (isEmpty())
        return;
    const std::vector<bool> before = std::exchange(m_chosen, {});
    const qint64 countBefore = std::exchange(m_count, 0);
    for (CallKey key : order) {
        if (static_cast<size_t>(key) < before.size() && before[static_cast<size_t>(key)])
            put(key, true);
    }
    if (m_count != countBefore)
        Q_EMIT changed();
}

} // namespace calldeck
