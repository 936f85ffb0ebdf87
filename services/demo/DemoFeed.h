#pragma once

#include "demo/CallGenerator.h"
#include "desk/LiveFeed.h"

#include <QTimer>

namespace calldeck
{

class DeskStore;

/** Calls that arrive, ring and are answered or missed while somebody watches, on the same path as real ones. GUI thread, timers only. */
class DemoFeed : public LiveFeed
{
    Q_OBJECT
public:
    explicit DemoFeed(DeskStore &store);

    void start();
    bool isSurge() const override { return m_surge; }
    void setSurge(bool on) override;

private:
    void arrive();
    void ring(const IncomingCall &call);
    void end(const IncomingCall &call, TimeMs answeredAt, bool answered);
    int nextPauseMs();

    DeskStore &m_store;
    CallGenerator m_generator;
    Chance m_chance;
    QTimer m_arrivals;
    bool m_surge = false;
};

} // namespace calldeck
