#pragma once

#include "http/Messages.h"

namespace calldeck
{

/** Where the answer to one request goes. Implemented by the server, and by tests of handlers. Any thread. */
class ReplyChannel
{
public:
    virtual ~ReplyChannel() = default;
    /** Only the first answer counts. */
    virtual void send(HttpResponse response) = 0;
    /** Has the peer left? */
    virtual bool isGone() const = 0;
};

/** Answers one request. Copies are the same reply. Any thread, also after the server has stopped. When all copies die
 * unsent, 500 goes out. */
class HttpReply
{
public:
    explicit HttpReply(std::shared_ptr<ReplyChannel> channel) : m_channel(std::move(channel)) {}

    void send(HttpResponse response) const { m_channel->send(std::move(response)); }
    /** True once nobody reads the answer any more: work for it may stop. */
    bool isGone() const { return m_channel->isGone(); }

private:
    std::shared_ptr<ReplyChannel> m_channel;
};

/** Where the word goes whether a body may come. Any thread. */
class BodyGateChannel
{
public:
    virtual ~BodyGateChannel() = default;
    virtual void open() = 0;
    virtual void refuse(HttpResponse response) = 0;
};

/** Lets the body of one request come, or answers instead of it. Copies are the same gate, only the first word counts;
 * when all die without one, 500 goes out. Any thread. */
class BodyGate
{
public:
    explicit BodyGate(std::shared_ptr<BodyGateChannel> channel) : m_channel(std::move(channel)) {}

    void open() const { m_channel->open(); }
    void refuse(HttpResponse response) const { m_channel->refuse(std::move(response)); }

private:
    std::shared_ptr<BodyGateChannel> m_channel;
};

} // namespace calldeck
