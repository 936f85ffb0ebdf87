#include "drawer/DraftSaver.h"

#include "desk/Answer.h"

#include <algorithm>

namespace calldeck
{

namespace
{

constexpr int quietMs = 100;
constexpr int longestWaitMs = 200;
constexpr int retryMs = 2000;

} // namespace

DraftSaver::DraftSaver(DeskService &desk, QObject *parent) : QObject(parent), m_desk(desk)
{
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::PreciseTimer);
    m_retryTimer.setSingleShot(true);
    m_retryTimer.setInterval(retryMs);
    connect(&m_timer, &QTimer::timeout, this, &DraftSaver::onTimer);
    connect(&m_retryTimer, &QTimer::timeout, this, [this] {
        for (CallKey call : std::exchange(m_refused, {})) {
            if (m_newest.contains(call) && !m_waiting.contains(call))
                m_waiting.append(call);
        }
        onTimer();
    });
}

DraftSaver::~DraftSaver()
{
    for (CallKey call : std::as_const(m_waiting))
        (void)m_desk.saveDraft(call, m_newest.value(call));
}

void DraftSaver::keep(CallKey call, const Draft &draft)
{
    if (m_waiting.isEmpty())
        m_sinceFirstKey.start();
    m_newest.insert(call, draft);
    if (!m_waiting.contains(call))
        m_waiting.append(call);
    if (!m_due)
        m_timer.start(static_cast<int>(std::clamp<qint64>(longestWaitMs - m_sinceFirstKey.elapsed(), 0, quietMs)));
}

void DraftSaver::flush()
{
    m_timer.stop();
    m_due = false;
    while (!m_waiting.isEmpty())
        hand(m_waiting.takeFirst());
}

void DraftSaver::forget(CallKey call)
{
    m_waiting.removeAll(call);
    m_refused.removeAll(call);
    m_newest.remove(call);
}

std::optional<Draft> DraftSaver::newest(CallKey call) const
{
    const auto found = m_newest.constFind(call);
    return found == m_newest.cend() ? std::nullopt : std::optional(*found);
}

void DraftSaver::onTimer()
{
    m_due = true;
    writeNext();
}

void DraftSaver::writeNext()
{
    if (m_waiting.isEmpty())
        m_due = false;
    else if (m_due && m_underWay == 0)
        hand(m_waiting.takeFirst());
}

void DraftSaver::hand(CallKey call)
{
    ++m_underWay;
    Q_EMIT writing(call);
    const Draft draft = m_newest.value(call);
    onAnswer(m_desk.saveDraft(call, draft), this, [this, call, draft](const Result<Receipt> &receipt) { finish(call, draft, receipt); });
}

void DraftSaver::finish(CallKey call, const Draft &draft, const Result<Receipt> &receipt)
{
    --m_underWay;
    const auto newest = m_newest.constFind(call);
    const bool current = newest != m_newest.cend() && *newest == draft;
    if (current && receipt) {
        Q_EMIT written(call);
    } else if (current) {
        m_refused.append(call);
        if (receipt.error().retryable)
            m_retryTimer.start();
        Q_EMIT failed(call, receipt.error());
    }
    writeNext();
}

} // namespace calldeck
