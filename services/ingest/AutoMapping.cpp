#include "ingest/AutoMapping.h"

#include "rules/CsvCells.h"
#include "ingest/JsonKeys.h"

namespace calldeck
{

namespace
{

struct OldName {
    const char *name;
    CallField field;
};

constexpr OldName oldNames[] = {{"direction", CallField::call_type},
                                {"type", CallField::call_type},
                                {"call_status", CallField::status},
                                {"last_outcome_type", CallField::outcome},
                                {"last_outcome_at", CallField::outcome_at},
                                {"call_sid", CallField::provider_call_id},
                                {"from", CallField::customer_number_raw},
                                {"from_number", CallField::customer_number_raw},
                                {"caller_number", CallField::customer_number_raw},
                                {"phone", CallField::customer_number_raw},
                                {"phone_number", CallField::customer_number_raw},
                                {"to", CallField::line_number},
                                {"to_number", CallField::line_number},
                                {"caller", CallField::caller_name},
                                {"name", CallField::caller_name},
                                {"business", CallField::business_name},
                                {"company", CallField::business_name},
                                {"email", CallField::customer_email},
                                {"address", CallField::customer_address},
                                {"agent", CallField::agent_name},
                                {"notes", CallField::call_notes},
                                {"summary", CallField::transcript_summary},
                                {"duration", CallField::duration_seconds},
                                {"call_duration_secs", CallField::duration_seconds},
                                {"call_duration_seconds", CallField::duration_seconds},
                                {"timestamp", CallField::started_at},
                                {"start_time", CallField::started_at},
                                {"start_time_unix", CallField::started_at},
                                {"start_time_unix_secs", CallField::started_at},
                                {"end_time", CallField::ended_at},
                                {"sentiment", CallField::customer_sentiment}};

std::optional<CallField> oldField(const QString &name)
{
    for (const OldName &old : oldNames) {
        if (name == QLatin1String(old.name))
            return old.field;
    }
    return std::nullopt;
}

FieldRule plainRule(const QString &column, FieldKind kind)
{
    FieldRule rule;
    if (kind == FieldKind::Time) {
        rule.time.emplace().date = {ColumnRef{column, -1}};
        rule.time->date_formats = {TimePattern(QStringLiteral("iso")), TimePattern(QStringLiteral("unix"))};
    } else {
        rule.columns = {ColumnRef{column, -1}};
        rule.is_duration = kind == FieldKind::Seconds;
    }
    return rule;
}

QString plainName(const QString &column)
{
    QString name = column.trimmed().toLower();
    return name.replace(u' ', u'_').replace(u'-', u'_');
}

Error unknownColumns(const QStringList &unknown)
{
    QStringList known = exportColumns();
    for (const OldName &old : oldNames)
        known.append(QLatin1String(old.name));
    QStringList hints;
    for (const QString &column : unknown) {
        const QString near = nearestWord(column, known);
        hints.append(near.isEmpty() ? QStringLiteral("\"%1\"").arg(column.left(80)) : QStringLiteral("\"%1\" (did you mean \"%2\"?)").arg(column.left(80), near));
    }
    return {Error::Code::InvalidInput,
            QStringLiteral("These columns are no fields of a call: %1. Rename them, or write a mapping file and give it with --mapping.").arg(hints.join(QStringLiteral(", "))),
            {},
            false};
}

} // namespace

Result<Mapping> automaticMapping(const QStringList &columns, FileFormat format)
{
    Mapping mapping;
    mapping.keep_raw = false;
    // A JSON object has its keys in any order, and `turns` besides.
    const auto isThere = [&columns](const QString &name) { return columns.contains(name); };
    mapping.guarded = format == FileFormat::Delimited && columns == exportColumns();
    mapping.own_export = mapping.guarded || (format == FileFormat::JsonLines && std::all_of(exportColumns().cbegin(), exportColumns().cend(), isThere));
    QStringList unknown;
    QList<std::pair<CallField, QString>> byOldName;
    for (const QString &column : columns) {
        const QString name = plainName(column);
        if (name == QStringLiteral("id"))
            mapping.ignored.append(column);
        else if (name == QStringLiteral("tags"))
            mapping.tags.append(plainRule(column, FieldKind::Text));
        else if (name == QStringLiteral("turns"))
            mapping.turns.emplace().list = ColumnRef{column, -1};
        else if (const auto field = callFieldNamed(name); field && !mapping.maps(*field))
            mapping.fields.append({*field, {plainRule(column, infoOf(*field).kind)}});
        else if (const auto old = oldField(name))
            byOldName.append({*old, column});
        else
            unknown.append(column);
    }
    for (const auto &[field, column] : std::as_const(byOldName)) {
        if (mapping.maps(field))
            mapping.ignored.append(column);
        else
            mapping.fields.append({field, {plainRule(column, infoOf(field).kind)}});
    }
    if (!unknown.isEmpty())
        return unknownColumns(unknown);
    return mapping;
}

} // namespace calldeck
