#include "store/CommandRunner.h"

#include "database/CrashPoint.h"
#include "store/DraftRows.h"
#include "store/FollowUpRows.h"
#include "store/UndoRunner.h"

#include <QJsonDocument>
#include <QSet>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

Error invalid(const QString &message) { return {Error::Code::InvalidInput, message, {}, false}; }

/** Each call once, in the order given. */
QList<CallKey> distinct(const QList<CallKey> &calls)
{
    QList<CallKey> once;
    QSet<CallKey> seen;
    for (CallKey key : calls) {
        if (!seen.contains(key))
            once.append(key);
        seen.insert(key);
    }
    return once;
}

/** The typed values of a set edit, and the flags that are set by edits of their own. */
struct FieldEdits {
    QJsonObject set;
    std::optional<bool> emergency;
};

Result<FieldEdits> fieldEdits(const QList<FieldValue> &values)
{
    FieldEdits edits;
    Call typed;
    for (const FieldValue &value : values) {
        if (!isSettable(value.field) && value.field != CallField::emergency)
            return invalid(u"%1 is set by the system and cannot be changed by hand."_s.arg(QLatin1String(infoOf(value.field).label)));
        if (Verdict read = setFieldText(typed, value.field, value.text); !read)
            return read.error();
        if (value.field == CallField::emergency)
            edits.emergency = typed.emergency;
        else
            edits.set.insert(QLatin1String(infoOf(value.field).name), fieldJson(typed, value.field));
    }
    return edits;
}

QString flagOp(bool on) { return on ? u"flag+"_s : u"flag-"_s; }

} // namespace

CommandRunner::CommandRunner(Database &database, const Workspace &workspace, QString actor)
    : m_database(database), m_workspace(workspace), m_actor(std::move(actor))
{
}

Result<Effect> CommandRunner::run(const Command &command, TimeMs now)
{
    Transaction transaction(m_database);
    if (!transaction.begun())
        return transaction.begun().error();
    Mutation mutation(m_database, m_workspace, m_actor, now);
    auto effect = std::visit([&](const auto &intention) { return apply(intention, mutation); }, command);
    if (!effect)
        return effect;
    crashAt("C1");
    if (Verdict done = transaction.commit(); !done)
        return done.error();
    crashAt("C2");
    return effect;
}

Result<Effect> CommandRunner::editEach(const QList<CallKey> &calls, const QString &op, const QJsonObject &args, const QString &action, Mutation &mutation)
{
    for (CallKey key : distinct(calls)) {
        if (Verdict done = mutation.edit(key, op, args); !done)
            return done.error();
    }
    return mutation.finish(action);
}

Result<Effect> CommandRunner::apply(const RecordDisposition &command, Mutation &mutation)
{
    auto effect = editEach(command.calls, u"disposition"_s, dispositionArgs(command.entry), u"disposition"_s, mutation);
    // What was typed on one call is in its entry; a disposition of many calls does not hold what was typed on each.
    if (effect && command.calls.size() == 1) {
        Statement draft = m_database.prepare("DELETE FROM drafts WHERE call_id = ?");
        if (Verdict done = draft.bindAll(command.calls.first()).run(); !done)
            return done.error();
    }
    return effect;
}

Result<Effect> CommandRunner::apply(const SkipTriage &command, Mutation &mutation)
{
    const QString reason = command.reason.trimmed();
    if (reason.isEmpty())
        return invalid(u"Skipping a call needs a reason: it is kept with the call."_s);
    const auto call = mutation.load(command.call);
    if (!call)
        return call.error();
    if (!needsTriage(*call))
        return invalid(u"This call does not wait in triage: there is nothing to skip."_s);
    return editEach({command.call}, u"skip"_s, {{u"reason"_s, reason}}, u"skip"_s, mutation);
}

Result<Effect> CommandRunner::apply(const SetFields &command, Mutation &mutation)
{
    const auto edits = fieldEdits(command.values);
    if (!edits)
        return edits.error();
    for (CallKey key : distinct(command.calls)) {
        Verdict done = Done{};
        if (edits->emergency) {
            const auto call = mutation.load(key);
            if (!call)
                return call.error();
            if (call->emergency != *edits->emergency)
                done = mutation.edit(key, flagOp(*edits->emergency), {{u"flag"_s, u"emergency"_s}});
        }
        if (done && (!edits->set.isEmpty() || !edits->emergency))
            done = mutation.edit(key, u"set"_s, edits->set);
        if (!done)
            return done.error();
    }
    return mutation.finish(u"set"_s);
}

Result<Effect> CommandRunner::apply(const ChangeTags &command, Mutation &mutation)
{
    for (CallKey key : distinct(command.calls)) {
        for (const bool add : {true, false}) {
            for (const QString &tag : add ? command.added : command.removed) {
                if (Verdict done = mutation.edit(key, add ? u"tag+"_s : u"tag-"_s, {{u"tag"_s, add ? tag.trimmed() : tag}}); !done)
                    return done.error();
            }
        }
    }
    return mutation.finish(u"tags"_s);
}

Result<Effect> CommandRunner::apply(const ScheduleFollowUp &command, Mutation &mutation)
{
    return editEach({command.call}, u"follow_up"_s, {{u"due_at"_s, isoUtc(command.due_at)}, {u"note"_s, command.note}}, u"follow_up"_s, mutation);
}

Result<FollowUpTask> CommandRunner::openTask(const QString &id)
{
    const auto task = findFollowUp(m_database, id);
    if (!task)
        return task.error();
    if (!*task || (*task)->state != FollowUpState::OPEN)
        return Error{Error::Code::NotFound, u"This follow-up is already closed."_s, {}, false};
    return **task;
}

