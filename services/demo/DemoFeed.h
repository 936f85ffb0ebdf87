#pragma once

#include "demo/CallGenerator.h"
#include "desk/LiveFeed.h"

#include <QTimer>

namespace calldeck
{

class DeskStore;

/** How long things take in the demo, in ms; pauses between calls are means. */
struct DemoPace {
    int shortest_pause = 400;
    int calm_pause = 20'000;
    int surge_pause = 1'500;
    int shortest_ring = 4'000;
    int longest_ring = 13'000;
    int shortest_talk = 8'000;
    int longest_talk = 38'000;
};

/** Calls that arrive, ring and are answered or missed while somebody watches, on the same path as real ones. GUI thread, timers only. */
class DemoFeed : public LiveFeed
{
    Q_OBJECT
public:
    explicit DemoFeed(DeskStore &store, const DemoPace &pace = {});

    /** Begins with the calls that were still going on when the program was closed or killed: they end. */
    void start();
    bool isSurge() const override { return m_surge; }
    void setSurge(bool on) override;

private:
    void arrive();
    void ring(const IncomingCall &call);
    void end(const IncomingCall &call, TimeMs answeredAt, bool answered);
    void endAbandoned(const QList<Call> &calls);
    int nextPauseMs();
    int between(int shortest, int longest) { return shortest + m_chance.below(longest - shortest); }

    DeskStore &m_store;
    DemoPace m_pace;
    CallGenerator m_generator;
    Chance m_chance;
    QTimer m_arrivals;
    bool m_surge = false;
};

} // namespace calldeck
