#include "records/Call.h"

#include <QDateTime>
#include <QHash>
#include <QJsonArray>
#include <QJsonObject>
#include <QTimeZone>
#include <type_traits>

namespace calldeck
{

namespace
{

template <class T> constexpr FieldKind kindOf(const char *kind)
{
    if constexpr (std::is_same_v<T, QString>)
        return FieldKind::Text;
    else if constexpr (std::is_same_v<T, bool>)
        return FieldKind::Boolean;
    else if constexpr (std::is_same_v<T, std::optional<double>>)
        return FieldKind::Real;
    else if constexpr (std::is_same_v<T, OptionalInt>) {
        switch (kind[0]) {
        case 'T': return FieldKind::Time;
        case 'C': return FieldKind::Cents;
        case 'S': return FieldKind::Seconds;
        default: return FieldKind::Integer;
        }
    } else {
        return FieldKind::Vocabulary;
    }
}

constexpr CallFieldInfo fieldTable[] = {
#define CALL_FIELD(name, kind, group, label, access)                                                                                       \
    {#name, kindOf<field_types::kind>(#kind), FieldGroup::group, label, FieldAccess::access},
#include "records/CallFields.def"
#undef CALL_FIELD
};

Error badValue(CallField field, const QString &text, const QString &reason)
{
    return {Error::Code::InvalidInput, QStringLiteral("%1: \"%2\" %3").arg(QLatin1String(infoOf(field).name), text.left(80), reason), {}, false};
}

struct ToText {
    FieldKind kind;
    QString operator()(const QString &value) const { return value; }
    QString operator()(bool value) const { return value ? QStringLiteral("true") : QStringLiteral("false"); }
    QString operator()(const std::optional<double> &value) const { return value ? QString::number(*value, 'g', 15) : QString(); }
    QString operator()(const OptionalInt &value) const
    {
        if (!value)
            return {};
        return kind == FieldKind::Time ? isoUtc(*value) : QString::number(*value);
    }
    template <class E> QString operator()(const std::optional<E> &value) const { return value ? wireWord(*value) : QString(); }
};

struct ToJson {
    FieldKind kind;
    QJsonValue operator()(const QString &value) const { return value.isEmpty() ? QJsonValue() : QJsonValue(value); }
    QJsonValue operator()(bool value) const { return value; }
    QJsonValue operator()(const std::optional<double> &value) const { return value ? QJsonValue(*value) : QJsonValue(); }
    QJsonValue operator()(const OptionalInt &value) const
    {
        if (!value)
            return {};
        return kind == FieldKind::Time ? QJsonValue(isoUtc(*value)) : QJsonValue(*value);
    }
    template <class E> QJsonValue operator()(const std::optional<E> &value) const { return value ? QJsonValue(wireWord(*value)) : QJsonValue(); }
};

struct FromText {
    CallField field;
    const QString &text;

    Verdict operator()(QString &value) const
    {
        value = text;
        return Done{};
    }
    Verdict operator()(bool &value) const
    {
        static const QStringList yes{QStringLiteral("true"), QStringLiteral("1"), QStringLiteral("yes"), QStringLiteral("y")};
        static const QStringList no{QString(), QStringLiteral("false"), QStringLiteral("0"), QStringLiteral("no"), QStringLiteral("n")};
        const QString word = text.trimmed().toLower();
        if (!yes.contains(word) && !no.contains(word))
            return badValue(field, text, QStringLiteral("is not true or false"));
        value = yes.contains(word);
        return Done{};
    }
    Verdict operator()(std::optional<double> &value) const
    {
        if (text.isEmpty()) {
            value.reset();
            return Done{};
        }
        bool ok = false;
        const double number = text.toDouble(&ok);
        if (!ok || !qIsFinite(number))
            return badValue(field, text, QStringLiteral("is not a number"));
        value = number;
        return Done{};
    }
    Verdict operator()(OptionalInt &value) const
    {
        if (text.isEmpty()) {
            value.reset();
            return Done{};
        }
        return infoOf(field).kind == FieldKind::Time ? time(value) : integer(value);
    }
    template <class E> Verdict operator()(std::optional<E> &value) const
    {
        if (text.isEmpty()) {
            value.reset();
            return Done{};
        }
        const auto word = fromWireWord<E>(text);
        if (!word)
            return badValue(field, text, QStringLiteral("is none of ") + wireWordList<E>());
        value = *word;
        return Done{};
    }

private:
    Verdict integer(OptionalInt &value) const
    {
        bool ok = false;
        const qint64 number = text.toLongLong(&ok);
        if (!ok)
            return badValue(field, text, QStringLiteral("is not a whole number"));
        const FieldKind kind = infoOf(field).kind;
        if (number < 0 && (kind == FieldKind::Seconds || kind == FieldKind::Cents))
            return badValue(field, text, QStringLiteral("must not be negative"));
        value = number;
        return Done{};
    }
    Verdict time(OptionalInt &value) const
    {
        const QDateTime at = QDateTime::fromString(text, Qt::ISODateWithMs);
        if (!at.isValid() || at.timeSpec() == Qt::LocalTime)
            return badValue(field, text, QStringLiteral("is not a time such as 2026-11-21T09:30:00.000Z"));
        value = at.toMSecsSinceEpoch();
        return Done{};
    }
};

} // namespace

QString isoUtc(TimeMs at) { return QDateTime::fromMSecsSinceEpoch(at).toUTC().toString(Qt::ISODateWithMs); }

std::span<const CallFieldInfo> callFields() { return fieldTable; }

std::optional<CallField> callFieldNamed(QStringView name)
{
    static const QHash<QString, CallField> byName = [] {
        QHash<QString, CallField> map;
        for (size_t i = 0; i < std::size(fieldTable); ++i)
            map.insert(QString::fromLatin1(fieldTable[i].name), static_cast<CallField>(i));
        return map;
    }();
    const auto found = byName.constFind(name.toString());
    return found == byName.cend() ? std::nullopt : std::optional(*found);
}

QString groupLabel(FieldGroup group)
{
    switch (group) {
    case FieldGroup::Caller: return QStringLiteral("Caller");
    case FieldGroup::Telephony: return QStringLiteral("Telephony");
    case FieldGroup::Queue: return QStringLiteral("Queue");
    case FieldGroup::Outcome: return QStringLiteral("Outcome");
    case FieldGroup::Sla: return QStringLiteral("Deadline");
    case FieldGroup::Quality: return QStringLiteral("Quality and scores");
    case FieldGroup::Money: return QStringLiteral("Money");
    case FieldGroup::Compliance: return QStringLiteral("Compliance");
    case FieldGroup::Recording: return QStringLiteral("Recording and transcript");
    case FieldGroup::Campaign: return QStringLiteral("Campaign");
    case FieldGroup::Provider: return QStringLiteral("Provider and record");
    }
    Q_UNREACHABLE();
}

QString fieldText(const Call &call, CallField field)
{
    return withField(call, field, ToText{infoOf(field).kind});
}

QJsonValue fieldJson(const Call &call, CallField field)
{
    return withField(call, field, ToJson{infoOf(field).kind});
}

Verdict setFieldText(Call &call, CallField field, const QString &text)
{
    return withField(call, field, FromText{field, text});
}

Verdict setFieldJson(Call &call, CallField field, const QJsonValue &value)
{
    const FieldKind kind = infoOf(field).kind;
    const bool isNumber = kind == FieldKind::Integer || kind == FieldKind::Real || kind == FieldKind::Cents || kind == FieldKind::Seconds;
    switch (value.type()) {
    case QJsonValue::Null: return setFieldText(call, field, QString());
    case QJsonValue::Bool:
        if (kind == FieldKind::Boolean)
            return setFieldText(call, field, value.toBool() ? QStringLiteral("true") : QStringLiteral("false"));
        break;
    case QJsonValue::Double:
        if (isNumber)
            return setFieldText(call, field, kind == FieldKind::Real ? QString::number(value.toDouble(), 'g', 15) : value.toVariant().toString());
        break;
    case QJsonValue::String:
        if (!isNumber && kind != FieldKind::Boolean)
            return setFieldText(call, field, value.toString());
        break;
    default: break;
    }
    return badValue(field, value.toVariant().toString(), QStringLiteral("is of the wrong kind"));
}

QList<CallField> changedFields(const Call &before, const Call &after)
{
    QList<CallField> changed;
    forEachField(before, [&](CallField field, const auto &old) {
        using T = std::decay_t<decltype(old)>;
        bool same = false;
        withField(after, field, [&](const auto &now) {
            if constexpr (std::is_same_v<std::decay_t<decltype(now)>, T>)
                same = now == old;
        });
        if (!same)
            changed.append(field);
    });
    return changed;
}

QJsonObject callToJson(const Call &call)
{
    QJsonObject json;
    json.insert(QStringLiteral("id"), call.key);
    forEachField(call, [&](CallField field, const auto &value) {
        json.insert(QLatin1String(infoOf(field).name), ToJson{infoOf(field).kind}(value));
    });
    json.insert(QStringLiteral("last_outcome_type"), fieldJson(call, CallField::outcome));
    json.insert(QStringLiteral("last_outcome_at"), fieldJson(call, CallField::outcome_at));
    json.insert(QStringLiteral("tags"), QJsonArray::fromStringList(call.tags));
    return json;
}

} // namespace calldeck