Result<Effect> CommandRunner::apply(const CloseFollowUp &command, Mutation &mutation)
{
    const auto task = openTask(command.follow_up);
    if (!task)
        return task.error();
    return editEach({task->call}, u"follow_up_close"_s, {{u"task"_s, task->id}, {u"state"_s, wireWord(command.state)}}, u"follow_up_close"_s, mutation);
}

Result<Effect> CommandRunner::apply(const MoveFollowUp &command, Mutation &mutation)
{
    const auto task = openTask(command.follow_up);
    if (!task)
        return task.error();
    return editEach({task->call}, u"follow_up_move"_s, {{u"task"_s, task->id}, {u"due_at"_s, isoUtc(command.due_at)}}, u"follow_up_move"_s, mutation);
}

Result<Effect> CommandRunner::apply(const SetDoNotContact &command, Mutation &mutation)
{
    // The mark is the number's: one edit covers all its calls.
    QSet<QString> marked;
    for (CallKey key : distinct(command.calls)) {
        const auto call = mutation.load(key);
        if (!call)
            return call.error();
        if (!call->customer_number.isEmpty() && marked.contains(call->customer_number))
            continue;
        marked.insert(call->customer_number);
        if (Verdict done = mutation.edit(key, flagOp(command.on), {{u"flag"_s, u"do_not_contact"_s}, {u"reason"_s, command.reason}}); !done)
            return done.error();
    }
    return mutation.finish(u"do_not_contact"_s);
}

Result<QString> CommandRunner::contactFor(const LinkContact &command, Mutation &mutation)
{
    if (command.make_contact) {
        const auto call = mutation.load(command.call);
        if (!call)
            return call.error();
        Contact contact;
        contact.name = call->caller_name;
        contact.business_name = call->business_name;
        contact.number = call->customer_number;
        contact.email = call->customer_email;
        contact.address = call->customer_address;
        return mutation.makeContact(contact);
    }
    if (command.contact.isEmpty())
        return QString();
    const auto known = m_database.prepare("SELECT 1 FROM contacts WHERE uid = ?").bindAll(command.contact).found();
    if (!known)
        return known.error();
    if (!*known)
        return Error{Error::Code::NotFound, u"This contact is no longer there. Choose another or make a new one."_s, {}, false};
    return command.contact;
}

Result<Effect> CommandRunner::apply(const LinkContact &command, Mutation &mutation)
{
    const auto contact = contactFor(command, mutation);
    if (!contact)
        return contact.error();
    return editEach({command.call}, u"link"_s, {{u"contact"_s, *contact}}, u"link"_s, mutation);
}

Result<Effect> CommandRunner::apply(const AddNote &command, Mutation &mutation)
{
    if (command.text.trimmed().isEmpty())
        return invalid(u"A note needs words."_s);
    return editEach({command.call}, u"note"_s, {{u"text"_s, command.text}}, u"note"_s, mutation);
}

Result<Effect> CommandRunner::apply(const Undo &command, Mutation &mutation) { return undoMutation(command.mutation_id, mutation); }

Verdict CommandRunner::saveDraft(CallKey call, const Draft &draft, TimeMs now)
{
    Transaction transaction(m_database);
    if (!transaction.begun())
        return transaction.begun();
    const Verdict done = writeDraft(call, draft, now);
    return done ? transaction.commit() : done;
}

Verdict CommandRunner::writeDraft(CallKey call, const Draft &draft, TimeMs now)
{
    if (draft.isEmpty()) {
        Statement remove = m_database.prepare("DELETE FROM drafts WHERE call_id = ?");
        return remove.bindAll(call).run();
    }
    Statement named = m_database.prepare("SELECT call_id FROM calls WHERE id = ?");
    const auto found = named.bindAll(call).found();
    if (!found)
        return found.error();
    if (!*found)
        return Error{Error::Code::NotFound, QStringLiteral("This call is no longer there."), QString::number(call), false};
    return storeDraft(m_database, call, {named.text(0), draftText(draft), now});
}

QString draftText(const Draft &draft)
{
    QJsonObject json{{QStringLiteral("disposition"), draft.disposition}, {QStringLiteral("notes"), draft.notes}, {QStringLiteral("transferred_to"), draft.transferred_to}};
    if (draft.follow_up_at)
        json.insert(QStringLiteral("follow_up_at"), *draft.follow_up_at);
    if (draft.amount_cents)
        json.insert(QStringLiteral("amount_cents"), *draft.amount_cents);
    if (draft.follow_up_suggested)
        json.insert(QStringLiteral("follow_up_suggested"), true);
    return QString::fromUtf8(QJsonDocument(json).toJson(QJsonDocument::Compact));
}

Draft draftFromText(const QString &text, TimeMs updatedAt)
{
    const QJsonObject json = QJsonDocument::fromJson(text.toUtf8()).object();
    const auto number = [&](const QString &key) { return json.contains(key) ? OptionalInt(json.value(key).toInteger()) : std::nullopt; };
    Draft draft;
    draft.disposition = json.value(QStringLiteral("disposition")).toString();
    draft.notes = json.value(QStringLiteral("notes")).toString();
    draft.transferred_to = json.value(QStringLiteral("transferred_to")).toString();
    draft.follow_up_at = number(QStringLiteral("follow_up_at"));
    draft.amount_cents = number(QStringLiteral("amount_cents"));
    draft.follow_up_suggested = json.value(QStringLiteral("follow_up_suggested")).toBool();
    draft.updated_at = updatedAt;
    return draft;
}

} // namespace calldeck
