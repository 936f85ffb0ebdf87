#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

namespace calldeck::test
{

using namespace std::chrono_literals;

/** Things that come from other threads, for a test to wait for. */
template <class T> class Mailbox
{
public:
    void put(T value)
    {
        const std::lock_guard lock(m_mutex);
        m_values.push_back(std::move(value));
        m_came.notify_all();
    }
    /** The next one, or none when the time is over. */
    std::optional<T> take(std::chrono::milliseconds most = 10s)
    {
        std::unique_lock lock(m_mutex);
        if (!m_came.wait_for(lock, most, [&] { return !m_values.empty(); }))
            return {};
        T value = std::move(m_values.front());
        m_values.pop_front();
        return value;
    }
    /** Waits until one holds; those before it are gone. */
    template <class Predicate> std::optional<T> takeUntil(Predicate holds)
    {
        for (;;) {
            std::optional<T> value = take();
            if (!value || holds(*value))
                return value;
        }
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_came;
    std::deque<T> m_values;
};

} // namespace calldeck::test
