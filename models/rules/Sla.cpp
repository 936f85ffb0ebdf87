#include "rules/Sla.h"

#include "rules/Disposition.h"
#include "rules/LocalTime.h"
#include "rules/OpenIntervals.h"

#include <algorithm>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr qint64 minuteMs = 60 * 1000;

bool matches(const SlaRule &rule, const Call &call, SlaTrigger trigger)
{
    return rule.trigger == trigger &&
           (rule.queue.isEmpty() || rule.queue.compare(call.queue, Qt::CaseInsensitive) == 0) &&
           (!rule.call_type || rule.call_type == call.call_type) &&
           (!rule.minimum_priority || (call.priority && *call.priority <= *rule.minimum_priority)) &&
           (!rule.after_hours || *rule.after_hours == call.after_hours);
}

const SlaRule *ruleFor(const SlaPolicy &policy, const Call &call, SlaTrigger trigger)
{
    const auto found = std::find_if(policy.rules.cbegin(), policy.rules.cend(),
                                    [&](const SlaRule &rule) { return matches(rule, call, trigger); });
    return found == policy.rules.cend() ? nullptr : &*found;
}

QString triggerText(SlaTrigger trigger)
{
    switch (trigger) {
    case SlaTrigger::MISSED_CALL:
        return u"missed"_s;
    case SlaTrigger::VOICEMAIL:
        return u"voicemail left"_s;
    case SlaTrigger::CALLBACK_DUE:
        return u"callback promised for"_s;
    case SlaTrigger::DISPOSITION_DUE:
        return u"ended without an outcome"_s;
    case SlaTrigger::EMERGENCY:
        return u"emergency since"_s;
    }
    Q_UNREACHABLE();
}

QString targetText(const SlaRule &rule)
{
    const QString kind = rule.business_time ? u"business minute"_s : u"minute"_s;
    return QString::number(rule.target_minutes) % u' ' % kind % (rule.target_minutes == 1 ? QString() : u"s"_s) %
           (rule.business_time ? QString() : u" day or night"_s);
}

/** "closed Fri 17:00 to Mon 9:00 and Tue 12:00 to Tue 13:00", or "" when it was open all the while. */
QString closedText(const BusinessCalendar &calendar, const SlaClock &clock, TimeMs now)
{
    constexpr int shown = 3;
    const QTimeZone zone(calendar.zone);
    QStringList spans;
    int more = 0;
    TimeMs closedFrom = clock.started_at;
    OpenIntervals intervals(calendar, clock.started_at);
    while (closedFrom < clock.due_at) {
        const auto interval = intervals.next();
        if (!interval)
            break;
        if (interval->from > closedFrom && interval->from <= clock.due_at) {
            const QString to = nearTimeText(interval->from, now, zone);
            if (spans.size() == shown)
                ++more;
            else
                spans.append(closedFrom == clock.started_at
                                 ? QString(u"until "_s % to)
                                 : QString(nearTimeText(closedFrom, now, zone) % u" to "_s % to));
        }
        closedFrom = interval->to;
    }
    if (spans.isEmpty())
        return {};
    const QString rest = more > 0 ? u" and %1 more times"_s.arg(more) : QString();
    return QString(u"closed "_s % spans.join(u", "_s) % rest);
}

/** When so many minutes have passed from `startedAt`, in open or wall time. */
std::optional<TimeMs> after(const SlaPolicy &policy, const SlaRule &rule, TimeMs startedAt, qint64 ms)
{
    return rule.business_time ? addOpenTime(policy.calendar, startedAt, ms) : std::optional(startedAt + ms);
}

} // namespace

SlaPolicy SlaPolicy::standard(const BusinessCalendar &calendar)
{
    const auto rule = [](SlaTrigger trigger, qint64 targetMinutes, bool businessTime) {
        SlaRule made;
        made.trigger = trigger;
        made.target_minutes = targetMinutes;
        made.business_time = businessTime;
        return made;
    };
    SlaRule missed = rule(SlaTrigger::MISSED_CALL, 30, true);
    missed.warning_minutes = 5;
    missed.critical_minutes = 15;
    return {{rule(SlaTrigger::EMERGENCY, 5, false), missed, rule(SlaTrigger::VOICEMAIL, 60, true),
             rule(SlaTrigger::CALLBACK_DUE, 15, false), rule(SlaTrigger::DISPOSITION_DUE, 60, true)},
            calendar};
}

