#include "rules/Workspace.h"

#include "rules/JsonReader.h"
#include "rules/LocalTime.h"

#include <QJsonArray>
#include <QJsonObject>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr auto timeFormat = "HH:mm";
constexpr qint64 longestTargetMinutes = 366 * 24 * 60;

template <class T, class F> QJsonArray toArray(const T &list, F &&toJson)
{
    QJsonArray array;
    for (const auto &entry : list)
        array.append(toJson(entry));
    return array;
}

QJsonObject periodToJson(const OpenPeriod &period)
{
    const QString to = period.to.isValid() ? period.to.toString(QLatin1String(timeFormat)) : u"24:00"_s;
    return {{u"from"_s, period.from.toString(QLatin1String(timeFormat))}, {u"to"_s, to}};
}

QJsonObject calendarToJson(const BusinessCalendar &calendar)
{
    return {{u"zone"_s, QString::fromUtf8(calendar.zone)},
            {u"periods"_s,
             toArray(calendar.periods, [](const QList<OpenPeriod> &day) { return toArray(day, periodToJson); })},
            {u"holidays"_s, toArray(calendar.holidays, [](const QDate &day) { return day.toString(Qt::ISODate); })}};
}

QJsonObject slaRuleToJson(const SlaRule &rule)
{
    QJsonObject json{{u"trigger"_s, wireWord(rule.trigger)},
                     {u"warning_minutes"_s, rule.warning_minutes},
                     {u"critical_minutes"_s, rule.critical_minutes},
                     {u"target_minutes"_s, rule.target_minutes},
                     {u"business_time"_s, rule.business_time}};
    if (!rule.queue.isEmpty())
        json.insert(u"queue"_s, rule.queue);
    if (rule.call_type)
        json.insert(u"call_type"_s, wireWord(*rule.call_type));
    if (rule.minimum_priority)
        json.insert(u"minimum_priority"_s, *rule.minimum_priority);
    if (rule.after_hours)
        json.insert(u"after_hours"_s, *rule.after_hours);
    return json;
}

QJsonObject dispositionToJson(const DispositionRule &rule)
{
    return {{u"key"_s, rule.key},
            {u"label"_s, rule.label},
            {u"outcome"_s, wireWord(rule.outcome)},
            {u"hotkey"_s, rule.hotkey.isNull() ? QString() : QString(rule.hotkey)},
            {u"group"_s, rule.group},
            {u"notes_required"_s, rule.notes_required},
            {u"follow_up_required"_s, rule.follow_up_required},
            {u"amount_required"_s, rule.amount_required},
            {u"transfer_required"_s, rule.transfer_required},
            {u"contact_required"_s, rule.contact_required},
            {u"suggested_follow_up_minutes"_s, rule.suggested_follow_up_minutes}};
}

OpenPeriod readPeriod(JsonReader &json)
{
    const auto read = [&](const QString &key, bool mayBeMidnight) {
        const QString text = json.text(key);
        const QTime time = QTime::fromString(text, QLatin1String(timeFormat));
        if (!time.isValid() && !(mayBeMidnight && text == u"24:00"))
            json.fail(key, u"is no time; write it like 08:00"_s);
        return time;
    };
    const QTime from = read(u"from"_s, false);
    return {from, read(u"to"_s, true)};
}

BusinessCalendar readCalendar(JsonReader &json)
{
    BusinessCalendar calendar;
    calendar.zone = json.text(u"zone"_s).toUtf8();
    const QList<QList<OpenPeriod>> week = json.list<QList<OpenPeriod>>(
        u"periods"_s, [](JsonReader &day) { return day.elements<OpenPeriod>(readPeriod); });
    if (week.size() != 7)
        json.fail(u"periods"_s, u"needs seven lists, Monday first"_s);
    for (qsizetype day = 0; day < std::min<qsizetype>(week.size(), 7); ++day)
        calendar.periods[static_cast<size_t>(day)] = week[day];
    for (const QString &text : json.texts(u"holidays"_s)) {
        calendar.holidays.append(QDate::fromString(text, Qt::ISODate));
        if (!calendar.holidays.constLast().isValid())
            json.fail(u"holidays"_s, u"holds a date that does not exist; write it like 2026-12-25"_s);
    }
    if (const Verdict verdict = validateCalendar(calendar); !verdict)
        json.failWith(verdict.error().message);
    return calendar;
}

qint64 readMinutes(JsonReader &json, const QString &key)
{
    const qint64 minutes = json.integer(key);
    if (minutes < 0 || minutes > longestTargetMinutes)
        json.fail(key, u"must be minutes between 0 and a year"_s);
    return minutes;
}

SlaRule readSlaRule(JsonReader &json)
{
    SlaRule rule;
    rule.trigger = json.word<SlaTrigger>(u"trigger"_s);
    rule.warning_minutes = readMinutes(json, u"warning_minutes"_s);
    rule.critical_minutes = readMinutes(json, u"critical_minutes"_s);
    rule.target_minutes = readMinutes(json, u"target_minutes"_s);
    rule.business_time = json.boolean(u"business_time"_s);
    if (json.has(u"queue"_s))
        rule.queue = json.text(u"queue"_s);
    if (json.has(u"call_type"_s))
        rule.call_type = json.word<CallType>(u"call_type"_s);
    if (json.has(u"minimum_priority"_s))
        rule.minimum_priority = json.integer(u"minimum_priority"_s);
    if (json.has(u"after_hours"_s))
        rule.after_hours = json.boolean(u"after_hours"_s);
    return rule;
}

