#include "drawer/DraftSaver.h"

#include <algorithm>

namespace calldeck
{

namespace
{

constexpr int quietMs = 100;
constexpr int longestWaitMs = 200;

} // namespace

DraftSaver::DraftSaver(DeskService &desk, QObject *parent) : QObject(parent), m_desk(desk)
{
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &DraftSaver::write);
}

void DraftSaver::keep(CallKey call, const Draft &draft)
{
    if (m_waiting && call != m_call)
        flush();
    if (!m_waiting)
        m_sinceFirstKey.start();
    m_call = call;
    m_draft = draft;
    m_waiting = true;
    m_timer.start(static_cast<int>(std::clamp<qint64>(longestWaitMs - m_sinceFirstKey.elapsed(), 0, quietMs)));
}

void DraftSaver::flush()
{
    m_timer.stop();
    write();
}

void DraftSaver::forget()
{
    m_timer.stop();
    m_waiting = false;
}

void DraftSaver::write()
{
    if (!m_waiting)
        return;
    m_waiting = false;
    Q_EMIT writing();
    m_desk.saveDraft(m_call, m_draft).then(this, [this](const Result<Receipt> &receipt) {
        if (receipt)
            Q_EMIT written();
        else
            Q_EMIT failed(receipt.error());
    });
}

} // namespace calldeck
