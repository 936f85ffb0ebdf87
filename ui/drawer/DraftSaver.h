#pragma once

#include "desk/DeskService.h"

#include <QElapsedTimer>
#include <QTimer>

namespace calldeck
{

/**
 * Gets what is being typed onto the disk: at most 100 ms after a key, and while typing goes on every 200 ms, so that no crash
 * costs more than a quarter of a second. One write is under way at a time and the newest text follows it. GUI thread.
 */
class DraftSaver : public QObject
{
    Q_OBJECT
public:
    explicit DraftSaver(DeskService &desk, QObject *parent = nullptr);
    /** What still waits is handed to the desk, which outlives this object. */
    ~DraftSaver() override;

    void keep(CallKey call, const Draft &draft);
    /** Hands over what still waits, now. */
    void flush();
    /** The call's disposition is on its way to the disk: its draft must not be written after it. */
    void forget(CallKey call);
    /** The newest text of this call that was typed here; what a reader of the cache answers may be older. */
    std::optional<Draft> newest(CallKey call) const;

Q_SIGNALS:
    void writing(calldeck::CallKey call);
    /** Everything typed for this call is on the disk. */
    void written(calldeck::CallKey call);
    /** The draft is kept here and tried again with the next key, and by itself when that may help. */
    void failed(calldeck::CallKey call, const calldeck::Error &error);

private:
    void onTimer();
    void writeNext();
    void hand(CallKey call);
    void finish(CallKey call, const Draft &draft, const Result<Receipt> &receipt);

    DeskService &m_desk;
    QTimer m_timer;
    QTimer m_retryTimer;
    QElapsedTimer m_sinceFirstKey;
    QHash<CallKey, Draft> m_newest;
    QList<CallKey> m_waiting; ///< calls with text that was not handed over yet, oldest first
    QList<CallKey> m_refused;
    int m_underWay = 0;
    bool m_due = false; ///< the time for what waits has come, and only a write under way holds it up
};

} // namespace calldeck
