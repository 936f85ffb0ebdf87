#include "ingest/RowMapper.h"

#include "rules/CsvCells.h"
#include "ingest/AutoMapping.h"
#include "rules/Disposition.h"
#include "rules/LegacyValues.h"

#include <QCryptographicHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSet>
#include <algorithm>

namespace calldeck
{

namespace
{

struct FieldRange {
    CallField field;
    double least;
    double most;
};

constexpr FieldRange ranges[] = {{CallField::priority, 1, 5},
                                 {CallField::call_score, 1, 10},
                                 {CallField::agent_performance_score, 1, 10},
                                 {CallField::sentiment_score, -1, 1},
                                 {CallField::conversion_likelihood, 0, 1},
                                 {CallField::ai_confidence, 0, 1},
                                 {CallField::call_quality, 1, 5},
                                 {CallField::lead_score, 0, 100},
                                 {CallField::queue_position, 0, 1e9},
                                 {CallField::call_attempt_number, 0, 1e9}};

QTimeZone zoneOf(const std::optional<Mapping> &mapping, const Workspace &workspace)
{
    return QTimeZone(mapping && !mapping->zone.isEmpty() ? mapping->zone : workspace.zone);
}

/** S1.7: what older systems wrote in these three columns, as our word; the text itself when it is none of theirs. */
QString currentWord(CallField field, const QString &text)
{
    const auto word = [&text](const auto &value) { return value ? wireWord(*value) : text; };
    switch (field) {
    case CallField::call_type: return word(legacyCallType(text));
    case CallField::status: return word(legacyStatus(text));
    case CallField::outcome: return word(legacyOutcome(text));
    default: return text;
    }
}

Error notFitting(const QString &sentence) { return {Error::Code::InvalidInput, sentence, {}, false}; }

} // namespace

RowMapper::RowMapper(std::optional<Mapping> mapping, const Workspace &workspace, const QString &file)
    : m_mapping(mapping.value_or(Mapping{})), m_automatic(!mapping), m_reader(zoneOf(mapping, workspace))
{
    m_problem.file = file;
}

Verdict RowMapper::bind(const QStringList &columns, FileFormat format)
{
    if (m_automatic) {
        auto mapping = automaticMapping(columns, format);
        if (!mapping)
            return mapping.error();
        m_mapping = *std::move(mapping);
    }
    m_columns = columns;
    return checkColumns(columns, format);
}

Verdict RowMapper::checkColumns(const QStringList &columns, FileFormat format)
{
    QHash<QString, int> indexes;
    for (qsizetype i = 0; i < columns.size(); ++i)
        indexes.insert(columns[i], static_cast<int>(i));
    QSet<QString> used(m_mapping.ignored.cbegin(), m_mapping.ignored.cend());
    QStringList missing;
    m_mapping.forEachColumn([&](ColumnRef &column) {
        column.index = indexes.value(column.name, -1);
        used.insert(column.name);
        if (column.index < 0 && !missing.contains(column.name))
            missing.append(column.name);
    });
    // A JSON object leaves out what it has nothing to say about; a table cannot.
    if (!missing.isEmpty() && format == FileFormat::Delimited) {
        return notFitting(QStringLiteral("The mapping names columns that %1 does not have: %2. Its columns are: %3.")
                              .arg(m_problem.file, missing.join(QStringLiteral(", ")), columns.join(QStringLiteral(", ")).left(2000)));
    }
    QStringList unknown;
    for (const QString &column : columns) {
        if (!used.contains(column))
            unknown.append(column);
    }
    if (!unknown.isEmpty() && !m_mapping.ignore_rest) {
        return notFitting(QStringLiteral("%1 has columns that the mapping does not name: %2. Map them, or list them under \"ignore\" (\"*\" for all).")
                              .arg(m_problem.file, unknown.join(QStringLiteral(", ")).left(2000)));
    }
    return Done{};
}

bool RowMapper::refuse(const QString &column, const QString &reason)
{
    m_problem.column = column;
    m_problem.reason = reason;
    return false;
}

RowMapper::Mapped RowMapper::map(const RawRow &row, IncomingCall &incoming)
{
    m_problem.line = row.line;
    incoming = {};
    const bool skip = std::any_of(m_mapping.skip.cbegin(), m_mapping.skip.cend(), [&](const Condition &condition) { return RuleReader::holds({condition}, row); });
    if (skip)
        return Mapped::Skipped;
    return fill(row, incoming) ? Mapped::Call : Mapped::Refused;
}

bool RowMapper::fill(const RawRow &row, IncomingCall &incoming)
{
    for (const FieldMapping &mapped : std::as_const(m_mapping.fields)) {
        if (!fillField(mapped, row, incoming.call))
            return false;
    }
    if (!fillTags(row, incoming.call) || !fillTurns(row, incoming) || !identify(row, incoming))
        return false;
    if (m_mapping.own_export)
        return true;
    complete(incoming.call);
    return isSane(incoming.call);
}

bool RowMapper::fillField(const FieldMapping &mapped, const RawRow &row, Call &call)
{
    const FieldRule *rule = RuleReader::choose(mapped.rules, row);
    if (!rule)
        return true;
    const FieldKind kind = infoOf(mapped.field).kind;
    if (rule->time && kind == FieldKind::Time) {
        std::optional<TimeMs> at;
        if (!m_reader.moment(*rule->time, rule->empty, row, at))
            return refuse(m_reader.refusal().column, m_reader.refusal().reason);
        return withField(call, mapped.field, [&](auto &member) {
            if constexpr (std::is_same_v<std::decay_t<decltype(member)>, OptionalInt>)
                member = at;
            return true;
        });
    }
    QString text;
    if (!m_reader.text(*rule, kind, row, !m_mapping.own_export, text))
        return refuse(m_reader.refusal().column, m_reader.refusal().reason);
    return text.isEmpty() || setField(mapped.field, *rule, text, call);
}

bool RowMapper::setField(CallField field, const FieldRule &rule, const QString &text, Call &call)
{
    const QString value = m_mapping.guarded && infoOf(field).kind == FieldKind::Text ? unguarded(text) : rule.map.isEmpty() ? currentWord(field, text) : text;
    if (Verdict set = setFieldText(call, field, value); !set)
        return refuse(columnOf(field), set.error().message);
    return true;
}

bool RowMapper::fillTags(const RawRow &row, Call &call)
{
    for (const FieldRule &rule : std::as_const(m_mapping.tags)) {
        if (!RuleReader::holds(rule.when, row))
            continue;
        QString text;
        if (!m_reader.text(rule, FieldKind::Text, row, true, text))
            return refuse(m_reader.refusal().column, m_reader.refusal().reason);
        if (m_mapping.guarded)
            text = unguarded(text);
        const QJsonDocument list = !m_mapping.guarded && text.startsWith(u'[') ? QJsonDocument::fromJson(text.toUtf8()) : QJsonDocument();
        if (list.isArray()) {
            for (const QJsonValue &tag : list.array())
                call.tags.append(tag.toString());
        } else {
            call.tags += splitTags(text);
        }
    }
    call.tags.removeAll(QString());
    call.tags.removeDuplicates();
    call.tags.sort();
    return true;
}

bool RowMapper::fillTurns(const RawRow &row, IncomingCall &incoming)
{
    if (!m_mapping.turns)
        return true;
    for (const auto &[column, speaker] : std::as_const(m_mapping.turns->columns)) {
        if (const QString content = row.cell(column.index).trimmed(); !content.isEmpty())
            incoming.turns.append({speaker, content, 0, std::nullopt});
    }
    const QString list = m_mapping.turns->list ? row.cell(m_mapping.turns->list->index).trimmed() : QString();
    return list.isEmpty() || fillTurnList(list, incoming);
}

bool RowMapper::fillTurnList(const QString &list, IncomingCall &incoming)
{
    const TurnsMapping &turns = *m_mapping.turns;
    const QJsonDocument document = QJsonDocument::fromJson(list.toUtf8());
    if (!document.isArray())
        return refuse(turns.list->name, QStringLiteral("is not a JSON list of what was said"));
    for (const QJsonValue &entry : document.array()) {
        const QJsonObject said = entry.toObject();
        const QString name = said.value(turns.speaker_key).toString();
        const auto speaker = fromWireWord<Speaker>(turns.speakers.value(name.toLower(), name));
        if (!speaker)
            return refuse(turns.list->name, QStringLiteral("the speaker \"%1\" is none of %2; name it under \"speakers\"").arg(name.left(80), wireWordList<Speaker>()));
        const double at = said.value(turns.at_key).toDouble() * turns.at_scale;
        if (!(at >= 0 && at < 1e12))
            return refuse(turns.list->name, QStringLiteral("a sentence was said before the call began"));
        const QJsonValue confidence = said.value(turns.confidence_key);
        incoming.turns.append({*speaker, said.value(turns.content_key).toString(), static_cast<qint64>(at),
                               confidence.isDouble() ? std::optional(confidence.toDouble()) : std::nullopt});
    }
    return true;
}

bool RowMapper::identify(const RawRow &row, IncomingCall &incoming)
{
    Call &call = incoming.call;
    if (call.provider.isEmpty())
        call.provider = m_mapping.provider;
    if (!m_mapping.id.isEmpty()) {
        QStringList parts;
        for (const ColumnRef &column : std::as_const(m_mapping.id)) {
            parts.append(row.cell(column.index).trimmed());
            if (parts.last().isEmpty())
                return refuse(column.name, QStringLiteral("is empty, but the mapping makes the call's id of it"));
        }
        call.provider_call_id = parts.join(u'/');
    }
    if (call.provider_call_id.isEmpty() && !call.call_id.isEmpty())
        call.provider_call_id = call.call_id;
    const bool needsRaw = m_mapping.keep_raw || call.provider_call_id.isEmpty();
    const QString raw = needsRaw ? rawJson(row) : QString();
    if (call.provider_call_id.isEmpty()) {
        const QByteArray hash = QCryptographicHash::hash(raw.toUtf8(), QCryptographicHash::Sha256).toHex().first(32);
        const int ordinal = ++m_seen[hash];
        call.provider_call_id = QString::fromLatin1(hash) + (ordinal > 1 ? QStringLiteral("-%1").arg(ordinal) : QString());
    }
    if (m_mapping.keep_raw)
        incoming.raw = raw;
    return true;
}

void RowMapper::complete(Call &call) const
{
    if (call.import_source.isEmpty() && !m_mapping.own_export)
        call.import_source = m_mapping.name.isEmpty() ? QStringLiteral("import") : m_mapping.name;
    if (call.customer_number_raw.isEmpty())
        call.customer_number_raw = std::exchange(call.customer_number, QString());
    if (!call.status && (call.answered_at || call.talk_seconds.value_or(0) > 0 || call.duration_seconds.value_or(0) > 0))
        call.status = CallStatus::COMPLETED;
    if (call.appointment_set && !call.outcome)
        call.outcome = Outcome::BOOKED;
    // An answered call of the past is history; one that nobody answered still wants to be called back.
    if (!m_mapping.maps(CallField::outcome_required)) {
        const bool unanswered = call.status == CallStatus::MISSED || call.status == CallStatus::VOICEMAIL;
        call.outcome_required = unanswered && call.call_type == CallType::INBOUND && !call.outcome && outcomeRequiredByDefault(call);
    }
}

bool RowMapper::isSane(const Call &call)
{
    if (!call.started_at && !call.scheduled_at)
        return refuse(columnOf(CallField::started_at), QStringLiteral("the call has no start time"));
    if (call.started_at && call.ended_at && *call.ended_at < *call.started_at)
        return refuse(columnOf(CallField::ended_at), QStringLiteral("the call ended before it began"));
    for (const FieldRange &range : ranges) {
        const QString text = fieldText(call, range.field);
        if (text.isEmpty())
            continue;
        const double number = text.toDouble();
        if (number < range.least || number > range.most) {
            return refuse(columnOf(range.field), QStringLiteral("%1: \"%2\" is not between %3 and %4")
                                                     .arg(QLatin1String(infoOf(range.field).name), text)
                                                     .arg(range.least)
                                                     .arg(range.most));
        }
    }
    return true;
}

QString RowMapper::columnOf(CallField field) const
{
    const auto mapped = std::find_if(m_mapping.fields.cbegin(), m_mapping.fields.cend(), [field](const FieldMapping &mapping) { return mapping.field == field; });
    if (mapped == m_mapping.fields.cend() || mapped->rules.isEmpty())
        return {};
    const FieldRule &rule = mapped->rules.first();
    if (!rule.columns.isEmpty())
        return rule.columns.first().name;
    if (rule.time && !rule.time->date.isEmpty())
        return rule.time->date.first().name;
    return !rule.sum.isEmpty() ? rule.sum.first().name : !rule.between.isEmpty() ? rule.between.last().name : QString();
}

QString RowMapper::rawJson(const RawRow &row) const
{
    QJsonObject object;
    for (int i = 0; i < m_columns.size(); ++i) {
        if (const QString cell = row.cell(i); !cell.isEmpty())
            object.insert(m_columns[i], cell);
    }
    return QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact));
}

} // namespace calldeck
