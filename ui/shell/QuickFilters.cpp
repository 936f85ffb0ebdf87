#include "shell/QuickFilters.h"

namespace calldeck
{

namespace
{

QuickFilter withIcon(QuickFilter filter, const QString &icon)
{
    filter.icon = icon;
    return filter;
}

QuickFilter outsideTriage(QuickFilter filter)
{
    filter.in_triage = false;
    return filter;
}

QuickFilter slaAtRisk()
{
    static const QList<SlaState> states{SlaState::WARNING, SlaState::CRITICAL, SlaState::OVERDUE};
    return {QStringLiteral("SLA at risk"), QStringLiteral("clock-alert"), [](const CallFilter &filter) { return filter.sla_states == states; },
            [](CallFilter &filter, bool on) { filter.sla_states = on ? states : QList<SlaState>(); }, true};
}

} // namespace

QuickFilter flagFilter(const QString &label, std::optional<bool> CallFilter::*flag)
{
    return {label, {}, [=](const CallFilter &filter) { return filter.*flag == true; },
            [=](CallFilter &filter, bool on) { filter.*flag = on ? std::optional<bool>(true) : std::nullopt; }, true};
}

QuickFilter startedFilter(const QString &label, const QString &word, TimeMs now, const QTimeZone &zone)
{
    const auto parsed = parseCallFilter(QStringLiteral("started:") + word, now, zone);
    const Range range = parsed ? parsed->started_at : Range{};
    return {label, {}, [=](const CallFilter &filter) { return filter.started_at == range; },
            [=](CallFilter &filter, bool on) { filter.started_at = on ? range : Range{}; }, true};
}

QList<QuickFilter> quickFilters(TimeMs now, const QTimeZone &zone)
{
    return {
        outsideTriage(withIcon(flagFilter(QStringLiteral("Needs outcome"), &CallFilter::in_triage), QStringLiteral("inbox"))),
        withIcon(flagFilter(QStringLiteral("Emergency"), &CallFilter::emergency), QStringLiteral("siren")),
        slaAtRisk(),
        withIcon(valueFilter(QStringLiteral("Missed"), &CallFilter::statuses, CallStatus::MISSED), QStringLiteral("phone-missed")),
        withIcon(valueFilter(QStringLiteral("Voicemail"), &CallFilter::statuses, CallStatus::VOICEMAIL), QStringLiteral("voicemail")),
        startedFilter(QStringLiteral("Today"), QStringLiteral("today"), now, zone),
        outsideTriage(valueFilter(QStringLiteral("Booked"), &CallFilter::outcomes, Outcome::BOOKED)),
        outsideTriage(flagFilter(QStringLiteral("Follow-up due"), &CallFilter::follow_up_required)),
    };
}

} // namespace calldeck
