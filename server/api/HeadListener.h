#pragma once

#include "api/Hub.h"

#include <atomic>

namespace calldeck
{

/**
 * Hears of what other processes wrote into the same PostgreSQL (LISTEN calldeck_head). After a lost connection it listens anew and looks
 * up the heads it may have missed. A thread and a connection of its own.
 */
class HeadListener
{
public:
    HeadListener(const SqlTarget &target, Hub &hub);
    ~HeadListener();
    HeadListener(const HeadListener &) = delete;
    HeadListener &operator=(const HeadListener &) = delete;

private:
    void run();
    void listen();
    void take(const QByteArray &text);

    const SqlTarget m_target;
    Hub &m_hub;
    std::atomic<bool> m_stopping = false;
    std::thread m_thread;
};

} // namespace calldeck
