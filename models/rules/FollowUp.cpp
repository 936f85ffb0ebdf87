#include "rules/FollowUp.h"

#include <QDateTime>
#include <QRegularExpression>

namespace calldeck
{

namespace
{

constexpr qint64 minuteMs = 60'000;
constexpr qint64 dayMs = 24 * 60 * minuteMs;
constexpr qint64 farthestMs = 2 * 366 * dayMs;

Error notUnderstood(const QString &text)
{
    return {Error::Code::InvalidInput,
            QStringLiteral("\"%1\" is not a time. Try \"30m\", \"2h\", \"14:30\", \"tomorrow 9:00\" or \"fri 14:30\".").arg(text.left(40)),
            {},
            false};
}

/** Wall-clock time as a moment; one that DST skips becomes the first that exists. */
TimeMs momentOf(QDate day, QTime time, const QTimeZone &zone) { return QDateTime(day, time, zone).toMSecsSinceEpoch(); }

QString patternOf(const QString &body) { return QRegularExpression::anchoredPattern(body); }

/** "9", "9:30", "9.30", "2pm", "2:30 pm". */
std::optional<QTime> timeOfDay(const QString &text)
{
    static const QRegularExpression pattern(patternOf(QStringLiteral("(\\d{1,2})(?:[:.](\\d{2}))?\\s*(am|pm)?")));
    const auto match = pattern.match(text);
    if (!match.hasMatch())
        return std::nullopt;
    int hour = match.captured(1).toInt();
    const QString half = match.captured(3);
    if (!half.isEmpty()) {
        if (hour < 1 || hour > 12)
            return std::nullopt;
        hour = hour % 12 + (half == QStringLiteral("pm") ? 12 : 0);
    }
    const QTime time(hour, match.captured(2).toInt());
    return time.isValid() ? std::optional(time) : std::nullopt;
}

/** "30m", "45 min", "2h", "1h30", "3 days". */
std::optional<qint64> duration(const QString &text)
{
    static const QRegularExpression pattern(patternOf(QStringLiteral("(?:in\\s+)?(\\d{1,5})\\s*(m|min|mins|minutes?|h|hours?|d|days?)(?:\\s*(\\d{1,2})\\s*(?:m|min)?)?")));
    const auto match = pattern.match(text);
    if (!match.hasMatch())
        return std::nullopt;
    const qint64 amount = match.captured(1).toLongLong();
    const QChar unit = match.captured(2).at(0);
    if (!match.captured(3).isEmpty() && unit != u'h')
        return std::nullopt;
    const qint64 unitMs = unit == u'm' ? minuteMs : unit == u'h' ? 60 * minuteMs : dayMs;
    return amount * unitMs + match.captured(3).toLongLong() * minuteMs;
}

int weekdayNamed(const QString &word)
{
    static const QStringList names{QStringLiteral("monday"), QStringLiteral("tuesday"),  QStringLiteral("wednesday"), QStringLiteral("thursday"),
                                   QStringLiteral("friday"), QStringLiteral("saturday"), QStringLiteral("sunday")};
    for (int i = 0; word.size() >= 3 && i < names.size(); ++i) {
        if (names[i].startsWith(word))
            return i + 1;
    }
    return 0;
}

std::optional<QDate> dayNamed(const QString &text, QDate today)
{
    if (text == QStringLiteral("today"))
        return today;
    if (text.size() >= 3 && QStringLiteral("tomorrow").startsWith(text))
        return today.addDays(1);
    static const QRegularExpression iso(patternOf(QStringLiteral("(\\d{4})-(\\d{2})-(\\d{2})")));
    static const QRegularExpression dayFirst(patternOf(QStringLiteral("(\\d{1,2})\\.(\\d{1,2})\\.")));
    static const QRegularExpression monthFirst(patternOf(QStringLiteral("(\\d{1,2})/(\\d{1,2})")));
    const auto valid = [](QDate date) { return date.isValid() ? std::optional(date) : std::nullopt; };
    const auto thisOrNextYear = [&](int month, int day) {
        const QDate date(today.year(), month, day);
        return valid(date.isValid() && date < today ? QDate(today.year() + 1, month, day) : date);
    };
    if (const auto match = iso.match(text); match.hasMatch())
        return valid(QDate(match.captured(1).toInt(), match.captured(2).toInt(), match.captured(3).toInt()));
    if (const auto match = dayFirst.match(text); match.hasMatch())
        return thisOrNextYear(match.captured(2).toInt(), match.captured(1).toInt());
    if (const auto match = monthFirst.match(text); match.hasMatch())
        return thisOrNextYear(match.captured(1).toInt(), match.captured(2).toInt());
    QString word = text;
    if (word.startsWith(QStringLiteral("next ")))
        word = word.mid(5);
    if (const int weekday = weekdayNamed(word)) {
        const int ahead = (weekday - today.dayOfWeek() + 7) % 7;
        return today.addDays(ahead == 0 ? 7 : ahead);
    }
    return std::nullopt;
}

} // namespace

QList<FollowUpPreset> followUpPresets(TimeMs now, const QTimeZone &zone)
{
    const QDate tomorrow = QDateTime::fromMSecsSinceEpoch(now, zone).date().addDays(1);
    return {{QStringLiteral("30 min"), now + 30 * minuteMs},
            {QStringLiteral("2 h"), now + 120 * minuteMs},
            {QStringLiteral("Tomorrow 9:00"), momentOf(tomorrow, QTime(9, 0), zone)}};
}

Result<TimeMs> parseFollowUpTime(const QString &typed, TimeMs now, const QTimeZone &zone)
{
    const QString text = typed.simplified().toLower();
    const QDate today = QDateTime::fromMSecsSinceEpoch(now, zone).date();
    std::optional<TimeMs> at;
    if (const auto span = duration(text)) {
        at = now + *span;
    } else if (const auto time = timeOfDay(text)) {
        at = momentOf(today, *time, zone);
        if (*at <= now)
            at = momentOf(today.addDays(1), *time, zone);
    } else {
        const qsizetype space = text.lastIndexOf(u' ');
        const auto wholeDay = dayNamed(text, today);
        const auto day = wholeDay ? wholeDay : dayNamed(text.left(std::max<qsizetype>(space, 0)), today);
        const auto clock = wholeDay ? std::optional(QTime(9, 0)) : timeOfDay(text.mid(space + 1));
        if (day && clock)
            at = momentOf(*day, *clock, zone);
    }
    if (!at)
        return notUnderstood(typed);
    if (*at <= now || *at > now + farthestMs)
        return Error{Error::Code::InvalidInput, QStringLiteral("\"%1\" lies in the past or more than two years ahead.").arg(typed.left(40)), {}, false};
    return *at;
}

QString followUpTimeText(TimeMs at, TimeMs now, const QTimeZone &zone)
{
    const QDateTime moment = QDateTime::fromMSecsSinceEpoch(at, zone);
    const qint64 days = QDateTime::fromMSecsSinceEpoch(now, zone).date().daysTo(moment.date());
    const QLocale locale = QLocale::c();
    const QString clock = locale.toString(moment.time(), QStringLiteral("H:mm"));
    if (days == 0)
        return QString(QStringLiteral("today ") + clock);
    if (days == 1)
        return QString(QStringLiteral("tomorrow ") + clock);
    const QString format = days > 1 && days < 7 ? QStringLiteral("ddd") : QStringLiteral("ddd d MMM");
    return QString(locale.toString(moment.date(), format) + u' ' + clock);
}

std::optional<TimeMs> suggestedFollowUp(int suggestedMinutes, TimeMs now, const BusinessCalendar &calendar)
{
    if (suggestedMinutes > 0)
        return now + suggestedMinutes * minuteMs;
    if (suggestedMinutes == 0)
        return std::nullopt;
    const QTimeZone zone(calendar.zone);
    const QDate tomorrow = QDateTime::fromMSecsSinceEpoch(now, zone).date().addDays(1);
    return nextOpening(calendar, momentOf(tomorrow, QTime(0, 0), zone));
}

std::optional<FollowUpTask> missedCallFollowUp(const Call &call, bool openTaskOnNumber, TimeMs now)
{
    const bool missed = call.status == CallStatus::MISSED || call.status == CallStatus::VOICEMAIL;
    const bool outbound = call.call_type && isOutbound(*call.call_type);
    if (!missed || outbound || openTaskOnNumber || call.spam || call.do_not_contact || call.customer_number.isEmpty())
        return std::nullopt;
    FollowUpTask task;
    task.call = call.key;
    task.number = call.customer_number;
    task.due_at = call.sla_due_at.value_or(now + 30 * minuteMs);
    task.automatic = true;
    task.note = QStringLiteral("Call back: %1").arg(labelOf(*call.status).toLower());
    task.created_at = now;
    return task;
}

bool closesMissedFollowUps(const Call &call) { return call.answered_at.has_value() && !call.customer_number.isEmpty(); }

} // namespace calldeck
