#pragma once

#include "records/Enums.h"
#include "records/Result.h"

#include <QJsonValue>
#include <QStringList>
#include <array>

namespace calldeck
{

using CallKey = qint64;          ///< row id of a call in the local cache; `call_id` is its name on the wire
using TimeMs = qint64;           ///< milliseconds since 1970-01-01 UTC
using OptionalInt = std::optional<qint64>;

enum class FieldKind { Text, Integer, Real, Boolean, Time, Cents, Seconds, Vocabulary };
enum class FieldGroup { Caller, Telephony, Queue, Outcome, Sla, Quality, Money, Compliance, Recording, Campaign, Provider };
enum class FieldAccess { Editable, Fact };

namespace field_types
{
using Text = QString;
using Integer = OptionalInt;
using Real = std::optional<double>;
using Boolean = bool;
using Time = std::optional<TimeMs>;
using Cents = OptionalInt;
using Seconds = OptionalInt;
using CallStatus = std::optional<calldeck::CallStatus>;
using LiveState = std::optional<calldeck::LiveState>;
using CallType = std::optional<calldeck::CallType>;
using Outcome = std::optional<calldeck::Outcome>;
using CallSource = std::optional<calldeck::CallSource>;
using AbandonStage = std::optional<calldeck::AbandonStage>;
using Sentiment = std::optional<calldeck::Sentiment>;
using RecordingStatus = std::optional<calldeck::RecordingStatus>;
using TranscriptStatus = std::optional<calldeck::TranscriptStatus>;
using LeadStatus = std::optional<calldeck::LeadStatus>;
using SlaTrigger = std::optional<calldeck::SlaTrigger>;
} // namespace field_types

enum class CallField : quint8 {
#define CALL_FIELD(name, kind, group, label, access) name,
#include "records/CallFields.def"
#undef CALL_FIELD
};

/** One call: the wide row of `calls`. An empty QString or optional is SQL NULL. `tags` and long texts live beside the row. */
struct Call {
    CallKey key = 0; ///< 0 until stored
#define CALL_FIELD(name, kind, group, label, access) field_types::kind name{};
#include "records/CallFields.def"
#undef CALL_FIELD
    QStringList tags; ///< sorted, from `call_tags`

    friend bool operator==(const Call &, const Call &) = default;
};

struct CallFieldInfo {
    const char *name; ///< column and wire name
    FieldKind kind;
    FieldGroup group;
    const char *label;
    FieldAccess access;
};

/** "2026-11-21T09:30:00.000Z", the one spelling of a time in files and on the wire. */
QString isoUtc(TimeMs at);

/** Every field in the order of CallFields.def. */
std::span<const CallFieldInfo> callFields();
inline const CallFieldInfo &infoOf(CallField field) { return callFields()[static_cast<size_t>(field)]; }
std::optional<CallField> callFieldNamed(QStringView name);
QString groupLabel(FieldGroup group);

/** Calls `visit(CallField, member)` for every field; `call` may be const. */
template <class C, class F> void forEachField(C &call, F &&visit)
{
#define CALL_FIELD(name, kind, group, label, access) visit(CallField::name, call.name);
#include "records/CallFields.def"
#undef CALL_FIELD
}

/** Calls `visit(member)` for one field and returns what it returns. */
template <class C, class F> decltype(auto) withField(C &call, CallField field, F &&visit)
{
    switch (field) {
#define CALL_FIELD(name, kind, group, label, access)                                                                                       \
    case CallField::name:                                                                                                                  \
        return visit(call.name);
#include "records/CallFields.def"
#undef CALL_FIELD
    }
    Q_UNREACHABLE();
}

/** The field's value as it is written to files: wire words, ISO 8601 UTC times, integer cents and seconds, "" for NULL. */
QString fieldText(const Call &call, CallField field);
/** The same for JSON: numbers and booleans stay typed, null for NULL. */
QJsonValue fieldJson(const Call &call, CallField field);
/** Sets a field from the text that fieldText() writes; the error names the field and the reason. "" clears it. */
Verdict setFieldText(Call &call, CallField field, const QString &text);
/** Sets a field from the value that fieldJson() writes; JSON null clears it. The error names the field and the reason. */
Verdict setFieldJson(Call &call, CallField field, const QJsonValue &value);
/** Fields that differ, tags not among them. */
QList<CallField> changedFields(const Call &before, const Call &after);
/** Whole call as a JSON object with every field, `tags` and the two aliases of the outcome (`last_outcome_type`, `last_outcome_at`). */
QJsonObject callToJson(const Call &call);

} // namespace calldeck
