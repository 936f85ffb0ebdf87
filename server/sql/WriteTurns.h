#pragma once

#include <QString>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>

namespace calldeck
{

/**
 * The writers of one SQLite file in this process, in the order in which they came. SQLite by itself lets who waits try again after pauses of up to 100 ms: under load
 * one may lose many times while others pass. Any thread.
 */
class WriteTurns
{
public:
    /** The same for everybody in this process who writes that file. */
    static std::shared_ptr<WriteTurns> of(const QString &file);

    /** False when the turn did not come within the time. */
    bool take(std::chrono::milliseconds longest);
    void give();
    /** Who writes and who waits to. */
    int waiting();

private:
    std::mutex m_mutex;
    std::condition_variable m_moved;
    std::deque<quint64> m_line; ///< the first one writes
    quint64 m_came = 0;
};

} // namespace calldeck
