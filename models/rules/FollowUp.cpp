#include "rules/FollowUp.h"

#include "rules/LocalTime.h"
#include "rules/TypedTime.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr qint64 minuteMs = 60 * 1000;
constexpr int furthestYears = 2;
constexpr int weekDays = 7;
constexpr int morningHour = 9;
constexpr int callingHoursBegin = 8;

Error refused(const QString &text, const QString &reason)
{
    return {Error::Code::InvalidInput, QString(u"\"%1\" %2"_s.arg(text.left(40), reason)), {}, false};
}

Error notUnderstood(const QString &text)
{
    return refused(text, u"is no time I can read; type something like 30m, 14:30, tomorrow 9:00 or fri 14:30."_s);
}

struct Parts {
    QString day;
    QString time;
};

/** Splits off the time at the end; "2:30 pm" is two words of it. */
Parts splitParts(const QString &text)
{
    const auto splitBefore = [&](qsizetype space) {
        return space < 0 ? Parts{{}, text} : Parts{text.left(space), text.mid(space + 1)};
    };
    const qsizetype lastSpace = text.lastIndexOf(u' ');
    const QString last = text.mid(lastSpace + 1);
    const bool halfDayAlone = last == u"am" || last == u"pm" || last == u"a" || last == u"p";
    return splitBefore(halfDayAlone && lastSpace > 0 ? text.lastIndexOf(u' ', lastSpace - 1) : lastSpace);
}

/** The first moment after `now` of those that the day and time may mean; the last one tried when none is. */
std::optional<TimeMs> resolve(const TypedDay &typed, const QTime &time, TimeMs now, const QTimeZone &zone)
{
    const QDate today = localTime(now, zone).date();
    QList<QDate> days;
    if (typed.days_ahead >= 0) {
        days = {today.addDays(typed.days_ahead)};
    } else if (typed.weekday > 0) {
        const QDate monday = today.addDays(1 - today.dayOfWeek());
        const QDate thisWeek = monday.addDays(typed.weekday - 1);
        days = {thisWeek, thisWeek.addDays(weekDays)};
        if (typed.next_week)
            days.removeFirst();
    } else if (typed.year > 0) {
        days = {QDate(typed.year, typed.month, typed.day)};
    } else {
        for (int year = today.year(); year <= today.year() + furthestYears; ++year)
            days.append(QDate(year, typed.month, typed.day));
    }
    days.removeIf([](const QDate &day) { return !day.isValid(); });
    std::optional<TimeMs> at;
    for (const QDate &day : days) {
        at = atWallTime(day, time, zone);
        if (*at > now)
            break;
    }
    return at;
}

std::optional<TimeMs> parseMoment(const QString &text, TimeMs now, const QTimeZone &zone)
{
    if (const auto span = parseTypedSpan(text)) {
        const QDateTime local = localTime(now, zone);
        const TimeMs day = span->days > 0 ? atWallTime(local.date().addDays(span->days), local.time(), zone) : now;
        return day + span->minutes * minuteMs;
    }
    if (const auto time = parseTypedTime(text, false)) {
        const auto today = resolve(TypedDay{.days_ahead = 0}, *time, now, zone);
        return *today > now ? today : resolve(TypedDay{.days_ahead = 1}, *time, now, zone);
    }
    const Parts parts = splitParts(text);
    const auto time = parseTypedTime(parts.time, true);
    if (const auto day = parseTypedDay(parts.day); day && time)
        return resolve(*day, *time, now, zone);
    if (const auto day = parseTypedDay(text); day && day->days_ahead != 0)
        return resolve(*day, QTime(morningHour, 0), now, zone);
    return std::nullopt;
}

} // namespace

QList<FollowUpPreset> followUpPresets(TimeMs now, const QTimeZone &zone)
{
    return {{u"30 min"_s, now + 30 * minuteMs},
            {u"2 h"_s, now + 120 * minuteMs},
            {u"Tomorrow 9:00"_s, atWallTime(localTime(now, zone).date().addDays(1), QTime(morningHour, 0), zone)}};
}

Result<TimeMs> parseFollowUpTime(const QString &text, TimeMs now, const QTimeZone &zone)
{
    const QString plain = text.left(80).simplified().toLower();
    if (plain.isEmpty())
        return Error{
            Error::Code::InvalidInput, u"Type a time such as 30m, 14:30, tomorrow 9:00 or fri 14:30."_s, {}, false};
    const auto at = parseMoment(plain, now, zone);
    if (!at)
        return notUnderstood(text.simplified());
    if (*at <= now)
        return refused(text.simplified(), u"is past; give a later time."_s);
    if (*at > localTime(now, zone).addYears(furthestYears).toMSecsSinceEpoch())
        return refused(text.simplified(), u"is more than two years away; give an earlier time."_s);
    return *at;
}

QString followUpTimeText(TimeMs at, TimeMs now, const QTimeZone &zone)
{
    const QDateTime local = localTime(at, zone);
    const qint64 days = localTime(now, zone).date().daysTo(local.date());
    if (days == 0)
        return QString(u"today "_s % clockText(local));
    if (days == 1)
        return QString(u"tomorrow "_s % clockText(local));
    // A weekday alone would be read as one that is still to come.
    return days > 1 ? nearTimeText(at, now, zone) : dateTimeText(local);
}

std::optional<TimeMs> suggestedFollowUp(int suggestedMinutes, TimeMs now, const BusinessCalendar &calendar)
{
    if (suggestedMinutes > 0)
        return now + suggestedMinutes * minuteMs;
    if (suggestedMinutes == 0)
        return std::nullopt;
    const QTimeZone zone(calendar.zone);
    return nextOpening(calendar, atWallTime(localTime(now, zone).date().addDays(1), QTime(callingHoursBegin, 0), zone));
}

std::optional<FollowUpTask> missedCallFollowUp(const Call &call, bool openTaskOnNumber, TimeMs now)
{
    const bool outbound = call.call_type && isOutbound(*call.call_type);
    const bool wanted =
        call.status == CallStatus::MISSED && !outbound && !call.outcome && !call.spam && !call.do_not_contact;
    if (!wanted || openTaskOnNumber || call.customer_number.isEmpty())
        return std::nullopt;
    FollowUpTask task;
    task.call = call.key;
    task.number = call.customer_number;
    task.caller_name = call.caller_name;
    task.due_at = call.sla_due_at.value_or(now + 30 * minuteMs);
    task.note = u"Call back: missed call"_s;
    task.automatic = true;
    task.created_at = now;
    return task;
}

bool closesMissedFollowUps(const Call &call)
{
    if (call.customer_number.isEmpty() || call.abandoned_stage)
        return false;
    if (call.status == CallStatus::IN_PROGRESS)
        return call.answered_at.has_value();
    if (call.status != CallStatus::COMPLETED)
        return false;
    // Providers call an outbound attempt completed when a machine or nobody picked up; the outcome then says so.
    return call.outcome != Outcome::NO_ANSWER && call.outcome != Outcome::BUSY && call.outcome != Outcome::VOICEMAIL &&
           call.outcome != Outcome::FAILED;
}

} // namespace calldeck
