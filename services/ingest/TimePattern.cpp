#include "ingest/TimePattern.h"

#include "rules/LocalTime.h"

#include <QDateTime>
#include <cmath>

namespace calldeck
{

namespace
{

constexpr int daySeconds = 86'400;
constexpr int pivotYear = 70; // 70 is 1970, 69 is 2069
constexpr const char *monthNames[] = {"january", "february", "march",     "april",   "may",      "june",
                                      "july",    "august",   "september", "october", "november", "december"};

bool takeDigits(QStringView &rest, int least, int most, int &value)
{
    int digits = 0;
    value = 0;
    while (digits < most && digits < rest.size() && rest[digits] >= u'0' && rest[digits] <= u'9')
        value = value * 10 + (rest[digits++].unicode() - u'0');
    rest = rest.sliced(digits);
    return digits >= least;
}

bool takeLiteral(QStringView &rest, QChar literal)
{
    if (rest.isEmpty() || rest.front() != literal)
        return false;
    rest = rest.sliced(1);
    return true;
}

bool takeMonthName(QStringView &rest, int &month)
{
    qsizetype letters = 0;
    while (letters < rest.size() && rest[letters].isLetter())
        ++letters;
    const QStringView word = rest.first(letters);
    for (month = 1; letters >= 3 && month <= 12; ++month) {
        if (QString::fromLatin1(monthNames[month - 1]).startsWith(word, Qt::CaseInsensitive)) {
            rest = rest.sliced(letters);
            return true;
        }
    }
    return false;
}

bool takeFraction(QStringView &rest, int &milliseconds)
{
    int scale = 100;
    qsizetype digits = 0;
    milliseconds = 0;
    for (; digits < rest.size() && rest[digits] >= u'0' && rest[digits] <= u'9'; ++digits, scale /= 10)
        milliseconds += (rest[digits].unicode() - u'0') * scale;
    rest = rest.sliced(digits);
    return digits > 0;
}

bool takeOffset(QStringView rest, TimeParts &parts)
{
    if (rest.isEmpty())
        return true;
    if (rest == u"Z" || rest == u"z") {
        parts.offset_seconds = 0;
        return true;
    }
    const bool west = rest.front() == u'-';
    int hours = 0;
    int minutes = 0;
    if ((!west && rest.front() != u'+') || (rest = rest.sliced(1), !takeDigits(rest, 2, 2, hours)))
        return false;
    takeLiteral(rest, u':');
    if (!rest.isEmpty() && !takeDigits(rest, 2, 2, minutes))
        return false;
    parts.offset_seconds = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
    return rest.isEmpty() && hours <= 14 && minutes < 60;
}

} // namespace

TimePattern::TimePattern(const QString &format) : m_format(format)
{
    if (format == QStringLiteral("iso") || format == QStringLiteral("unix") || format == QStringLiteral("unix_ms"))
        return;
    for (qsizetype i = 0; i < format.size();) {
        qsizetype run = 1;
        while (i + run < format.size() && format[i + run] == format[i])
            ++run;
        if (format[i] == u'A' && i + 1 < format.size() && format[i + 1] == u'P') {
            m_tokens.append({Part::HalfDay, 0, {}});
            i += 2;
            continue;
        }
        addToken(format[i], static_cast<int>(run));
        i += run;
    }
}

void TimePattern::addToken(QChar letter, int run)
{
    const int digits = run >= 2 ? 2 : 1;
    switch (letter.unicode()) {
    case u'y': m_tokens.append({run >= 4 ? Part::Year : Part::ShortYear, run >= 4 ? 4 : 2, {}}); return;
    case u'M': m_tokens.append({run >= 3 ? Part::MonthName : Part::Month, digits, {}}); return;
    case u'd': m_tokens.append({Part::Day, digits, {}}); return;
    case u'h':
    case u'H': m_tokens.append({Part::Hour, digits, {}}); return;
    case u'm': m_tokens.append({Part::Minute, digits, {}}); return;
    case u's': m_tokens.append({Part::Second, digits, {}}); return;
    case u'z': m_tokens.append({Part::Fraction, 1, {}}); return;
    default:
        for (int i = 0; i < run; ++i)
            m_tokens.append({Part::Literal, 0, letter});
    }
}

std::optional<QString> TimePattern::problemOf(const QString &format)
{
    const TimePattern pattern(format);
    for (const Token &token : pattern.m_tokens) {
        if (token.part == Part::Literal && token.literal.isLetter() && token.literal != u'T')
            return QStringLiteral("\"%1\" is no date or time format: \"%2\" means nothing in it; write it like yyyy-MM-dd hh:mm:ss").arg(format, token.literal);
    }
    return pattern.m_tokens.isEmpty() && format.isEmpty() ? std::optional(QStringLiteral("is empty")) : std::nullopt;
}

bool TimePattern::read(QStringView text, TimeParts &parts) const
{
    text = text.trimmed();
    if (m_tokens.isEmpty())
        return m_format == QStringLiteral("iso") ? readIso(text, parts) : readCount(text, m_format == QStringLiteral("unix") ? 1000 : 1, parts);
    int halfDay = -1;
    for (const Token &token : m_tokens) {
        if (!readToken(token, text, parts, halfDay))
            return false;
    }
    if (halfDay >= 0) {
        const qint64 hour = parts.seconds / 3600;
        if (hour < 1 || hour > 12)
            return false;
        parts.seconds += (halfDay * 12 - (hour == 12 ? 12 : 0)) * 3600;
    }
    return text.isEmpty();
}

bool TimePattern::readToken(const Token &token, QStringView &rest, TimeParts &parts, int &halfDay) const
{
    int value = 0;
    const auto number = [&](int most) { return takeDigits(rest, token.digits, most, value); };
    switch (token.part) {
    case Part::Literal: return takeLiteral(rest, token.literal);
    case Part::Year: return number(4) && (parts.year = value, true);
    case Part::ShortYear: return number(2) && (parts.year = value + (value >= pivotYear ? 1900 : 2000), true);
    case Part::Month: return number(2) && (parts.month = value, true);
    case Part::MonthName: return takeMonthName(rest, value) && (parts.month = value, true);
    case Part::Day: return number(2) && (parts.day = value, true);
    case Part::Hour: return number(3) && (parts.seconds += value * 3600, parts.hasTime = true);
    case Part::Minute: return number(2) && value < 60 && (parts.seconds += value * 60, true);
    case Part::Second: return number(2) && value < 61 && (parts.seconds += value, true);
    case Part::Fraction: return takeFraction(rest, parts.milliseconds);
    case Part::HalfDay:
        halfDay = rest.startsWith(u"pm", Qt::CaseInsensitive) ? 1 : rest.startsWith(u"am", Qt::CaseInsensitive) ? 0 : -1;
        return halfDay >= 0 && (rest = rest.sliced(2), true);
    }
    Q_UNREACHABLE();
}

bool TimePattern::readIso(QStringView text, TimeParts &parts)
{
    int year = 0;
    int month = 0;
    int day = 0;
    if (!takeDigits(text, 4, 4, year) || !takeLiteral(text, u'-') || !takeDigits(text, 2, 2, month) || !takeLiteral(text, u'-') || !takeDigits(text, 2, 2, day))
        return false;
    parts.year = year;
    parts.month = month;
    parts.day = day;
    if (text.isEmpty())
        return true;
    int hour = 0;
    int minute = 0;
    int second = 0;
    if ((!takeLiteral(text, u'T') && !takeLiteral(text, u' ')) || !takeDigits(text, 1, 2, hour) || !takeLiteral(text, u':') || !takeDigits(text, 2, 2, minute))
        return false;
    if (takeLiteral(text, u':') && !takeDigits(text, 2, 2, second))
        return false;
    if ((takeLiteral(text, u'.') || takeLiteral(text, u',')) && !takeFraction(text, parts.milliseconds))
        return false;
    parts.hasTime = true;
    parts.seconds = hour * 3600 + minute * 60 + second;
    return hour <= 24 && minute < 60 && second < 61 && takeOffset(text, parts);
}

bool TimePattern::readCount(QStringView text, qint64 unitMs, TimeParts &parts)
{
    bool ok = false;
    const double count = text.toDouble(&ok);
    constexpr double furthestMs = 253'402'300'799'000; // the end of year 9999
    if (!ok || !(std::abs(count * static_cast<double>(unitMs)) <= furthestMs))
        return false;
    parts.instant = static_cast<TimeMs>(std::llround(count * static_cast<double>(unitMs)));
    return true;
}

TimeMs ZoneClock::utc(const QDate &date, qint64 secondsOfDay) const
{
    const QDate day = date.addDays(secondsOfDay / daySeconds);
    const qint64 inDay = secondsOfDay % daySeconds;
    if (day != m_day) {
        const QDateTime midnight(day, QTime(0, 0), m_zone);
        const QDateTime next(day.addDays(1), QTime(0, 0), m_zone);
        const bool plain = midnight.secsTo(next) == daySeconds && midnight.time() == QTime(0, 0);
        if (!plain)
            return atWallTime(day, QTime::fromMSecsSinceStartOfDay(static_cast<int>(inDay) * 1000), m_zone);
        m_day = day;
        m_midnightMs = midnight.toMSecsSinceEpoch();
    }
    return m_midnightMs + inDay * 1000;
}

} // namespace calldeck
