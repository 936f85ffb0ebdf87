#pragma once

#include "ingest/RowReader.h"
#include "ingest/TimePattern.h"
#include "records/Records.h"

#include <QHash>
#include <functional>

class QJsonObject;

namespace calldeck
{

/** A column by its name; `index` is found when the file's columns are known. */
struct ColumnRef {
    QString name;
    int index = -1;
};

/** The column holds (or, with `negated`, does not hold) one of the values, whatever their letter case. */
struct Condition {
    ColumnRef column;
    QStringList values;
    bool negated = false;
};

/** A moment out of one or two columns. */
struct TimeRule {
    QList<ColumnRef> date; ///< joined with a space
    std::optional<ColumnRef> time;
    QList<TimePattern> date_formats;
    QList<TimePattern> time_formats;
    QByteArray zone;                       ///< "" for the mapping's zone
    std::optional<int> start_year;         ///< for dates without a year
    bool year_rolls_over = false;          ///< a month that goes back is the next year; needs rows in order of time
    std::optional<ColumnRef> not_before;   ///< a time of day: when ours is earlier by half a day it is of the next day, else it becomes this one
};

/** One way to make a field's value. Exactly one of constant, columns, sum, between and time is set. */
struct FieldRule {
    QList<Condition> when; ///< all must hold
    std::optional<QString> constant;
    QList<ColumnRef> columns;
    QString join = QStringLiteral(" ");
    QList<ColumnRef> sum;
    QList<ColumnRef> between; ///< two times: seconds from the first to the second, across midnight
    std::optional<TimeRule> time;

    QStringList empty;        ///< values that mean "nothing"
    QString strip;            ///< characters that are left out, such as "$,"
    bool is_duration = false; ///< h:mm:ss or m:ss, turned into seconds
    double scale = 1;
    std::optional<double> at_least;
    QHash<QString, QString> map; ///< keys in lower case
    std::optional<QString> otherwise;
    bool keep_unknown = false;
    QString prefix;
};

struct FieldMapping {
    CallField field{};
    QList<FieldRule> rules; ///< the first whose `when` holds decides; none holds: the field stays empty
};

/** What was said in the call: a JSON list in one column, or one sentence per column. */
struct TurnsMapping {
    std::optional<ColumnRef> list;
    QString speaker_key = QStringLiteral("speaker");
    QString content_key = QStringLiteral("content");
    QString at_key = QStringLiteral("at_ms");
    QString confidence_key = QStringLiteral("confidence");
    double at_scale = 1; ///< of `at_key`, to milliseconds
    QHash<QString, QString> speakers; ///< other names of AGENT, CUSTOMER and SYSTEM, in lower case
    QList<std::pair<ColumnRef, Speaker>> columns;
};

/** How the rows of a file become calls. See docs/import.md for the document. */
struct Mapping {
    QString name;
    RowFormat format;
    QString provider = QStringLiteral("import");
    QList<ColumnRef> id; ///< empty: a hash of the whole row
    QList<Condition> skip;
    QByteArray zone;
    QStringList ignored;
    bool ignore_rest = false;
    QList<FieldMapping> fields;
    QList<FieldRule> tags;
    std::optional<TurnsMapping> turns;
    bool keep_raw = true;
    bool own_export = false; ///< the columns are those of our export: the call stands there as it was, nothing is trimmed or completed
    bool guarded = false;    ///< texts carry the guards against formulas of our CSV

    /** Calls `visit(ColumnRef &)` for every column that is named anywhere but in `ignored`. */
    void forEachColumn(const std::function<void(ColumnRef &)> &visit);
    bool maps(CallField field) const;
};

/** Reads a mapping document; the error names the key and what may stand there. */
Result<Mapping> mappingFromJson(const QByteArray &json, const QString &file);

} // namespace calldeck
