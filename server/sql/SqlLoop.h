#pragma once

#include "sql/SqlConnection.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace calldeck
{

/** A thread with a connection of its own, opened anew when it is lost, that does a round of work again and again until it goes. */
class SqlLoop
{
public:
    /** True: there is more, go on at once. On the loop's thread. */
    using Round = std::function<bool(SqlConnection &)>;

    SqlLoop(const SqlTarget &target, std::chrono::milliseconds pause, Round round);
    /** Waits for the round under way. */
    ~SqlLoop();
    SqlLoop(const SqlLoop &) = delete;
    SqlLoop &operator=(const SqlLoop &) = delete;

    /** Ends the pause. Any thread. */
    void wake();

private:
    void run();

    const SqlTarget m_target;
    const std::chrono::milliseconds m_pause;
    const Round m_round;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    bool m_woken = false;
    bool m_stopping = false;
    std::thread m_thread;
};

} // namespace calldeck