std::optional<SlaClock> startSlaClock(const SlaPolicy &policy, const Call &call, SlaTrigger trigger, TimeMs startedAt)
{
    const SlaRule *rule = ruleFor(policy, call, trigger);
    if (!rule)
        return std::nullopt;
    const qint64 target = rule->target_minutes * minuteMs;
    const qint64 warning = std::min(rule->warning_minutes > 0 ? rule->warning_minutes * minuteMs : target / 2, target);
    const qint64 critical =
        std::clamp(rule->critical_minutes > 0 ? rule->critical_minutes * minuteMs : target * 4 / 5, warning, target);
    const auto warningAt = after(policy, *rule, startedAt, warning);
    const auto criticalAt = after(policy, *rule, startedAt, critical);
    const auto dueAt = after(policy, *rule, startedAt, target);
    if (!warningAt || !criticalAt || !dueAt)
        return std::nullopt;
    return SlaClock{trigger, startedAt, *warningAt, *criticalAt, *dueAt};
}

std::optional<SlaTrigger> slaTriggerFor(const Call &call)
{
    if (!needsTriage(call))
        return std::nullopt;
    if (call.emergency)
        return SlaTrigger::EMERGENCY;
    if (call.status == CallStatus::VOICEMAIL)
        return SlaTrigger::VOICEMAIL;
    const bool outbound = call.call_type && isOutbound(*call.call_type);
    return call.status == CallStatus::MISSED && !outbound ? SlaTrigger::MISSED_CALL : SlaTrigger::DISPOSITION_DUE;
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
    return SlaClock{*call.sla_trigger, call.sla_started_at.value_or(due), call.sla_warning_at.value_or(due),
                    call.sla_critical_at.value_or(due), due};
}

void setSlaClock(Call &call, const std::optional<SlaClock> &clock)
{
    call.sla_trigger = clock ? std::optional(clock->trigger) : std::nullopt;
    call.sla_started_at = clock ? std::optional(clock->started_at) : std::nullopt;
    call.sla_warning_at = clock ? std::optional(clock->warning_at) : std::nullopt;
    call.sla_critical_at = clock ? std::optional(clock->critical_at) : std::nullopt;
    call.sla_due_at = clock ? std::optional(clock->due_at) : std::nullopt;
    call.sla_met_at.reset();
}

QString explainSla(const SlaPolicy &policy, const Call &call, const SlaClock &clock, TimeMs now)
{
    const QTimeZone zone(policy.calendar.zone);
    const QString due =
        QString((now >= clock.due_at ? u"Was due "_s : u"Due "_s) % nearTimeText(clock.due_at, now, zone));
    const QString start = QString(triggerText(clock.trigger) % u' ' % nearTimeText(clock.started_at, now, zone));
    const QString head = QString(due % u": "_s % start % u", "_s);

    // The policy may have changed since the clock started; a stored deadline is never explained by a rule that gives
    // another one.
    const SlaRule *rule = ruleFor(policy, call, clock.trigger);
    const auto today = startSlaClock(policy, call, clock.trigger, clock.started_at);
    if (!rule || !today || today->due_at != clock.due_at)
        return QString(head % u"by the policy of that time."_s);
    const QString closed = rule->business_time ? closedText(policy.calendar, clock, now) : QString();
    return QString(head % targetText(*rule) % (closed.isEmpty() ? u"."_s : QString(u"; "_s % closed % u'.')));
}

QString slaRemainingText(const SlaClock &clock, TimeMs now)
{
    // A second that has begun still counts as left, so 0:00 means due now; a minus sign appears with the first whole
    // second over.
    const qint64 left = clock.due_at - now;
    const qint64 seconds = left >= 0 ? (left + 999) / 1000 : -left / 1000;
    const QString sign = left < 0 && seconds > 0 ? QString(QChar(0x2212)) : QString();
    const qint64 minutes = seconds / 60;
    if (minutes < 60)
        return QString(sign % u"%1:%2"_s.arg(minutes).arg(seconds % 60, 2, 10, QLatin1Char('0')));
    const qint64 hours = minutes / 60;
    if (hours < 24)
        return QString(sign % u"%1 h %2 min"_s.arg(hours).arg(minutes % 60));
    return QString(sign % u"%1 d %2 h"_s.arg(hours / 24).arg(hours % 24));
}

} // namespace calldeck
