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

void CallSelection::clear()
{
    m_all = false;
    m_keys.clear();
    Q_EMIT changed();
}

void CallSelection::selectAll()
{
    m_all = true;
    m_keys.clear();
    Q_EMIT changed();
}

void CallSelection::selectOnly(CallKey key)
{
    m_all = false;
    m_keys = {key};
    Q_EMIT changed();
}

void CallSelection::toggle(CallKey key)
{
    if (!m_keys.remove(key))
        m_keys.insert(key);
    Q_EMIT changed();
}

void CallSelection::selectMany(const QList<CallKey> &keys)
{
    m_all = false;
    m_keys = QSet<CallKey>(keys.cbegin(), keys.cend());
    Q_EMIT changed();
}

} // namespace calldeck
