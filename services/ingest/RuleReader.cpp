#include "ingest/RuleReader.h"

#include <algorithm>
#include <cmath>

namespace calldeck
{

namespace
{

constexpr qint64 daySeconds = 86'400;
constexpr qint64 halfDaySeconds = daySeconds / 2;
constexpr double largestExact = 9'007'199'254'740'992.0; // 2^53

QString shown(const QString &text) { return QString(u'"' + text.left(80) + u'"'); }

QString numberText(double number, FieldKind kind)
{
    const bool whole = kind != FieldKind::Real && kind != FieldKind::Text;
    const double rounded = whole ? std::round(number) : number;
    if (std::abs(rounded) < largestExact && rounded == std::round(rounded))
        return QString::number(static_cast<qint64>(rounded));
    return QString::number(rounded, 'g', 15);
}

bool isFinite(const QString &text, double &number)
{
    bool ok = false;
    number = text.toDouble(&ok);
    return ok && std::isfinite(number);
}

QString formatsOf(const QList<TimePattern> &patterns)
{
    QStringList formats;
    for (const TimePattern &pattern : patterns)
        formats.append(pattern.format());
    return formats.join(QStringLiteral(" or "));
}

} // namespace

bool RuleReader::refuse(const ColumnRef &column, const QString &reason)
{
    m_refusal = {column.name, reason};
    return false;
}

bool RuleReader::holds(const QList<Condition> &conditions, const RawRow &row)
{
    return std::all_of(conditions.cbegin(), conditions.cend(), [&](const Condition &condition) {
        return condition.values.contains(row.cell(condition.column.index).trimmed(), Qt::CaseInsensitive) != condition.negated;
    });
}

const FieldRule *RuleReader::choose(const QList<FieldRule> &rules, const RawRow &row)
{
    const auto found = std::find_if(rules.cbegin(), rules.cend(), [&](const FieldRule &rule) { return holds(rule.when, row); });
    return found == rules.cend() ? nullptr : &*found;
}

bool RuleReader::text(const FieldRule &rule, FieldKind kind, const RawRow &row, bool trim, QString &value)
{
    value.clear();
    if (rule.constant) {
        value = *rule.constant;
        return true;
    }
    const ColumnRef &column = !rule.columns.isEmpty() ? rule.columns.first() : !rule.sum.isEmpty() ? rule.sum.first() : rule.between.last();
    if (!rule.sum.isEmpty()) {
        if (!sumOf(rule, row, value))
            return false;
    } else if (!rule.between.isEmpty()) {
        if (!spanOf(rule, row, value))
            return false;
    } else if (rule.columns.size() == 1 && row.cell(column.index).isEmpty() && rule.map.isEmpty()) {
        return true; // most cells of a wide file
    } else {
        QStringList texts;
        for (const ColumnRef &part : rule.columns) {
            const QString cell = trim || kind != FieldKind::Text ? row.cell(part.index).trimmed() : row.cell(part.index);
            if (!cell.isEmpty() && !rule.empty.contains(cell, Qt::CaseInsensitive))
                texts.append(cell);
        }
        value = texts.join(rule.join);
    }
    return adjusted(rule, column, kind, value);
}

bool RuleReader::sumOf(const FieldRule &rule, const RawRow &row, QString &value)
{
    double sum = 0;
    for (const ColumnRef &column : rule.sum) {
        const QString cell = row.cell(column.index).trimmed();
        double number = 0;
        if (!cell.isEmpty() && !rule.empty.contains(cell, Qt::CaseInsensitive) && !isFinite(cell, number))
            return refuse(column, QString(shown(cell) + QStringLiteral(" is not a number")));
        sum += number;
    }
    value = numberText(sum, FieldKind::Real);
    return true;
}

bool RuleReader::spanOf(const FieldRule &rule, const RawRow &row, QString &value)
{
    qint64 moments[2] = {};
    bool dated = false;
    for (int i = 0; i < 2; ++i) {
        const ColumnRef &column = rule.between[i];
        const QString cell = row.cell(column.index).trimmed();
        if (cell.isEmpty() || rule.empty.contains(cell, Qt::CaseInsensitive))
            return true;
        TimeParts found;
        if (!parts(rule.time->time_formats, column, cell, found))
            return false;
        moments[i] = found.instant ? *found.instant / 1000 : found.seconds - found.offset_seconds.value_or(0);
        if (found.year && found.month && found.day) {
            const QDate date(*found.year, *found.month, *found.day);
            if (!date.isValid())
                return refuse(column, QString(shown(cell) + QStringLiteral(" is a day that does not exist")));
            moments[i] += date.toJulianDay() * daySeconds;
        }
        dated = dated || found.instant || found.day;
    }
    qint64 span = moments[1] - moments[0];
    if (!dated && span < -halfDaySeconds)
        span += daySeconds;
    value = QString::number(span);
    return true;
}

bool RuleReader::duration(const ColumnRef &column, QString &value)
{
    if (!value.contains(u':'))
        return true;
    qint64 seconds = 0;
    const QStringList units = value.split(u':');
    bool ok = units.size() <= 3;
    for (qsizetype i = 0; ok && i < units.size(); ++i) {
        const qint64 count = units[i].toLongLong(&ok);
        ok = ok && count >= 0 && count < 1'000'000 && !units[i].startsWith(u'+') && (i == 0 || count < 60);
        seconds = seconds * 60 + count;
    }
    if (!ok)
        return refuse(column, QString(shown(value) + QStringLiteral(" is not a duration such as 0:04:30")));
    value = QString::number(seconds);
    return true;
}

bool RuleReader::adjusted(const FieldRule &rule, const ColumnRef &column, FieldKind kind, QString &value)
{
    for (QChar stripped : rule.strip)
        value.remove(stripped);
    if (value.isEmpty() || rule.empty.contains(value, Qt::CaseInsensitive)) {
        value.clear();
        return rule.map.contains(QString()) ? mapped(rule, column, value) : true;
    }
    if (rule.is_duration && !duration(column, value))
        return false;
    if (rule.scale != 1 || rule.at_least) {
        double number = 0;
        if (!isFinite(value, number))
            return refuse(column, QString(shown(value) + QStringLiteral(" is not a number")));
        number *= rule.scale;
        value = numberText(rule.at_least ? std::max(*rule.at_least, number) : number, kind);
    }
    if (!mapped(rule, column, value))
        return false;
    if (!rule.prefix.isEmpty() && !value.isEmpty())
        value.prepend(rule.prefix);
    return true;
}

bool RuleReader::mapped(const FieldRule &rule, const ColumnRef &column, QString &value)
{
    if (rule.map.isEmpty())
        return true;
    const auto found = rule.map.constFind(value.toLower());
    if (found != rule.map.cend())
        value = *found;
    else if (rule.otherwise)
        value = *rule.otherwise;
    else if (!rule.keep_unknown)
        return refuse(column, QString(shown(value) + QStringLiteral(" is not in the map of the mapping; add it there, or a \"default\"")));
    return true;
}

bool RuleReader::parts(const QList<TimePattern> &patterns, const ColumnRef &column, const QString &text, TimeParts &parts)
{
    for (const TimePattern &pattern : patterns) {
        TimeParts tried = parts;
        if (pattern.read(text, tried)) {
            parts = tried;
            return true;
        }
    }
    return refuse(column, QString(shown(text) + QStringLiteral(" is not written like ") + formatsOf(patterns)));
}

bool RuleReader::moment(const TimeRule &rule, const QStringList &empty, const RawRow &row, std::optional<TimeMs> &value)
{
    value.reset();
    QStringList texts;
    for (const ColumnRef &column : rule.date)
        texts.append(row.cell(column.index).trimmed());
    const QString date = texts.join(u' ').trimmed();
    const QString time = rule.time ? row.cell(rule.time->index).trimmed() : QString();
    if (date.isEmpty() || empty.contains(date, Qt::CaseInsensitive) || (rule.time && (time.isEmpty() || empty.contains(time, Qt::CaseInsensitive))))
        return true;
    TimeParts found;
    if (!parts(rule.date_formats, rule.date.first(), date, found))
        return false;
    if (rule.time && (!parts(rule.time_formats, *rule.time, time, found) || !notBefore(rule, row, found)))
        return false;
    if (found.instant) {
        value = *found.instant;
        return true;
    }
    completeYear(rule, found);
    if (!found.year || !found.month || !found.day)
        return refuse(rule.date.first(), QString(shown(date) + QStringLiteral(" does not name a whole day; its format lacks year, month or day")));
    const QDate day(*found.year, *found.month, *found.day);
    if (!day.isValid())
        return refuse(rule.date.first(), QString(shown(date) + QStringLiteral(" is a day that does not exist")));
    if (found.seconds >= 2 * daySeconds)
        return refuse(rule.time.value_or(rule.date.first()), QString(shown(rule.time ? time : date) + QStringLiteral(" is no time of day")));
    value = utc(rule, day, found);
    return true;
}

bool RuleReader::notBefore(const TimeRule &rule, const RawRow &row, TimeParts &found)
{
    if (!rule.not_before)
        return true;
    const QString text = row.cell(rule.not_before->index).trimmed();
    TimeParts start;
    if (text.isEmpty())
        return true;
    if (!parts(rule.time_formats, *rule.not_before, text, start))
        return false;
    if (start.seconds - found.seconds >= halfDaySeconds)
        found.seconds += daySeconds;
    else
        found.seconds = std::max(found.seconds, start.seconds);
    return true;
}

void RuleReader::completeYear(const TimeRule &rule, TimeParts &found)
{
    if (found.year || !rule.start_year || !found.month)
        return;
    YearState &state = m_years[&rule];
    if (state.year == 0)
        state.year = *rule.start_year;
    if (rule.year_rolls_over && *found.month < state.month)
        ++state.year;
    state.month = *found.month;
    found.year = state.year;
}

TimeMs RuleReader::utc(const TimeRule &rule, const QDate &date, const TimeParts &found)
{
    if (found.offset_seconds)
        return (date.toJulianDay() - QDate(1970, 1, 1).toJulianDay()) * daySeconds * 1000 + (found.seconds - *found.offset_seconds) * 1000 + found.milliseconds;
    if (rule.zone.isEmpty())
        return m_clock.utc(date, found.seconds) + found.milliseconds;
    auto clock = m_otherClocks.constFind(rule.zone);
    if (clock == m_otherClocks.cend())
        clock = m_otherClocks.insert(rule.zone, ZoneClock(QTimeZone(rule.zone)));
    return clock->utc(date, found.seconds) + found.milliseconds;
}

} // namespace calldeck
