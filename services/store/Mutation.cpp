#include "store/Mutation.h"

#include "store/CallRows.h"
#include "store/CallSearch.h"
#include "store/OutboxRows.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QRandomGenerator>
#include <QUuid>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

StateParts partsFor(const QString &op)
{
    static const QStringList rowOnly{u"set"_s, u"tag+"_s, u"tag-"_s, u"skip"_s, u"link"_s};
    return rowOnly.contains(op) ? StateParts::Row : StateParts::All;
}

bool isSentAlways(const QString &op) { return op == u"flag+"_s || op == u"flag-"_s; }

} // namespace

QString newMutationId(TimeMs now)
{
    QByteArray bytes(16, Qt::Uninitialized);
    QRandomGenerator::system()->generate(reinterpret_cast<quint32 *>(bytes.data()), reinterpret_cast<quint32 *>(bytes.data()) + 4);
    for (int i = 0; i < 6; ++i)
        bytes[i] = static_cast<char>(now >> (40 - 8 * i) & 0xff);
    bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x70);
    bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
    return QUuid::fromRfc4122(bytes).toString(QUuid::WithoutBraces);
}

Mutation::Mutation(Database &database, const Workspace &workspace, QString actor, TimeMs now)
    : m_database(database), m_workspace(workspace), m_id(newMutationId(now)), m_actor(std::move(actor)), m_now(now)
{
}

Result<Call> Mutation::load(CallKey key)
{
    auto found = findCallByKey(m_database, key);
    if (!found)
        return found.error();
    if (!*found)
        return Error{Error::Code::NotFound, u"This call is no longer there."_s, QString::number(key), false};
    return **std::move(found);
}

Result<CallState> Mutation::state(CallKey key)
{
    const auto call = load(key);
    return call ? loadState(m_database, *call) : call.error();
}

Edit Mutation::newEdit(const QString &kind, const QString &id, const QString &op, const QJsonObject &args)
{
    Edit edit;
    edit.mid = std::exchange(m_sent, true) ? newMutationId(m_now) : m_id;
    edit.kind = kind;
    edit.id = id;
    edit.op = op;
    edit.args = args;
    edit.at = m_now;
    return edit;
}

Verdict Mutation::edit(CallKey key, const QString &op, const QJsonObject &args)
{
    const auto call = load(key);
    if (!call)
        return call.error();
    const auto before = loadState(m_database, *call, partsFor(op));
    if (!before)
        return before.error();
    CallState after = *before;
    const Edit edit = newEdit(u"call"_s, call->call_id, op, args);
    if (Verdict done = applyEdit(after, edit, {m_workspace, m_actor, m_now}); !done)
        return done;
    if (after == *before && !isSentAlways(op)) {
        m_sent = m_sent && edit.mid != m_id;
        return Done{};
    }
    rememberDifference(*before, after);
    Verdict done = saveState(m_database, *before, after);
    if (done && before->listed != after.listed)
        done = markOthers(after);
    return done ? send(edit) : done;
}

Verdict Mutation::makeCall(const QString &id, const QJsonObject &fields)
{
    const Edit edit = newEdit(u"call"_s, id, u"create"_s, fields);
    CallState state;
    Verdict done = applyEdit(state, edit, {m_workspace, m_actor, m_now});
    if (done)
        done = insertCall(m_database, state.call);
    if (done)
        done = indexNewCall(m_database, state.call);
    if (done)
        remember(state.call.key, u"made"_s, id);
    return done ? send(edit) : done;
}

Verdict Mutation::removeCall(CallKey key)
{
    const auto call = load(key);
    if (!call)
        return call.error();
    remember(key, u"removed"_s, call->call_id);
    const Verdict sent = send(newEdit(u"call"_s, call->call_id, u"del"_s, {}));
    return sent ? removeCallRows(m_database, key) : sent;
}

Result<QString> Mutation::makeContact(const Contact &contact)
{
    QJsonObject args = contactRow(contact);
    args.remove(u"id"_s);
    const Edit edit = newEdit(u"contact"_s, newMutationId(m_now), u"create"_s, args);
    Statement insert = m_database.prepare("INSERT INTO contacts (uid, name, business_name, number, email, address) VALUES (?, ?, ?, ?, ?, ?)");
    insert.bindAll(edit.id, contact.name, contact.business_name, contact.number, contact.email, contact.address);
    Verdict done = insert.run();
    if (done)
        done = send(edit);
    return done ? Result<QString>(edit.id) : done.error();
}

