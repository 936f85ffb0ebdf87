#include "rules/Sla.h"

#include <QDateTime>
#include <algorithm>

namespace calldeck
{

namespace
{

constexpr qint64 minuteMs = 60'000;

bool matches(const SlaRule &rule, const Call &call, SlaTrigger trigger)
{
    return rule.trigger == trigger && (rule.queue.isEmpty() || rule.queue.compare(call.queue, Qt::CaseInsensitive) == 0)
           && (!rule.call_type || rule.call_type == call.call_type) && (!rule.minimum_priority || call.priority.value_or(9) <= *rule.minimum_priority)
           && (!rule.after_hours || *rule.after_hours == call.after_hours);
}

SlaRule proportional(SlaTrigger trigger, qint64 minutes, bool businessTime)
{
    SlaRule rule;
    rule.trigger = trigger;
    rule.target_minutes = minutes;
    rule.warning_minutes = minutes / 2;
    rule.critical_minutes = minutes * 4 / 5;
    rule.business_time = businessTime;
    return rule;
}

const SlaRule *ruleFor(const SlaPolicy &policy, const Call &call, SlaTrigger trigger)
{
    const auto found = std::find_if(policy.rules.cbegin(), policy.rules.cend(), [&](const SlaRule &rule) { return matches(rule, call, trigger); });
    return found == policy.rules.cend() ? nullptr : &*found;
}

bool isDone(const Call &call)
{
    return call.status == CallStatus::COMPLETED || call.status == CallStatus::MISSED || call.status == CallStatus::VOICEMAIL || call.status == CallStatus::FAILED;
}

QString wallText(TimeMs at, const QTimeZone &zone)
{
    return QLocale::c().toString(QDateTime::fromMSecsSinceEpoch(at, zone), QStringLiteral("ddd H:mm"));
}

} // namespace

SlaPolicy SlaPolicy::standard(const BusinessCalendar &calendar)
{
    SlaRule missed;
    missed.trigger = SlaTrigger::MISSED_CALL;
    missed.warning_minutes = 5;
    missed.critical_minutes = 15;
    missed.target_minutes = 30;
    SlaRule emergency = proportional(SlaTrigger::EMERGENCY, 5, false);
    emergency.warning_minutes = 2;
    return {{emergency, missed, proportional(SlaTrigger::VOICEMAIL, 60, true), proportional(SlaTrigger::CALLBACK_DUE, 15, false),
             proportional(SlaTrigger::DISPOSITION_DUE, 60, true)},
            calendar};
}

std::optional<SlaClock> startSlaClock(const SlaPolicy &policy, const Call &call, SlaTrigger trigger, TimeMs startedAt)
{
    const SlaRule *rule = ruleFor(policy, call, trigger);
    if (!rule)
        return std::nullopt;
    const auto after = [&](qint64 minutes) {
        const TimeMs wall = startedAt + minutes * minuteMs;
        return rule->business_time ? addOpenTime(policy.calendar, startedAt, minutes * minuteMs).value_or(wall) : wall;
    };
    return SlaClock{trigger, startedAt, after(rule->warning_minutes), after(rule->critical_minutes), after(rule->target_minutes)};
}

std::optional<SlaTrigger> slaTriggerFor(const Call &call)
{
    if (!isDone(call) || !call.outcome_required || call.outcome || call.spam)
        return std::nullopt;
    if (call.emergency)
        return SlaTrigger::EMERGENCY;
    if (call.status == CallStatus::MISSED)
        return SlaTrigger::MISSED_CALL;
    if (call.status == CallStatus::VOICEMAIL)
        return SlaTrigger::VOICEMAIL;
    return SlaTrigger::DISPOSITION_DUE;
}

SlaState slaState(const SlaClock &clock, TimeMs now)
{
    if (now >= clock.due_at)
        return SlaState::OVERDUE;
    if (now >= clock.critical_at)
        return SlaState::CRITICAL;
    return now >= clock.warning_at ? SlaState::WARNING : SlaState::OK;
}

std::optional<SlaClock> slaClockOf(const Call &call)
{
    if (!call.sla_trigger || !call.sla_due_at || call.sla_met_at)
        return std::nullopt;
    const TimeMs due = *call.sla_due_at;
    return SlaClock{*call.sla_trigger, call.sla_started_at.value_or(due), call.sla_warning_at.value_or(due), call.sla_critical_at.value_or(due), due};
}

void setSlaClock(Call &call, const std::optional<SlaClock> &clock)
{
    call.sla_trigger = clock ? std::optional(clock->trigger) : std::nullopt;
    call.sla_started_at = clock ? std::optional(clock->started_at) : std::nullopt;
    call.sla_warning_at = clock ? std::optional(clock->warning_at) : std::nullopt;
    call.sla_critical_at = clock ? std::optional(clock->critical_at) : std::nullopt;
    call.sla_due_at = clock ? std::optional(clock->due_at) : std::nullopt;
}

QString explainSla(const SlaPolicy &policy, const Call &call, const SlaClock &clock, TimeMs now)
{
    const QTimeZone zone(policy.calendar.zone);
    const SlaRule *rule = ruleFor(policy, call, clock.trigger);
    const bool business = rule && rule->business_time;
    const qint64 minutes = rule ? rule->target_minutes : (clock.due_at - clock.started_at) / minuteMs;
    QString sentence = QStringLiteral("%1 %2: %3 %4, %5 %6 minutes")
                           .arg(now >= clock.due_at ? QStringLiteral("Was due") : QStringLiteral("Due"), wallText(clock.due_at, zone),
                                labelOf(clock.trigger).toLower(), wallText(clock.started_at, zone), QString::number(minutes),
                                business ? QStringLiteral("business") : QStringLiteral("clock"));
    if (business && clock.due_at - clock.started_at > minutes * minuteMs) {
        const auto opens = nextOpening(policy.calendar, clock.started_at);
        if (opens && *opens > clock.started_at)
            sentence += QStringLiteral("; closed until %1").arg(wallText(*opens, zone));
        else
            sentence += QStringLiteral("; closed hours in between do not count");
    }
    return QString(sentence + u'.');
}

QString slaRemainingText(const SlaClock &clock, TimeMs now)
{
    const qint64 seconds = std::abs(clock.due_at - now) / 1000;
    const QString sign = now >= clock.due_at ? QStringLiteral("\u2212") : QString();
    if (seconds < 3600)
        return QString(sign + QStringLiteral("%1:%2").arg(seconds / 60).arg(seconds % 60, 2, 10, QLatin1Char('0')));
    if (seconds < 86'400)
        return QString(sign + QStringLiteral("%1 h %2 min").arg(seconds / 3600).arg(seconds % 3600 / 60));
    return QString(sign + QStringLiteral("%1 d %2 h").arg(seconds / 86'400).arg(seconds % 86'400 / 3600));
}

} // namespace calldeck
