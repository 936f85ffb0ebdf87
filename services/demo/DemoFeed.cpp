#include "demo/DemoFeed.h"

#include "store/DeskStore.h"

#include <QDateTime>

namespace calldeck
{

namespace
{

constexpr int calmPauseMs = 20'000;
constexpr int surgePauseMs = 1'500;
constexpr double calmAnswered = 0.8;
constexpr double surgeAnswered = 0.35;

} // namespace

DemoFeed::DemoFeed(DeskStore &store)
    : m_store(store), m_generator(static_cast<quint64>(QDateTime::currentMSecsSinceEpoch()), store.workspace()),
      m_chance(static_cast<quint64>(QDateTime::currentMSecsSinceEpoch()) + 1)
{
    m_arrivals.setSingleShot(true);
    connect(&m_arrivals, &QTimer::timeout, this, &DemoFeed::arrive);
}

void DemoFeed::start() { m_arrivals.start(nextPauseMs()); }

void DemoFeed::setSurge(bool on)
{
    if (m_surge == on)
        return;
    m_surge = on;
    m_arrivals.start(nextPauseMs());
    Q_EMIT surgeChanged(on);
}

int DemoFeed::nextPauseMs() { return 400 + static_cast<int>(-std::log(1 - m_chance.unit()) * (m_surge ? surgePauseMs : calmPauseMs)); }

void DemoFeed::arrive()
{
    const IncomingCall call = m_generator.arriving(m_store.now());
    m_store.take({call});
    ring(call);
    m_arrivals.start(nextPauseMs());
}

void DemoFeed::ring(const IncomingCall &call)
{
    const bool answered = m_chance.happens(m_surge ? surgeAnswered : calmAnswered);
    QTimer::singleShot(4000 + m_chance.below(9000), this, [this, call, answered] {
        const TimeMs at = m_store.now();
        if (!answered)
            return end(call, at, false);
        IncomingCall picked = call;
        picked.call.live_state = LiveState::ANSWERED;
        picked.call.answered_at = at;
        m_store.take({picked});
        QTimer::singleShot(8000 + m_chance.below(30'000), this, [this, picked, at] { end(picked, at, true); });
    });
}

void DemoFeed::end(const IncomingCall &call, TimeMs answeredAt, bool answered)
{
    m_store.take({m_generator.finish(call, answeredAt, m_store.now(), answered)});
}

} // namespace calldeck
