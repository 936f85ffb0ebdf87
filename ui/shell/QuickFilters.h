#pragma once

#include "rules/CallFilter.h"

#include <functional>

namespace calldeck
{

/** A part of a filter that one click sets or takes away. */
struct QuickFilter {
    QString label;
    QString icon;
    std::function<bool(const CallFilter &)> isOn;
    std::function<void(CallFilter &, bool)> set;
    bool in_triage = true; ///< tells calls that wait in triage apart
};

/** The chips over the table, in their order. `now` and `zone` say what today is. */
QList<QuickFilter> quickFilters(TimeMs now, const QTimeZone &zone);

/** One value of a list of the filter. */
template <class Value> QuickFilter valueFilter(const QString &label, QList<Value> CallFilter::*list, const Value &value)
{
    return {label, {}, [=](const CallFilter &filter) { return (filter.*list).contains(value); },
            [=](CallFilter &filter, bool on) {
                (filter.*list).removeAll(value);
                if (on)
                    (filter.*list).append(value);
            }, true};
}

/** Yes for one of the filter's questions; off means no matter. */
QuickFilter flagFilter(const QString &label, std::optional<bool> CallFilter::*flag);

/** When calls started, by a word of the filter language: today, yesterday, week, month. */
QuickFilter startedFilter(const QString &label, const QString &word, TimeMs now, const QTimeZone &zone);

} // namespace calldeck
