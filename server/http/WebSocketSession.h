#pragma once

#include "http/Outbox.h"
#include "http/ServerCore.h"

#include <atomic>

namespace calldeck
{

/** One WebSocket, from the answer 101 to its end. Any thread; owns itself through what is under way. */
class WebSocketSession : public Guest
{
public:
    /**
     * Takes over a connection whose request has been checked, on its strand; nothing may be under way on `wire`.
     * `answered` is told whether the answer 101 went out.
     */
    static void start(ServerCore &core, Wire wire, Seat seat, const HttpRequest &request, const QByteArray &subprotocol,
                      WebSocketEvents events, std::function<void(bool accepted)> answered);

    virtual Outbox &outbox() = 0;
    virtual bool isOpen() const = 0;
    virtual void flushFrom() = 0;
    virtual void closeFrom(quint16 code, QByteArray reason) = 0;
};

} // namespace calldeck
