#include "export/CallStats.h"

#include <QJsonObject>
#include <cmath>

namespace calldeck
{

namespace
{

bool wasAnswered(const Call &call)
{
    if (call.status == CallStatus::MISSED || call.status == CallStatus::VOICEMAIL)
        return false;
    const bool talked = call.answered_at || call.talk_seconds.value_or(0) > 0;
    return talked || (call.status == CallStatus::COMPLETED && call.call_type == CallType::INBOUND);
}

double rounded(double value, double unit) { return std::round(value * unit) / unit; }

double ratio(qint64 part, qint64 whole) { return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole); }

} // namespace

void CallStats::add(const Call &call)
{
    ++m_calls;
    ++m_outcomes[call.outcome ? wireWord(*call.outcome) : QStringLiteral("NONE")];
    if (wasAnswered(call)) {
        const qint64 wait = call.queue_seconds.value_or(0);
        ++m_answered;
        m_inTime += wait <= m_target ? 1 : 0;
        m_waitSeconds += wait;
        m_handleSeconds += call.talk_seconds.value_or(0) + call.wrap_up_seconds.value_or(0);
    } else if (call.abandoned_stage) {
        ++(*call.abandoned_stage == AbandonStage::IVR ? m_abandonedIvr : m_abandonedQueue);
    }
}

double CallStats::averageSpeedOfAnswer() const { return ratio(m_waitSeconds, m_answered); }
double CallStats::serviceLevel() const { return ratio(m_inTime, m_answered + m_abandonedQueue); }
double CallStats::averageHandleTime() const { return ratio(m_handleSeconds, m_answered); }
double CallStats::percentOf(qint64 count) const { return 100 * ratio(count, m_calls); }

QJsonObject CallStats::toJson() const
{
    QJsonObject outcomes;
    for (auto outcome = m_outcomes.begin(); outcome != m_outcomes.end(); ++outcome)
        outcomes.insert(outcome.key(), QJsonObject{{QStringLiteral("count"), outcome.value()}, {QStringLiteral("percent"), rounded(percentOf(outcome.value()), 100)}});
    return {{QStringLiteral("calls"), m_calls},
            {QStringLiteral("answered"), m_answered},
            {QStringLiteral("abandoned_ivr"), m_abandonedIvr},
            {QStringLiteral("abandoned_queue"), m_abandonedQueue},
            {QStringLiteral("average_speed_of_answer_s"), rounded(averageSpeedOfAnswer(), 1000)},
            {QStringLiteral("service_level"), rounded(serviceLevel(), 100'000)},
            {QStringLiteral("average_handle_time_s"), rounded(averageHandleTime(), 1000)},
            {QStringLiteral("outcomes"), outcomes}};
}

} // namespace calldeck
