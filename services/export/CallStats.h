#pragma once

#include "records/Call.h"

#include <QMap>

class QJsonObject;

namespace calldeck
{

/**
 * The figures of a call centre over the calls given to add(). Answered: somebody talked (talk time or answer time) or an inbound
 * call is completed, and it is neither missed nor a voicemail. Abandoned: the caller gave up in the IVR or in the queue.
 */
class CallStats
{
public:
    /** `targetSeconds`: how long a caller may wait for an answer to count as in time. */
    explicit CallStats(qint64 targetSeconds = 20) : m_target(targetSeconds) {}

    void add(const Call &call);

    qint64 calls() const { return m_calls; }
    qint64 answered() const { return m_answered; }
    qint64 abandonedInIvr() const { return m_abandonedIvr; }
    qint64 abandonedInQueue() const { return m_abandonedQueue; }
    /** Mean wait of the answered, in seconds; a call that never queued waited 0. */
    double averageSpeedOfAnswer() const;
    /** Answered within the target, of those that were answered or gave up in the queue: 0 to 1. */
    double serviceLevel() const;
    /** Mean of talk and wrap-up of the answered, in seconds. */
    double averageHandleTime() const;
    /** Outcome by its wire word, "NONE" without one. */
    const QMap<QString, qint64> &outcomes() const { return m_outcomes; }
    double percentOf(qint64 count) const;

    /** calls, answered, abandoned_ivr, abandoned_queue, average_speed_of_answer_s, service_level, average_handle_time_s, outcomes. */
    QJsonObject toJson() const;

private:
    qint64 m_target;
    qint64 m_calls = 0;
    qint64 m_answered = 0;
    qint64 m_inTime = 0;
    qint64 m_abandonedIvr = 0;
    qint64 m_abandonedQueue = 0;
    qint64 m_waitSeconds = 0;
    qint64 m_handleSeconds = 0;
    QMap<QString, qint64> m_outcomes;
};

} // namespace calldeck
