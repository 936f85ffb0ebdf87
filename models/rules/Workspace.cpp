#include "rules/Workspace.h"

#include <QJsonArray>
#include <QJsonObject>

namespace calldeck
{

namespace
{

Error wrong(const QString &key, const QString &reason)
{
    return {Error::Code::InvalidInput, QStringLiteral("%1: %2").arg(key, reason), {}, false};
}

QString timeText(QTime time) { return time.isValid() ? time.toString(QStringLiteral("HH:mm")) : QStringLiteral("24:00"); }

QJsonObject calendarToJson(const BusinessCalendar &calendar)
{
    QJsonArray week;
    for (const QList<OpenPeriod> &day : calendar.periods) {
        QJsonArray periods;
        for (const OpenPeriod &period : day)
            periods.append(QJsonArray{timeText(period.from), timeText(period.to)});
        week.append(periods);
    }
    QJsonArray holidays;
    for (QDate day : calendar.holidays)
        holidays.append(day.toString(Qt::ISODate));
    return {{QStringLiteral("zone"), QString::fromUtf8(calendar.zone)}, {QStringLiteral("periods"), week}, {QStringLiteral("holidays"), holidays}};
}

Result<BusinessCalendar> calendarFromJson(const QJsonObject &json)
{
    BusinessCalendar calendar;
    calendar.zone = json.value(QStringLiteral("zone")).toString().toUtf8();
    const QJsonArray week = json.value(QStringLiteral("periods")).toArray();
    if (week.size() != 7)
        return wrong(QStringLiteral("calendar.periods"), QStringLiteral("needs seven days, Monday first"));
    for (int day = 0; day < 7; ++day) {
        for (const QJsonValue &period : week[day].toArray()) {
            const QString to = period[1].toString();
            calendar.periods[static_cast<size_t>(day)].append(
                {QTime::fromString(period[0].toString(), QStringLiteral("HH:mm")), to == QStringLiteral("24:00") ? QTime() : QTime::fromString(to, QStringLiteral("HH:mm"))});
        }
    }
    for (const QJsonValue &day : json.value(QStringLiteral("holidays")).toArray())
        calendar.holidays.append(QDate::fromString(day.toString(), Qt::ISODate));
    if (Verdict valid = validateCalendar(calendar); !valid)
        return valid.error();
    return calendar;
}

QJsonObject ruleToJson(const SlaRule &rule)
{
    QJsonObject json{{QStringLiteral("trigger"), wireWord(rule.trigger)},         {QStringLiteral("warning_minutes"), rule.warning_minutes},
                     {QStringLiteral("critical_minutes"), rule.critical_minutes}, {QStringLiteral("target_minutes"), rule.target_minutes},
                     {QStringLiteral("business_time"), rule.business_time}};
    if (!rule.queue.isEmpty())
        json.insert(QStringLiteral("queue"), rule.queue);
    if (rule.call_type)
        json.insert(QStringLiteral("call_type"), wireWord(*rule.call_type));
    if (rule.minimum_priority)
        json.insert(QStringLiteral("minimum_priority"), *rule.minimum_priority);
    if (rule.after_hours)
        json.insert(QStringLiteral("after_hours"), *rule.after_hours);
    return json;
}

Result<SlaRule> ruleFromJson(const QJsonObject &json)
{
    const auto trigger = fromWireWord<SlaTrigger>(json.value(QStringLiteral("trigger")).toString());
    if (!trigger)
        return wrong(QStringLiteral("sla.trigger"), QStringLiteral("is none of ") + wireWordList<SlaTrigger>());
    SlaRule rule;
    rule.trigger = *trigger;
    rule.queue = json.value(QStringLiteral("queue")).toString();
    rule.call_type = fromWireWord<CallType>(json.value(QStringLiteral("call_type")).toString());
    if (json.contains(QStringLiteral("minimum_priority")))
        rule.minimum_priority = json.value(QStringLiteral("minimum_priority")).toInteger();
    if (json.contains(QStringLiteral("after_hours")))
        rule.after_hours = json.value(QStringLiteral("after_hours")).toBool();
    rule.warning_minutes = json.value(QStringLiteral("warning_minutes")).toInteger();
    rule.critical_minutes = json.value(QStringLiteral("critical_minutes")).toInteger();
    rule.target_minutes = json.value(QStringLiteral("target_minutes")).toInteger();
    rule.business_time = json.value(QStringLiteral("business_time")).toBool(true);
    if (rule.warning_minutes < 0 || rule.warning_minutes > rule.critical_minutes || rule.critical_minutes > rule.target_minutes)
        return wrong(QStringLiteral("sla.%1").arg(wireWord(rule.trigger)), QStringLiteral("warning, critical and target minutes must rise"));
    return rule;
}

struct RuleFlag {
    const char *key;
    bool DispositionRule::*member;
};
constexpr RuleFlag ruleFlags[] = {{"notes_required", &DispositionRule::notes_required},
                                  {"follow_up_required", &DispositionRule::follow_up_required},
                                  {"amount_required", &DispositionRule::amount_required},
                                  {"transfer_required", &DispositionRule::transfer_required},
                                  {"contact_required", &DispositionRule::contact_required}};

QJsonObject dispositionToJson(const DispositionRule &rule)
{
    QJsonObject json{{QStringLiteral("key"), rule.key},
                     {QStringLiteral("label"), rule.label},
                     {QStringLiteral("outcome"), wireWord(rule.outcome)},
                     {QStringLiteral("hotkey"), QString(rule.hotkey)},
                     {QStringLiteral("group"), rule.group},
                     {QStringLiteral("suggested_follow_up_minutes"), rule.suggested_follow_up_minutes}};
    for (const RuleFlag &flag : ruleFlags)
        json.insert(QLatin1String(flag.key), rule.*flag.member);
    return json;
}

Result<DispositionRule> dispositionFromJson(const QJsonObject &json)
{
    DispositionRule rule;
    rule.key = json.value(QStringLiteral("key")).toString();
    rule.label = json.value(QStringLiteral("label")).toString();
    const auto outcome = fromWireWord<Outcome>(json.value(QStringLiteral("outcome")).toString());
    const QString hotkey = json.value(QStringLiteral("hotkey")).toString();
    if (rule.key.isEmpty() || rule.label.isEmpty())
        return wrong(QStringLiteral("dispositions"), QStringLiteral("each needs a key and a label"));
    if (!outcome)
        return wrong(QStringLiteral("dispositions.%1.outcome").arg(rule.key), QStringLiteral("is none of ") + wireWordList<Outcome>());
    rule.outcome = *outcome;
    rule.hotkey = hotkey.isEmpty() ? QChar() : hotkey.at(0);
    rule.group = json.value(QStringLiteral("group")).toString();
    rule.suggested_follow_up_minutes = json.value(QStringLiteral("suggested_follow_up_minutes")).toInt();
    for (const RuleFlag &flag : ruleFlags)
        rule.*flag.member = json.value(QLatin1String(flag.key)).toBool();
    return rule;
}

/** Reads a JSON array item by item; the first error wins. */
template <class T, class Read> Result<QList<T>> listFromJson(const QJsonArray &array, Read read)
{
    QList<T> list;
    for (const QJsonValue &value : array) {
        Result<T> item = read(value.toObject());
        if (!item)
            return item.error();
        list.append(*std::move(item));
    }
    return list;
}

} // namespace

Workspace Workspace::standard()
{
    Workspace workspace;
    workspace.name = QStringLiteral("My business");
    workspace.calendar = BusinessCalendar::mondayToFriday(workspace.zone, QTime(8, 0), QTime(18, 0));
    workspace.calendar.periods[5] = {{QTime(9, 0), QTime(13, 0)}};
    workspace.sla = SlaPolicy::standard(workspace.calendar);
    workspace.dispositions = standardDispositions();
    for (const char *tag : {"water heater", "leak", "estimate", "warranty", "maintenance", "new customer", "commercial", "tenant"})
        workspace.common_tags.append(QString::fromLatin1(tag));
    return workspace;
}

QJsonObject workspaceToJson(const Workspace &workspace)
{
    QJsonArray sla;
    for (const SlaRule &rule : workspace.sla.rules)
        sla.append(ruleToJson(rule));
    QJsonArray dispositions;
    for (const DispositionRule &rule : workspace.dispositions)
        dispositions.append(dispositionToJson(rule));
    return {{QStringLiteral("name"), workspace.name},
            {QStringLiteral("region"), workspace.region},
            {QStringLiteral("zone"), QString::fromUtf8(workspace.zone)},
            {QStringLiteral("calendar"), calendarToJson(workspace.calendar)},
            {QStringLiteral("sla"), sla},
            {QStringLiteral("dispositions"), dispositions},
            {QStringLiteral("common_tags"), QJsonArray::fromStringList(workspace.common_tags)},
            {QStringLiteral("is_demo"), workspace.is_demo}};
}

Result<Workspace> workspaceFromJson(const QJsonObject &json)
{
    Workspace workspace;
    workspace.name = json.value(QStringLiteral("name")).toString();
    workspace.region = json.value(QStringLiteral("region")).toString();
    workspace.zone = json.value(QStringLiteral("zone")).toString().toUtf8();
    workspace.is_demo = json.value(QStringLiteral("is_demo")).toBool();
    if (!QTimeZone(workspace.zone).isValid())
        return wrong(QStringLiteral("zone"), QStringLiteral("is not a time zone such as America/New_York"));
    auto calendar = calendarFromJson(json.value(QStringLiteral("calendar")).toObject());
    if (!calendar)
        return calendar.error();
    auto rules = listFromJson<SlaRule>(json.value(QStringLiteral("sla")).toArray(), ruleFromJson);
    if (!rules)
        return rules.error();
    auto dispositions = listFromJson<DispositionRule>(json.value(QStringLiteral("dispositions")).toArray(), dispositionFromJson);
    if (!dispositions)
        return dispositions.error();
    workspace.calendar = *calendar;
    workspace.sla = {*rules, *calendar};
    workspace.dispositions = *dispositions;
    for (const QJsonValue &tag : json.value(QStringLiteral("common_tags")).toArray())
        workspace.common_tags.append(tag.toString());
    return workspace;
}

} // namespace calldeck