void Mutation::rememberFields(const Call &before, const Call &after)
{
    for (CallField field : changedFields(before, after)) {
        if (field == CallField::updated_at)
            continue;
        if (!m_changes.contains(before.key))
            m_order.append(before.key);
        QJsonObject &entry = m_changes[before.key];
        QJsonObject fields = entry.value(u"fields"_s).toObject();
        const QString name = QLatin1String(infoOf(field).name);
        // Of two edits in one mutation the first old value counts.
        const QJsonValue old = fields.contains(name) ? fields.value(name).toArray().at(0) : QJsonValue(fieldText(before, field));
        fields.insert(name, QJsonArray{old, fieldText(after, field)});
        entry.insert(u"fields"_s, fields);
    }
}

void Mutation::rememberDifference(const CallState &before, const CallState &after)
{
    const CallKey key = before.call.key;
    rememberFields(before.call, after.call);
    for (const QString &tag : after.call.tags) {
        if (!before.call.tags.contains(tag))
            remember(key, u"tags_added"_s, tag);
    }
    for (const QString &tag : before.call.tags) {
        if (!after.call.tags.contains(tag))
            remember(key, u"tags_removed"_s, tag);
    }
    for (qsizetype i = before.outcomes.size(); i < after.outcomes.size(); ++i)
        remember(key, u"outcome"_s, after.outcomes[i].mutation_id);
    for (const CallNote &note : after.notes) {
        if (!before.notes.contains(note))
            remember(key, u"notes_added"_s, note.id);
    }
    for (const FollowUpTask &task : after.follow_ups) {
        const auto old = std::find_if(before.follow_ups.cbegin(), before.follow_ups.cend(), [&](const FollowUpTask &known) { return known.id == task.id; });
        if (old == before.follow_ups.cend())
            remember(key, u"follow_up_made"_s, task.id);
        else if (old->state == FollowUpState::OPEN && task.state != FollowUpState::OPEN)
            remember(key, u"follow_up_closed"_s, task.id);
        else if (old->due_at != task.due_at)
            remember(key, u"follow_up_moved"_s, QJsonObject{{u"task"_s, task.id}, {u"from"_s, isoUtc(old->due_at)}, {u"to"_s, isoUtc(task.due_at)}});
    }
    if (after.listed && !before.listed)
        remember(key, u"do_not_contact_added"_s, after.call.customer_number);
    if (before.listed && !after.listed)
        remember(key, u"do_not_contact_removed"_s,
                 QJsonObject{{u"reason"_s, before.listed->reason}, {u"set_at"_s, isoUtc(before.listed->set_at)}, {u"set_by"_s, before.listed->set_by}});
}

Verdict Mutation::markOthers(const CallState &state)
{
    QList<CallKey> others;
    Statement select = m_database.prepare("SELECT id FROM calls WHERE customer_number = ? AND id <> ? AND do_not_contact <> ?");
    select.bindAll(state.call.customer_number, state.call.key, state.listed.has_value());
    while (select.step())
        others.append(select.integer(0));
    if (select.failed())
        return m_database.lastError();
    for (CallKey key : std::as_const(others)) {
        const auto before = load(key);
        if (!before)
            return before.error();
        Call after = *before;
        after.do_not_contact = state.listed.has_value();
        after.updated_at = m_now;
        rememberFields(*before, after);
        if (Verdict done = updateCall(m_database, *before, after); !done)
            return done;
    }
    return Done{};
}

void Mutation::remember(CallKey key, const QString &what, const QJsonValue &value)
{
    if (!m_changes.contains(key))
        m_order.append(key);
    QJsonObject &entry = m_changes[key];
    QJsonArray list = entry.value(what).toArray();
    list.append(value);
    entry.insert(what, list);
}

Verdict Mutation::send(const Edit &edit) { return insertOutgoing(m_database, edit, m_id); }

Verdict Mutation::writeAudit(const QString &action)
{
    Statement insert = m_database.prepare("INSERT INTO audit (mutation_id, call_id, at, actor, action, changes) VALUES (?, ?, ?, ?, ?, ?)");
    for (CallKey key : std::as_const(m_order)) {
        insert.reset();
        insert.bindAll(m_id, key, m_now, m_actor, action, QString::fromUtf8(QJsonDocument(m_changes.value(key)).toJson(QJsonDocument::Compact)));
        if (Verdict done = insert.run(); !done)
            return done;
    }
    return Done{};
}

Verdict Mutation::queueForSearch()
{
    Statement insert = m_database.prepare("INSERT OR IGNORE INTO search_queue (call_id) VALUES (?)");
    for (CallKey key : std::as_const(m_order)) {
        insert.reset();
        insert.bind(1, key);
        if (Verdict done = insert.run(); !done)
            return done;
    }
    return Done{};
}

Result<Effect> Mutation::finish(const QString &action)
{
    Verdict done = writeAudit(action);
    if (done)
        done = queueForSearch();
    if (!done)
        return done.error();
    return Effect{{m_id, static_cast<int>(m_order.size()), m_now}, m_order};
}

} // namespace calldeck
