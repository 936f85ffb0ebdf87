#include "demo/DemoFeed.h"

#include "desk/Answer.h"
#include "store/DeskStore.h"

#include <QDateTime>

namespace calldeck
{

namespace
{

constexpr TimeMs abandonedRingMs = 25'000;
constexpr TimeMs abandonedTalkMs = 60'000;
constexpr double calmAnswered = 0.8;
constexpr double surgeAnswered = 0.35;

} // namespace

DemoFeed::DemoFeed(DeskStore &store, CallTaker take, const DemoPace &pace)
    : m_store(store), m_take(std::move(take)), m_pace(pace), m_generator(static_cast<quint64>(QDateTime::currentMSecsSinceEpoch()), store.workspace()),
      m_chance(static_cast<quint64>(QDateTime::currentMSecsSinceEpoch()) + 1)
{
    m_arrivals.setSingleShot(true);
    connect(&m_arrivals, &QTimer::timeout, this, &DemoFeed::arrive);
    m_sweeps.setInterval(pace.sweep);
    connect(&m_sweeps, &QTimer::timeout, this, &DemoFeed::sweep);
}

void DemoFeed::start()
{
    sweep();
    m_sweeps.start();
    m_arrivals.start(nextPauseMs());
}

void DemoFeed::sweep()
{
    onAnswer(m_store.inProgress(QStringLiteral("demo")), this, [this](const Result<QList<Call>> &calls) {
        if (calls)
            endAbandoned(*calls);
    });
}

void DemoFeed::endAbandoned(const QList<Call> &calls)
{
    QList<IncomingCall> ended;
    for (const Call &call : calls) {
        if (m_mine.contains(call.provider_call_id))
            continue;
        m_mine.insert(call.provider_call_id);
        const bool answered = call.answered_at.has_value();
        const TimeMs from = call.answered_at.value_or(call.started_at.value_or(m_store.now()) + abandonedRingMs);
        ended.append(m_generator.finish({call, {}, {}}, from, std::min(m_store.now(), from + (answered ? abandonedTalkMs : 0)), answered));
    }
    if (!ended.isEmpty())
        m_take(ended);
}

void DemoFeed::setSurge(bool on)
{
    if (m_surge == on)
        return;
    m_surge = on;
    m_arrivals.start(nextPauseMs());
    Q_EMIT surgeChanged(on);
}

int DemoFeed::nextPauseMs() { return m_pace.shortest_pause + static_cast<int>(-std::log(1 - m_chance.unit()) * (m_surge ? m_pace.surge_pause : m_pace.calm_pause)); }

void DemoFeed::arrive()
{
    const IncomingCall call = m_generator.arriving(m_store.now());
    m_mine.insert(call.call.provider_call_id);
    m_take({call});
    ring(call);
    m_arrivals.start(nextPauseMs());
}

void DemoFeed::ring(const IncomingCall &call)
{
    const bool answered = m_chance.happens(m_surge ? surgeAnswered : calmAnswered);
    QTimer::singleShot(between(m_pace.shortest_ring, m_pace.longest_ring), this, [this, call, answered] {
        const TimeMs at = m_store.now();
        if (!answered)
            return end(call, at, false);
        IncomingCall picked = call;
        picked.call.live_state = LiveState::ANSWERED;
        picked.call.answered_at = at;
        m_take({picked});
        QTimer::singleShot(between(m_pace.shortest_talk, m_pace.longest_talk), this, [this, picked, at] { end(picked, at, true); });
    });
}

void DemoFeed::end(const IncomingCall &call, TimeMs answeredAt, bool answered)
{
    m_take({m_generator.finish(call, answeredAt, m_store.now(), answered)});
}

} // namespace calldeck
