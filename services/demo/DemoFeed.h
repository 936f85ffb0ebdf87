#pragma once

#include "demo/CallGenerator.h"
#include "desk/LiveFeed.h"

#include <QSet>
#include <QTimer>

namespace calldeck
{

class DeskStore;
/** Takes calls that come from outside. On the GUI thread; returns at once. */
using CallTaker = std::function<void(const QList<IncomingCall> &)>;

/** How long things take in the demo, in ms; pauses between calls are means. */
struct DemoPace {
    int shortest_pause = 400;
    int calm_pause = 20'000;
    int surge_pause = 1'500;
    int shortest_ring = 4'000;
    int longest_ring = 13'000;
    int shortest_talk = 8'000;
    int longest_talk = 38'000;
    int sweep = 5'000; ///< between two looks for calls that nobody carries on
};

/** Calls that arrive, ring and are answered or missed while somebody watches, on the same path as real ones. GUI thread, timers only. */
class DemoFeed : public LiveFeed
{
    Q_OBJECT
public:
    DemoFeed(DeskStore &store, CallTaker take, const DemoPace &pace = {});

    /** Calls that were still going on when the program was closed or killed end, whenever they show on the desk. */
    void start();
    bool isSurge() const override { return m_surge; }
    void setSurge(bool on) override;

private:
    void arrive();
    void ring(const IncomingCall &call);
    void end(const IncomingCall &call, TimeMs answeredAt, bool answered);
    void sweep();
    void endAbandoned(const QList<Call> &calls);
    int nextPauseMs();
    int between(int shortest, int longest) { return shortest + m_chance.below(longest - shortest); }

    DeskStore &m_store;
    CallTaker m_take;
    DemoPace m_pace;
    CallGenerator m_generator;
    Chance m_chance;
    QTimer m_arrivals;
    QTimer m_sweeps;
    QSet<QString> m_mine; ///< ids of calls that this feed began or ended
    bool m_surge = false;
};

} // namespace calldeck
