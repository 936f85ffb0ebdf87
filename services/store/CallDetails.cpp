#include "store/CallDetails.h"

#include "rules/Phone.h"
#include "store/CallRows.h"
#include "store/CallSearch.h"
#include "store/CommandRunner.h"
#include "store/FollowUpRows.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <algorithm>

namespace calldeck
{

namespace
{

constexpr int excerptTurns = 6;
constexpr int timelineLimit = 200;

Contact readContact(const Statement &row)
{
    Contact contact;
    contact.id = row.text(0);
    contact.name = row.text(1);
    contact.business_name = row.text(2);
    contact.number = row.text(3);
    contact.email = row.text(4);
    contact.address = row.text(5);
    contact.preferred_channel = row.text(6);
    contact.time_windows = row.text(7);
    contact.do_not_contact = !row.isNull(8);
    contact.do_not_contact_reason = row.text(8);
    return contact;
}

const QByteArray selectContact = "SELECT c.uid, c.name, c.business_name, c.number, c.email, c.address, c.preferred_channel, c.time_windows, d.reason "
                                 "FROM contacts c LEFT JOIN do_not_contact d ON d.number = c.number ";

Result<QList<Contact>> contactsIn(Database &database, Statement &select)
{
    QList<Contact> contacts;
    while (select.step())
        contacts.append(readContact(select));
    if (select.failed())
        return database.lastError();
    return contacts;
}

std::optional<Contact> contactOf(Database &database, const Call &call)
{
    if (call.contact_id.isEmpty())
        return std::nullopt;
    Statement select = database.prepare(selectContact + "WHERE c.uid = ?");
    return select.bindAll(call.contact_id).step() ? std::optional(readContact(select)) : std::nullopt;
}

std::optional<Draft> draftOf(Database &database, CallKey key)
{
    Statement select = database.prepare("SELECT body, updated_at FROM drafts WHERE call_id = ?");
    return select.bindAll(key).step() ? std::optional(draftFromText(select.text(0), select.integer(1))) : std::nullopt;
}

QString auditTitle(const QString &action)
{
    static const QHash<QString, QString> titles{{QStringLiteral("disposition"), QStringLiteral("Disposition recorded")},
                                                {QStringLiteral("skip"), QStringLiteral("Skipped in triage")},
                                                {QStringLiteral("set"), QStringLiteral("Changed")},
                                                {QStringLiteral("tags"), QStringLiteral("Tags changed")},
                                                {QStringLiteral("follow_up"), QStringLiteral("Follow-up scheduled")},
                                                {QStringLiteral("follow_up_close"), QStringLiteral("Follow-up closed")},
                                                {QStringLiteral("follow_up_move"), QStringLiteral("Follow-up moved")},
                                                {QStringLiteral("do_not_contact"), QStringLiteral("Do-not-contact changed")},
                                                {QStringLiteral("link"), QStringLiteral("Contact link changed")},
                                                {QStringLiteral("undo"), QStringLiteral("Undone")}};
    return titles.value(action, action);
}

QString auditDetail(const QString &changes)
{
    static const QStringList quiet{QStringLiteral("in_triage"), QStringLiteral("sla_met_at"), QStringLiteral("outcome_at"), QStringLiteral("last_outcome_agent_id")};
    const QJsonObject json = QJsonDocument::fromJson(changes.toUtf8()).object();
    QStringList parts;
    const QJsonObject fields = json.value(QStringLiteral("fields")).toObject();
    for (auto it = fields.begin(); it != fields.end(); ++it) {
        const auto field = callFieldNamed(it.key());
        if (!field || quiet.contains(it.key()))
            continue;
        const QString old = it->toArray().at(0).toString();
        const QString now = it->toArray().at(1).toString();
        parts.append(QStringLiteral("%1: %2 → %3").arg(QLatin1String(infoOf(*field).label), old.isEmpty() ? QStringLiteral("—") : old,
                                                        now.isEmpty() ? QStringLiteral("—") : now));
    }
    for (const QJsonValue &tag : json.value(QStringLiteral("tags_added")).toArray())
        parts.append(QString(u'+' + tag.toString()));
    for (const QJsonValue &tag : json.value(QStringLiteral("tags_removed")).toArray())
        parts.append(QString(u'−' + tag.toString()));
    return parts.join(QStringLiteral(" · "));
}

Verdict addCalls(Database &database, const Call &call, QList<TimelineEntry> &entries)
{
    Statement select = database.prepare("SELECT id, started_at, status, call_type, coalesce(transcript_summary, call_notes, '') FROM calls "
                                        "WHERE id = ? OR (customer_number IS NOT NULL AND customer_number = ?) ORDER BY started_at DESC LIMIT ?");
    select.bindAll(call.key, call.customer_number, timelineLimit);
    while (select.step()) {
        const auto status = fromWireWord<CallStatus>(select.text(2));
        const auto type = fromWireWord<CallType>(select.text(3));
        const QString title = QStringLiteral("%1 call, %2").arg(type ? labelOf(*type) : QStringLiteral("Unknown"), status ? labelOf(*status).toLower() : QString());
        entries.append({TimelineEntry::Kind::Call, select.integer(1), select.integer(0), title, select.text(4)});
    }
    return select.failed() ? Verdict(database.lastError()) : Verdict(Done{});
}

Verdict addOutcomes(Database &database, const Call &call, const Workspace &workspace, QList<TimelineEntry> &entries)
{
    Statement select = database.prepare("SELECT o.call_id, o.at, o.disposition, o.outcome, o.notes, o.agent_id, o.retracted_at FROM call_outcomes o "
                                        "JOIN calls c ON c.id = o.call_id WHERE c.id = ? OR (c.customer_number IS NOT NULL AND c.customer_number = ?) "
                                        "ORDER BY o.at DESC LIMIT ?");
    select.bindAll(call.key, call.customer_number, timelineLimit);
    while (select.step()) {
        const DispositionRule *rule = dispositionNamed(workspace.dispositions, select.text(2));
        QString title = QStringLiteral("%1, by %2").arg(rule ? rule->label : select.text(2), select.text(5));
        if (!select.isNull(6))
            title += QStringLiteral(" (taken back)");
        entries.append({TimelineEntry::Kind::Outcome, select.integer(1), select.integer(0), title, select.text(4)});
    }
    return select.failed() ? Verdict(database.lastError()) : Verdict(Done{});
}

Verdict addFollowUps(Database &database, const Call &call, QList<TimelineEntry> &entries)
{
    Statement select = database.prepare("SELECT call_id, due_at, state, note FROM follow_ups WHERE call_id = ? OR (number IS NOT NULL AND number = ?) LIMIT ?");
    select.bindAll(call.key, call.customer_number, timelineLimit);
    while (select.step()) {
        const auto state = fromWireWord<FollowUpState>(select.text(2)).value_or(FollowUpState::OPEN);
        entries.append({TimelineEntry::Kind::FollowUp, select.integer(1), select.integer(0), QStringLiteral("Follow-up, %1").arg(labelOf(state).toLower()), select.text(3)});
    }
    return select.failed() ? Verdict(database.lastError()) : Verdict(Done{});
}

Verdict addAudit(Database &database, const Call &call, QList<TimelineEntry> &entries)
{
    Statement select = database.prepare("SELECT at, actor, action, changes FROM audit WHERE call_id = ? ORDER BY id DESC LIMIT ?");
    select.bindAll(call.key, timelineLimit);
    while (select.step()) {
        const QString title = QStringLiteral("%1 by %2").arg(auditTitle(select.text(2)), select.text(1));
        entries.append({TimelineEntry::Kind::Audit, select.integer(0), call.key, title, auditDetail(select.text(3))});
    }
    return select.failed() ? Verdict(database.lastError()) : Verdict(Done{});
}

} // namespace

Result<QList<Call>> callsByKey(Database &database, const QList<CallKey> &keys)
{
    QList<Call> calls;
    calls.reserve(keys.size());
    for (CallKey key : keys) {
        auto call = findCallByKey(database, key);
        if (!call)
            return call.error();
        if (*call)
            calls.append(**std::move(call));
    }
    return calls;
}

Result<CallDetail> callDetail(Database &database, CallKey key)
{
    auto call = findCallByKey(database, key);
    if (!call)
        return call.error();
    if (!*call)
        return Error{Error::Code::NotFound, QStringLiteral("This call is no longer there."), {}, false};
    CallDetail detail;
    detail.call = **call;
    auto tasks = openFollowUps(database, detail.call.customer_number, key);
    if (!tasks)
        return tasks.error();
    detail.follow_ups = *tasks;
    detail.contact = contactOf(database, detail.call);
    detail.draft = draftOf(database, key);
    auto spoken = callTurns(database, key, excerptTurns);
    if (!spoken)
        return spoken.error();
    QStringList lines;
    for (const ConversationTurn &turn : std::as_const(*spoken))
        lines.append(QString(labelOf(turn.speaker) + QStringLiteral(": ") + turn.content));
    detail.transcript_excerpt = lines.join(u'\n');
    Statement count = database.prepare("SELECT count(*) FROM calls WHERE customer_number = ?");
    detail.calls_of_number = detail.call.customer_number.isEmpty() || !count.bindAll(detail.call.customer_number).step() ? 1 : static_cast<int>(count.integer(0));
    return detail;
}

Result<QList<TimelineEntry>> callTimeline(Database &database, CallKey key, const Workspace &workspace)
{
    auto call = findCallByKey(database, key);
    if (!call)
        return call.error();
    if (!*call)
        return QList<TimelineEntry>();
    QList<TimelineEntry> entries;
    Verdict done = addCalls(database, **call, entries);
    if (done)
        done = addOutcomes(database, **call, workspace, entries);
    if (done)
        done = addFollowUps(database, **call, entries);
    if (done)
        done = addAudit(database, **call, entries);
    if (!done)
        return done.error();
    std::stable_sort(entries.begin(), entries.end(), [](const TimelineEntry &a, const TimelineEntry &b) { return a.at > b.at; });
    return entries;
}

Result<QList<CallOutcomeRecord>> callOutcomes(Database &database, CallKey key)
{
    Statement select = database.prepare("SELECT mutation_id, disposition, outcome, notes, agent_id, at, retracted_at, beside FROM call_outcomes WHERE call_id = ? ORDER BY id");
    select.bind(1, key);
    QList<CallOutcomeRecord> records;
    while (select.step()) {
        records.append({select.text(0), select.text(1), fromWireWord<Outcome>(select.text(2)).value_or(Outcome::OTHER), select.text(3), select.text(4),
                        select.integer(5), select.optionalInteger(6), select.integer(7) != 0});
    }
    if (select.failed())
        return database.lastError();
    return records;
}

Result<QList<ConversationTurn>> callTurns(Database &database, CallKey key, int limit)
{
    Statement select = database.prepare("SELECT speaker, content, at_ms, confidence FROM conversation_turns WHERE id >= ? AND id < ? ORDER BY id LIMIT ?");
    select.bindAll(key * turnsPerCall, (key + 1) * turnsPerCall, limit);
    QList<ConversationTurn> turns;
    while (select.step()) {
        ConversationTurn turn{fromWireWord<Speaker>(select.text(0)).value_or(Speaker::CUSTOMER), select.text(1), select.integer(2), std::nullopt};
        if (!select.isNull(3))
            turn.confidence = select.real(3);
        turns.append(turn);
    }
    if (select.failed())
        return database.lastError();
    return turns;
}

Result<QList<Contact>> contactsMatching(Database &database, const QString &text, const QString &region)
{
    constexpr int limit = 20;
    QString pattern = text.trimmed();
    pattern.replace(u'\\', QStringLiteral("\\\\")).replace(u'%', QStringLiteral("\\%")).replace(u'_', QStringLiteral("\\_"));
    const QString number = parsePhone(text, region).e164;
    Statement select = database.prepare(selectContact + "WHERE c.name LIKE ? ESCAPE '\\' OR c.business_name LIKE ? ESCAPE '\\' OR c.number = ? "
                                                        "ORDER BY c.name COLLATE NOCASE LIMIT ?");
    const QString anywhere = QString(u'%' + pattern + u'%');
    select.bindAll(anywhere, anywhere, number.isEmpty() ? pattern : number, limit);
    return contactsIn(database, select);
}

Result<QList<Contact>> allContacts(Database &database)
{
    Statement select = database.prepare(selectContact + "ORDER BY c.id");
    return contactsIn(database, select);
}

Result<QList<TagCount>> tagCounts(Database &database)
{
    Statement select = database.prepare("SELECT tag, count(*) FROM call_tags GROUP BY tag ORDER BY 2 DESC, tag LIMIT 500");
    QList<TagCount> counts;
    while (select.step())
        counts.append({select.text(0), static_cast<int>(select.integer(1))});
    if (select.failed())
        return database.lastError();
    return counts;
}

Result<QStringList> distinctValues(Database &database, CallField field)
{
    Statement select = database.prepare(QByteArray("SELECT DISTINCT ") + infoOf(field).name + " FROM calls WHERE " + infoOf(field).name
                                        + " IS NOT NULL ORDER BY 1 LIMIT 1000");
    QStringList values;
    while (select.step())
        values.append(select.text(0));
    if (select.failed())
        return database.lastError();
    return values;
}

Result<QList<SavedView>> savedViews(Database &database)
{
    Statement select = database.prepare("SELECT id, name, filter FROM saved_views ORDER BY name");
    QList<SavedView> views;
    while (select.step())
        views.append({select.integer(0), select.text(1), select.text(2)});
    if (select.failed())
        return database.lastError();
    return views;
}

Result<DeskCounts> deskCounts(Database &database, TimeMs now)
{
    DeskCounts counts;
    Statement select = database.prepare("SELECT (SELECT count(*) FROM calls WHERE in_triage = 1), "
                                        "(SELECT count(*) FROM calls WHERE in_triage = 1 AND sla_due_at <= ?1), "
                                        "(SELECT count(*) FROM follow_ups WHERE state = 'OPEN'), "
                                        "(SELECT count(*) FROM follow_ups WHERE state = 'OPEN' AND due_at <= ?1), "
                                        "(SELECT count(*) FROM outbox WHERE state = 'pending'), "
                                        "(SELECT count(*) FROM calls WHERE in_triage = 1 AND outcome_owed_reason IS NOT NULL)");
    select.bind(1, now);
    if (!select.step())
        return database.lastError();
    counts.triage = static_cast<int>(select.integer(0));
    counts.triage_overdue = static_cast<int>(select.integer(1));
    counts.follow_ups_open = static_cast<int>(select.integer(2));
    counts.follow_ups_overdue = static_cast<int>(select.integer(3));
    counts.outbox_waiting = static_cast<int>(select.integer(4));
    counts.outcomes_owed = static_cast<int>(select.integer(5));
    return counts;
}

} // namespace calldeck
