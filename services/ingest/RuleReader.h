#pragma once

#include "ingest/Mapping.h"

namespace calldeck
{

/** Works out the rules of a mapping for one row after the other, in the order of the file. */
class RuleReader
{
public:
    explicit RuleReader(const QTimeZone &zone) : m_clock(zone) {}

    struct Refusal {
        QString column;
        QString reason;
    };
    /** What is wrong with the last value asked for. */
    const Refusal &refusal() const { return m_refusal; }

    static bool holds(const QList<Condition> &conditions, const RawRow &row);
    /** The first rule whose conditions hold, or null. */
    static const FieldRule *choose(const QList<FieldRule> &rules, const RawRow &row);
    /** The text of a value for setFieldText(), "" for nothing; false when the row must be refused. */
    bool text(const FieldRule &rule, FieldKind kind, const RawRow &row, bool trim, QString &value);
    /** The same for a field of kind Time. */
    bool moment(const TimeRule &rule, const QStringList &empty, const RawRow &row, std::optional<TimeMs> &value);

private:
    struct YearState {
        int year = 0;
        int month = 0;
    };
    bool refuse(const ColumnRef &column, const QString &reason);
    bool sumOf(const FieldRule &rule, const RawRow &row, QString &value);
    bool spanOf(const FieldRule &rule, const RawRow &row, QString &value);
    bool duration(const ColumnRef &column, QString &value);
    bool adjusted(const FieldRule &rule, const ColumnRef &column, FieldKind kind, QString &value);
    bool mapped(const FieldRule &rule, const ColumnRef &column, QString &value);
    bool parts(const QList<TimePattern> &patterns, const ColumnRef &column, const QString &text, TimeParts &parts);
    bool notBefore(const TimeRule &rule, const RawRow &row, TimeParts &parts);
    void completeYear(const TimeRule &rule, TimeParts &parts);
    TimeMs utc(const TimeRule &rule, const QDate &date, const TimeParts &parts);

    ZoneClock m_clock;
    QHash<QByteArray, ZoneClock> m_otherClocks;
    QHash<const TimeRule *, YearState> m_years;
    Refusal m_refusal;
};

} // namespace calldeck