DispositionRule readDisposition(JsonReader &json)
{
    DispositionRule rule;
    rule.key = json.text(u"key"_s);
    rule.label = json.text(u"label"_s);
    if (rule.key.isEmpty() || rule.label.isEmpty())
        json.fail(rule.key.isEmpty() ? u"key"_s : u"label"_s, u"must not be empty"_s);
    rule.outcome = json.word<Outcome>(u"outcome"_s);
    const QString hotkey = json.text(u"hotkey"_s);
    if (hotkey.size() > 1 || (hotkey.size() == 1 && (hotkey.front() < u'0' || hotkey.front() > u'9')))
        json.fail(u"hotkey"_s, u"must be one digit, or empty"_s);
    else if (!hotkey.isEmpty())
        rule.hotkey = hotkey.front();
    rule.group = json.text(u"group"_s);
    rule.notes_required = json.boolean(u"notes_required"_s);
    rule.follow_up_required = json.boolean(u"follow_up_required"_s);
    rule.amount_required = json.boolean(u"amount_required"_s);
    rule.transfer_required = json.boolean(u"transfer_required"_s);
    rule.contact_required = json.boolean(u"contact_required"_s);
    const qint64 minutes = json.integer(u"suggested_follow_up_minutes"_s);
    if (minutes < -1 || minutes > longestTargetMinutes)
        json.fail(u"suggested_follow_up_minutes"_s, u"must be minutes, or -1 for the next business morning"_s);
    rule.suggested_follow_up_minutes = static_cast<int>(std::clamp<qint64>(minutes, -1, longestTargetMinutes));
    return rule;
}

/** Two dispositions on one key or hotkey would make a keystroke or a stored name mean two things. */
void refuseTwins(JsonReader &json, const QList<DispositionRule> &rules)
{
    for (qsizetype i = 0; i < rules.size(); ++i) {
        for (qsizetype j = i + 1; j < rules.size(); ++j) {
            if (rules[i].key == rules[j].key)
                json.fail(u"dispositions"_s, QString(u"has two entries with the key "_s % rules[i].key));
            if (!rules[i].hotkey.isNull() && rules[i].hotkey == rules[j].hotkey)
                json.fail(u"dispositions"_s, QString(u"has two entries on the hotkey "_s % rules[i].hotkey));
        }
    }
}

} // namespace

Workspace Workspace::standard()
{
    Workspace workspace;
    workspace.name = u"My business"_s;
    workspace.calendar = BusinessCalendar::mondayToFriday(workspace.zone, QTime(8, 0), QTime(18, 0));
    workspace.calendar.periods[5] = {{QTime(9, 0), QTime(13, 0)}};
    workspace.sla = SlaPolicy::standard(workspace.calendar);
    workspace.dispositions = standardDispositions();
    workspace.common_tags = {u"water heater"_s, u"leak"_s,         u"estimate"_s,   u"warranty"_s,
                             u"maintenance"_s,  u"new customer"_s, u"commercial"_s, u"tenant"_s};
    return workspace;
}

QJsonObject workspaceToJson(const Workspace &workspace)
{
    return {{u"name"_s, workspace.name},
            {u"region"_s, workspace.region},
            {u"zone"_s, QString::fromUtf8(workspace.zone)},
            {u"is_demo"_s, workspace.is_demo},
            {u"calendar"_s, calendarToJson(workspace.calendar)},
            {u"sla"_s, QJsonObject{{u"calendar"_s, calendarToJson(workspace.sla.calendar)},
                                   {u"rules"_s, toArray(workspace.sla.rules, slaRuleToJson)}}},
            {u"dispositions"_s, toArray(workspace.dispositions, dispositionToJson)},
            {u"common_tags"_s, QJsonArray::fromStringList(workspace.common_tags)}};
}

Result<Workspace> workspaceFromJson(const QJsonObject &json, const QString &path)
{
    QString problem;
    JsonReader reader(json, path, problem);
    Workspace workspace;
    workspace.name = reader.text(u"name"_s);
    workspace.region = reader.text(u"region"_s);
    workspace.zone = reader.text(u"zone"_s).toUtf8();
    if (!isZoneName(workspace.zone))
        reader.fail(u"zone"_s, u"is no time zone; use a name such as America/New_York"_s);
    workspace.is_demo = reader.boolean(u"is_demo"_s);
    workspace.calendar = reader.object<BusinessCalendar>(u"calendar"_s, readCalendar);
    workspace.sla = reader.object<SlaPolicy>(u"sla"_s, [](JsonReader &sla) {
        return SlaPolicy{sla.list<SlaRule>(u"rules"_s, readSlaRule),
                         sla.object<BusinessCalendar>(u"calendar"_s, readCalendar)};
    });
    workspace.dispositions = reader.list<DispositionRule>(u"dispositions"_s, readDisposition);
    refuseTwins(reader, workspace.dispositions);
    workspace.common_tags = reader.texts(u"common_tags"_s);
    if (!problem.isEmpty())
        return Error{Error::Code::InvalidInput, problem, {}, false};
    return workspace;
}

} // namespace calldeck
