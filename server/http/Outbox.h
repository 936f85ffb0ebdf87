#pragma once

#include <QByteArray>
#include <deque>
#include <mutex>
#include <optional>

namespace calldeck
{

/** Messages that wait for one peer, bounded. Any thread puts in, one takes out. */
class Outbox
{
public:
    enum class Put { Queued, Wake /* queued, and nobody is taking: begin */, Full, Closed };
    static constexpr int no_slot = -1;

    explicit Outbox(qint64 most_bytes) : m_most(most_bytes) {}

    /** With a slot, takes the place of a message of that slot that still waits. Full counts the one being sent too. */
    Put put(int slot, QByteArray text);
    /** Puts in only while less than `most_waiting` bytes wait; Full otherwise, which harms nothing. */
    Put offer(QByteArray text, qint64 most_waiting);
    /** The next one, which counts until the next call; none ends the taking until put() says Wake. */
    std::optional<QByteArray> take();
    /** Forgets all and takes no more. */
    void close();

private:
    struct Item {
        int slot = no_slot;
        QByteArray text;
    };

    const qint64 m_most;
    std::mutex m_mutex;
    std::deque<Item> m_items;
    qint64 m_waiting = 0;
    qint64 m_leaving = 0;
    bool m_taking = false;
    bool m_closed = false;
};

} // namespace calldeck
