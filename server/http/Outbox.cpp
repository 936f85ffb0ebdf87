#include "http/Outbox.h"

#include <algorithm>
#include <utility>

namespace calldeck
{

namespace
{

// What a message costs beside its bytes: many empty ones are not free.
constexpr qint64 item_cost = 64;

} // namespace

Outbox::Put Outbox::put(int slot, QByteArray text)
{
    const std::lock_guard lock(m_mutex);
    if (m_closed)
        return Put::Closed;
    const auto old = slot == no_slot ? m_items.end()
                                     : std::find_if(m_items.begin(), m_items.end(),
                                                    [&](const Item &item) { return item.slot == slot; });
    const qint64 freed = old == m_items.end() ? 0 : old->text.size() + item_cost;
    const qint64 added = text.size() + item_cost;
    if (m_waiting + m_leaving - freed + added > m_most)
        return Put::Full;
    m_waiting += added - freed;
    if (old == m_items.end())
        m_items.push_back({slot, std::move(text)});
    else
        old->text = std::move(text);
    return std::exchange(m_taking, true) ? Put::Queued : Put::Wake;
}

Outbox::Put Outbox::offer(QByteArray text, qint64 most_waiting)
{
    const std::lock_guard lock(m_mutex);
    if (m_closed)
        return Put::Closed;
    const qint64 added = text.size() + item_cost;
    if (m_waiting + m_leaving + added > std::min(m_most, most_waiting))
        return Put::Full;
    m_waiting += added;
    m_items.push_back({no_slot, std::move(text)});
    return std::exchange(m_taking, true) ? Put::Queued : Put::Wake;
}

std::optional<QByteArray> Outbox::take()
{
    const std::lock_guard lock(m_mutex);
    m_leaving = 0;
    if (m_items.empty()) {
        m_taking = false;
        return {};
    }
    QByteArray text = std::move(m_items.front().text);
    m_items.pop_front();
    m_leaving = text.size() + item_cost;
    m_waiting -= m_leaving;
    return text;
}

void Outbox::close()
{
    const std::lock_guard lock(m_mutex);
    m_closed = true;
    m_items.clear();
    m_waiting = 0;
}

} // namespace calldeck
