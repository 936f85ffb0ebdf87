#include "rules/Triage.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace calldeck
{

bool triageBefore(const Call &a, const Call &b)
{
    static constexpr TimeMs never = std::numeric_limits<TimeMs>::max();
    const auto key = [](const Call &call) {
        const TimeMs due = call.sla_met_at ? never : call.sla_due_at.value_or(never);
        return std::tuple(!call.emergency, due, call.priority.value_or(9), call.started_at.value_or(0), call.key);
    };
    return key(a) < key(b);
}

QString TriageProgress::sentence() const
{
    QString text = QStringLiteral("%1 of %2 done").arg(done).arg(done + waiting);
    if (overdue > 0)
        text += QStringLiteral(", %1 overdue").arg(overdue);
    if (!seconds_per_call.isEmpty()) {
        QList<qint64> sorted = seconds_per_call;
        std::nth_element(sorted.begin(), sorted.begin() + sorted.size() / 2, sorted.end());
        text += QStringLiteral(", median %1 s a call").arg(sorted[sorted.size() / 2]);
    }
    return text;
}

} // namespace calldeck
