#pragma once

#include "records/Call.h"

#include <QDate>
#include <QTimeZone>

namespace calldeck
{

/** What a time in a file says; a part that it does not say is unset. */
struct TimeParts {
    std::optional<int> year, month, day;
    qint64 seconds = 0;                    ///< since midnight; 24:00:00 and later belong to the next day
    int milliseconds = 0;
    bool hasTime = false;
    std::optional<int> offset_seconds;     ///< from UTC, when the text says so
    std::optional<TimeMs> instant;         ///< when the text is a count since 1970
};

/**
 * A date or time format: yyyy yy M MM MMM d dd h hh H HH m mm s ss z AP, anything else as it stands; or "iso", "unix", "unix_ms".
 * MMM reads English month names, short or long. Two-digit years are 1970 to 2069. Hours may pass 24 unless AP is there.
 */
class TimePattern
{
public:
    explicit TimePattern(const QString &format = QStringLiteral("iso"));

    /** Adds what `text` says to `parts`; false when it does not read like the format. */
    bool read(QStringView text, TimeParts &parts) const;
    const QString &format() const { return m_format; }
    /** The sentence about a format that says nothing, or nothing. */
    static std::optional<QString> problemOf(const QString &format);

private:
    enum class Part : quint8 { Year, ShortYear, Month, MonthName, Day, Hour, Minute, Second, Fraction, HalfDay, Literal };
    struct Token {
        Part part;
        int digits; ///< at least so many
        QChar literal;
    };
    void addToken(QChar letter, int run);
    bool readToken(const Token &token, QStringView &rest, TimeParts &parts, int &halfDay) const;
    static bool readIso(QStringView text, TimeParts &parts);
    static bool readCount(QStringView text, qint64 unitMs, TimeParts &parts);

    QString m_format;
    QList<Token> m_tokens;
};

/** Local times of one zone as UTC; quick when asked for one day again and again. A time that DST skips is moved to the end of the gap; of two equal ones it is the first. */
class ZoneClock
{
public:
    explicit ZoneClock(const QTimeZone &zone) : m_zone(zone) {}
    TimeMs utc(const QDate &date, qint64 secondsOfDay) const;

private:
    QTimeZone m_zone;
    mutable QDate m_day;            ///< whose offset is known because it has no change
    mutable qint64 m_midnightMs = 0;
};

} // namespace calldeck
