#pragma once

#include "rules/CallFilter.h"
#include "rules/Workspace.h"

#include <QList>
#include <optional>

namespace calldeck
{

/** What a cell needs to know to say its text. */
struct CellContext {
    const Workspace &workspace;
    const QTimeZone &zone;
    TimeMs now;
};

enum class CellKind { Indicators, Sla, Caller, Type, Status, Outcome, Tags, Number, Plain };

/** A column of the calls table: one of the designed ones, or any other field of a call. */
struct CallColumn {
    QString id;    ///< stable name for preferences
    QString title;
    int width = 100;
    CellKind kind = CellKind::Plain;
    std::optional<CallField> field;
    std::optional<SortColumn> sort;
    bool shown = false;           ///< by default
    bool shown_in_triage = false; ///< by default in the narrow list beside the drawer
    bool right = false; ///< numbers stand at the right edge
};

/** Every column in its default order: the designed ones first, then the other fields. */
const QList<CallColumn> &callColumns();

/** The text of a cell: what is painted, copied and read aloud. */
QString cellText(const Call &call, const CallColumn &column, const CellContext &context);
/** One field for people: "4:05", "$1,800", "21 Nov 14:30", "Yes". "" for nothing. */
QString displayText(const Call &call, CallField field, const CellContext &context);
QString durationText(qint64 seconds);
QString moneyText(qint64 cents);
/** "14:30" today, "Fri 14:30" this week, "3 Nov 14:30", "3 Nov 2025". */
QString momentText(TimeMs at, TimeMs now, const QTimeZone &zone);

} // namespace calldeck
