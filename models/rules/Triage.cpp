#include "rules/Triage.h"

#include "rules/Disposition.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr qint64 afterAllPriorities = 9;

qint64 orLast(const OptionalInt &value)
{
    return value.value_or(std::numeric_limits<qint64>::max());
}

qint64 median(QList<qint64> values)
{
    const auto middle = values.begin() + values.size() / 2;
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 == 1)
        return *middle;
    return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

} // namespace

void applyTriageRules(Call &call, const SlaPolicy &policy, TimeMs now)
{
    call.in_triage = needsTriage(call);
    const auto trigger = slaTriggerFor(call);
    const auto running = slaClockOf(call);
    if (!trigger) {
        if (running)
            call.sla_met_at = now;
        return;
    }
    if (running && running->trigger == *trigger)
        return;
    // Somebody made it an emergency just now; everything else was known when the call ended.
    const bool raised = *trigger == SlaTrigger::EMERGENCY && running;
    const TimeMs from = raised ? now : call.ended_at.value_or(call.started_at.value_or(now));
    if (const auto clock = startSlaClock(policy, call, *trigger, from)) {
        setSlaClock(call, clock);
        call.sla_met_at.reset();
    }
}

bool triageBefore(const Call &a, const Call &b)
{
    const auto place = [](const Call &call) {
        return std::tuple(!call.emergency, orLast(call.sla_due_at), call.priority.value_or(afterAllPriorities),
                          call.started_at, call.key);
    };
    return place(a) < place(b);
}

QString TriageProgress::sentence() const
{
    QString text = u"%1 of %2 done"_s.arg(done).arg(done + waiting);
    if (overdue > 0)
        text += u", %1 overdue"_s.arg(overdue);
    if (!seconds_per_call.isEmpty())
        text += u", median %1 s a call"_s.arg(median(seconds_per_call));
    return text;
}

} // namespace calldeck
