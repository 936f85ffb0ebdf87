#pragma once

#include "desk/DeskService.h"

#include <QElapsedTimer>
#include <QTimer>

namespace calldeck
{

/**
 * Gets what is being typed onto the disk: within 100 ms of the last key, and while typing goes on every 200 ms, so that no crash
 * costs more than a quarter of a second. Writes keep their order; the newest text wins.
 */
class DraftSaver : public QObject
{
    Q_OBJECT
public:
    explicit DraftSaver(DeskService &desk, QObject *parent = nullptr);

    void keep(CallKey call, const Draft &draft);
    /** Writes what still waits, now. */
    void flush();
    /** Forgets what waits: the call was saved. */
    void forget();

Q_SIGNALS:
    void writing();
    void written();
    void failed(const calldeck::Error &error);

private:
    void write();

    DeskService &m_desk;
    QTimer m_timer;
    QElapsedTimer m_sinceFirstKey;
    CallKey m_call = 0;
    Draft m_draft;
    bool m_waiting = false;
};

} // namespace calldeck
