#pragma once

#include <QDate>
#include <QString>
#include <QTime>
#include <optional>

namespace calldeck
{

/** "14:30", "2:30pm", "2:30 pm", "9am", "noon"; "9" only when `hourAlone`. */
std::optional<QTime> parseTypedTime(const QString &text, bool hourAlone);

/** A day as it is typed. Without a year it means the next such day that lies ahead. */
struct TypedDay {
    int days_ahead = -1; ///< 0 today, 1 tomorrow; else -1
    int weekday = 0;     ///< 1 Monday to 7
    bool next_week = false;
    int day = 0;
    int month = 0;
    int year = 0;
};
/** "tomorrow", "tom", "fri", "next monday", "2026-11-24", "24.11.", "11/24", "24 nov", "nov 24", the last four with or
 * without a year. */
std::optional<TypedDay> parseTypedDay(const QString &text);

/** "30m", "45 min", "2h", "1h30", "1 h 30 min", "3d", "in 2 hours". Days are days of the calendar, the rest is real
 * time. */
struct TypedSpan {
    qint64 days = 0;
    qint64 minutes = 0;
};
std::optional<TypedSpan> parseTypedSpan(const QString &text);

} // namespace calldeck
