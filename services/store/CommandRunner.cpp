#include "store/CommandRunner.h"

#include "store/CallIntake.h"
#include "store/CallRows.h"
#include "store/FollowUpRows.h"
#include "store/UndoRunner.h"

#include <QJsonDocument>
#include <QSet>

namespace calldeck
{

namespace
{

Error invalid(const QString &message) { return {Error::Code::InvalidInput, message, {}, false}; }

QJsonObject entryArgs(const DispositionRule &rule, const DispositionEntry &entry)
{
    QJsonObject args{{QStringLiteral("disposition"), rule.key}, {QStringLiteral("outcome"), wireWord(rule.outcome)}, {QStringLiteral("notes"), entry.notes}};
    if (entry.follow_up_at)
        args.insert(QStringLiteral("follow_up_at"), isoUtc(*entry.follow_up_at));
    if (entry.amount_cents)
        args.insert(QStringLiteral("amount_cents"), *entry.amount_cents);
    if (!entry.transferred_to.isEmpty())
        args.insert(QStringLiteral("transferred_to"), entry.transferred_to);
    return args;
}

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

bool mayBeSet(CallField field)
{
    return infoOf(field).access == FieldAccess::Editable || field == CallField::emergency || field == CallField::spam || field == CallField::spam_reason;
}

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
    Mutation mutation(m_database, m_actor, now);
    auto effect = dispatch(command, mutation);
    if (!effect)
        return effect;
    if (Verdict done = transaction.commit(); !done)
        return done.error();
    return effect;
}

Result<Effect> CommandRunner::dispatch(const Command &command, Mutation &mutation)
{
    return std::visit([&](const auto &intention) { return apply(intention, mutation); }, command);
}

Result<Effect> CommandRunner::apply(const RecordDisposition &command, Mutation &mutation)
{
    const DispositionRule *rule = dispositionNamed(m_workspace.dispositions, command.entry.disposition);
    for (CallKey key : distinct(command.calls)) {
        auto call = mutation.load(key);
        if (!call)
            return call.error();
        const auto missing = missingParts(m_workspace.dispositions, command.entry, call->contact_id.has_value(), mutation.now());
        if (!missing.isEmpty())
            return invalid(missing.first().sentence);
        if (Verdict done = recordOne(*call, *rule, command, mutation); !done)
            return done.error();
    }
    return mutation.finish(QStringLiteral("disposition"));
}

Verdict CommandRunner::recordOne(const Call &call, const DispositionRule &rule, const RecordDisposition &command, Mutation &mutation)
{
    Call after = call;
    applyDisposition(after, rule, command.entry, mutation.actor(), mutation.now());
    Statement insert = m_database.prepare("INSERT INTO call_outcomes (call_id, mutation_id, disposition, outcome, notes, agent_id, at) VALUES (?, ?, ?, ?, ?, ?, ?)");
    insert.bind(1, call.key).bind(2, mutation.id()).bind(3, rule.key).bind(4, wireWord(rule.outcome));
    insert.bindText(5, command.entry.notes).bindText(6, mutation.actor()).bind(7, mutation.now());
    Verdict done = insert.run();
    if (!done)
        return done;
    mutation.remember(call.key, QStringLiteral("outcome"), m_database.lastInsertId());
    bool promised = false;
    if (done = closeSettledFollowUps(call, mutation, promised); !done)
        return done;
    if (promised && !command.entry.follow_up_at) {
        after.follow_up_required = false;
        after.callback_scheduled = false;
        after.follow_up_date.reset();
    }
    if (done = mutation.change(call, after); !done)
        return done;
    // What was typed on one call is in its entry; a disposition of many calls does not hold what was typed on each.
    Statement draft = m_database.prepare("DELETE FROM drafts WHERE call_id = ?");
    if (command.calls.size() == 1)
        done = draft.bindAll(call.key).run();
    if (!done)
        return done;
    if (command.entry.follow_up_at)
        done = addFollowUp(call, *command.entry.follow_up_at, command.entry.notes, mutation);
    mutation.send(call.key, QStringLiteral("disposition"), entryArgs(rule, command.entry));
    return done;
}

Verdict CommandRunner::closeSettledFollowUps(const Call &call, Mutation &mutation, bool &promised)
{
    const auto open = openFollowUps(m_database, call.customer_number, call.key);
    if (!open)
        return open.error();
    for (const FollowUpTask &task : *open) {
        // The new word on this call replaces its earlier promise. The number's automatic task is done when it is about this call or
        // an earlier one; a call that was missed later still waits for its callback.
        const bool promise = !task.automatic && task.call == call.key && task.due_at == call.follow_up_date;
        const bool answered = task.automatic && (task.call == call.key || task.created_at <= call.started_at.value_or(mutation.now()));
        if (!promise && !answered)
            continue;
        promised = promised || promise;
        if (Verdict done = setFollowUpState(m_database, task.id, promise ? FollowUpState::CANCELLED : FollowUpState::DONE, mutation.now()); !done)
            return done;
        mutation.remember(call.key, QStringLiteral("follow_up_closed"), task.id);
    }
    return Done{};
}

Verdict CommandRunner::addFollowUp(const Call &call, TimeMs dueAt, const QString &note, Mutation &mutation)
{
    FollowUpTask task;
    task.call = call.key;
    task.number = call.customer_number;
    task.due_at = dueAt;
    task.note = note;
    task.owner = mutation.actor();
    task.created_at = mutation.now();
    auto id = insertFollowUp(m_database, task);
    if (!id)
        return id.error();
    mutation.remember(call.key, QStringLiteral("follow_up_made"), *id);
    return Done{};
}

Result<Effect> CommandRunner::apply(const SkipTriage &command, Mutation &mutation)
{
    if (command.reason.trimmed().isEmpty())
        return invalid(QStringLiteral("Skipping a call needs a reason: it is kept with the call."));
    auto call = mutation.load(command.call);
    if (!call)
        return call.error();
    if (!needsTriage(*call))
        return invalid(QStringLiteral("This call does not wait in triage: there is nothing to skip."));
    Call after = *call;
    after.outcome_owed_reason = command.reason.trimmed();
    if (Verdict done = mutation.change(*call, after); !done)
        return done.error();
    mutation.send(command.call, QStringLiteral("skip"), {{QStringLiteral("reason"), after.outcome_owed_reason}});
    return mutation.finish(QStringLiteral("skip"));
}

Result<Effect> CommandRunner::apply(const SetFields &command, Mutation &mutation)
{
    QJsonObject args;
    for (const FieldValue &value : command.values) {
        if (!mayBeSet(value.field))
            return invalid(QStringLiteral("%1 is set by the system and cannot be changed by hand.").arg(QLatin1String(infoOf(value.field).label)));
        args.insert(QLatin1String(infoOf(value.field).name), value.text);
    }
    for (CallKey key : distinct(command.calls)) {
        auto call = mutation.load(key);
        if (!call)
            return call.error();
        Call after = *call;
        for (const FieldValue &value : command.values) {
            if (Verdict done = setFieldText(after, value.field, value.text); !done)
                return done.error();
        }
        applyTriageRules(after, m_workspace.sla, mutation.now());
        if (changedFields(*call, after).isEmpty())
            continue;
        if (Verdict done = mutation.change(*call, after); !done)
            return done.error();
        mutation.send(key, QStringLiteral("set"), args);
    }
    return mutation.finish(QStringLiteral("set"));
}

Result<Effect> CommandRunner::apply(const ChangeTags &command, Mutation &mutation)
{
    constexpr int longestTag = 60;
    for (const QString &tag : command.added) {
        if (tag.trimmed().isEmpty() || tag.size() > longestTag)
            return invalid(QStringLiteral("A tag has 1 to %1 characters.").arg(longestTag));
    }
    for (CallKey key : distinct(command.calls)) {
        for (const QString &tag : command.added) {
            if (Verdict done = mutation.changeTag(key, tag.trimmed(), true); !done)
                return done.error();
        }
        for (const QString &tag : command.removed) {
            if (Verdict done = mutation.changeTag(key, tag, false); !done)
                return done.error();
        }
    }
    return mutation.finish(QStringLiteral("tags"));
}

Result<Effect> CommandRunner::apply(const ScheduleFollowUp &command, Mutation &mutation)
{
    if (command.due_at <= mutation.now())
        return invalid(QStringLiteral("A follow-up must lie in the future."));
    auto call = mutation.load(command.call);
    if (!call)
        return call.error();
    Call after = *call;
    after.follow_up_required = true;
    after.callback_scheduled = true;
    after.follow_up_date = command.due_at;
    Verdict done = mutation.change(*call, after);
    if (done)
        done = addFollowUp(*call, command.due_at, command.note, mutation);
    if (!done)
        return done.error();
    mutation.send(command.call, QStringLiteral("follow_up"), {{QStringLiteral("due_at"), isoUtc(command.due_at)}, {QStringLiteral("note"), command.note}});
    return mutation.finish(QStringLiteral("follow_up"));
}

Result<Effect> CommandRunner::apply(const CloseFollowUp &command, Mutation &mutation)
{
    if (command.state == FollowUpState::OPEN)
        return invalid(QStringLiteral("A follow-up is closed as done or as cancelled."));
    auto task = findFollowUp(m_database, command.follow_up);
    if (!task)
        return task.error();
    if (!*task || (*task)->state != FollowUpState::OPEN)
        return Error{Error::Code::NotFound, QStringLiteral("This follow-up is already closed."), {}, false};
    if (Verdict done = setFollowUpState(m_database, command.follow_up, command.state, mutation.now()); !done)
        return done.error();
    auto call = mutation.load((*task)->call);
    if (!call)
        return call.error();
    Call after = *call;
    if (after.follow_up_date == (*task)->due_at) {
        after.follow_up_required = false;
        after.callback_scheduled = false;
    }
    if (Verdict done = mutation.change(*call, after); !done)
        return done.error();
    mutation.remember(call->key, QStringLiteral("follow_up_closed"), command.follow_up);
    mutation.send(call->key, QStringLiteral("follow_up_close"),
                  {{QStringLiteral("due_at"), isoUtc((*task)->due_at)}, {QStringLiteral("state"), wireWord(command.state)}});
    return mutation.finish(QStringLiteral("follow_up_close"));
}

Result<Effect> CommandRunner::apply(const MoveFollowUp &command, Mutation &mutation)
{
    auto task = findFollowUp(m_database, command.follow_up);
    if (!task)
        return task.error();
    if (!*task || (*task)->state != FollowUpState::OPEN)
        return Error{Error::Code::NotFound, QStringLiteral("This follow-up is already closed."), {}, false};
    if (command.due_at <= mutation.now())
        return invalid(QStringLiteral("A follow-up must lie in the future."));
    Statement update = m_database.prepare("UPDATE follow_ups SET due_at = ? WHERE id = ?");
    if (Verdict done = update.bindAll(command.due_at, command.follow_up).run(); !done)
        return done.error();
    auto call = mutation.load((*task)->call);
    if (!call)
        return call.error();
    Call after = *call;
    if (after.follow_up_date == (*task)->due_at)
        after.follow_up_date = command.due_at;
    if (Verdict done = mutation.change(*call, after); !done)
        return done.error();
    mutation.remember(call->key, QStringLiteral("follow_up_moved"), QJsonObject{{QStringLiteral("id"), command.follow_up}, {QStringLiteral("from"), (*task)->due_at}, {QStringLiteral("to"), command.due_at}});
    mutation.send(call->key, QStringLiteral("follow_up_move"),
                  {{QStringLiteral("from"), isoUtc((*task)->due_at)}, {QStringLiteral("to"), isoUtc(command.due_at)}});
    return mutation.finish(QStringLiteral("follow_up_move"));
}

Result<Effect> CommandRunner::apply(const SetDoNotContact &command, Mutation &mutation)
{
    QSet<QString> marked;
    for (CallKey key : distinct(command.calls)) {
        auto call = mutation.load(key);
        if (!call)
            return call.error();
        if (call->customer_number.isEmpty() || !marked.contains(call->customer_number)) {
            if (Verdict done = markNumber(*call, command, mutation); !done)
                return done.error();
        }
        marked.insert(call->customer_number);
        mutation.send(key, command.on ? QStringLiteral("flag+") : QStringLiteral("flag-"),
                      {{QStringLiteral("flag"), QStringLiteral("do_not_contact")}, {QStringLiteral("reason"), command.reason}});
    }
    return mutation.finish(QStringLiteral("do_not_contact"));
}

Verdict CommandRunner::listNumber(const Call &call, const SetDoNotContact &command, Mutation &mutation)
{
    if (command.on) {
        // A number that is listed already keeps its first reason, and taking this mark back must not unlist it.
        Statement add = m_database.prepare("INSERT OR IGNORE INTO do_not_contact (number, reason, set_at, set_by) VALUES (?, ?, ?, ?)");
        add.bind(1, call.customer_number).bindText(2, command.reason).bind(3, mutation.now()).bindText(4, mutation.actor());
        Verdict done = add.run();
        if (done && m_database.changedRows() > 0)
            mutation.remember(call.key, QStringLiteral("do_not_contact_added"), call.customer_number);
        return done;
    }
    Statement remove = m_database.prepare("DELETE FROM do_not_contact WHERE number = ? RETURNING reason, set_at, set_by");
    remove.bind(1, call.customer_number);
    if (remove.step()) {
        mutation.remember(call.key, QStringLiteral("do_not_contact_removed"),
                          QJsonObject{{QStringLiteral("number"), call.customer_number},
                                      {QStringLiteral("reason"), remove.text(0)},
                                      {QStringLiteral("set_at"), remove.integer(1)},
                                      {QStringLiteral("set_by"), remove.text(2)}});
    }
    return remove.run();
}

Verdict CommandRunner::markNumber(const Call &call, const SetDoNotContact &command, Mutation &mutation)
{
    QList<CallKey> sameNumber{call.key};
    if (!call.customer_number.isEmpty()) {
        if (Verdict done = listNumber(call, command, mutation); !done)
            return done;
        Statement others = m_database.prepare("SELECT id FROM calls WHERE customer_number = ? AND id <> ?");
        others.bindAll(call.customer_number, call.key);
        while (others.step())
            sameNumber.append(others.integer(0));
        if (others.failed())
            return m_database.lastError();
    }
    for (CallKey key : std::as_const(sameNumber)) {
        auto before = mutation.load(key);
        if (!before)
            return before.error();
        Call after = *before;
        after.do_not_contact = command.on;
        if (Verdict done = mutation.change(*before, after); !done)
            return done;
    }
    return command.on ? cancelFollowUps(call, mutation) : Verdict(Done{});
}

Verdict CommandRunner::cancelFollowUps(const Call &call, Mutation &mutation)
{
    auto open = openFollowUps(m_database, call.customer_number, call.key);
    if (!open)
        return open.error();
    for (const FollowUpTask &task : std::as_const(*open)) {
        if (Verdict done = setFollowUpState(m_database, task.id, FollowUpState::CANCELLED, mutation.now()); !done)
            return done;
        mutation.remember(call.key, QStringLiteral("follow_up_closed"), task.id);
    }
    return Done{};
}

Result<qint64> CommandRunner::makeContact(const Call &call, Mutation &mutation)
{
    Statement insert = m_database.prepare("INSERT INTO contacts (name, business_name, number, email, address) VALUES (?, ?, ?, ?, ?)");
    insert.bindAll(call.caller_name, call.business_name, call.customer_number, call.customer_email, call.customer_address);
    if (Verdict done = insert.run(); !done)
        return done.error();
    mutation.remember(call.key, QStringLiteral("contact_made"), m_database.lastInsertId());
    return m_database.lastInsertId();
}

Result<Effect> CommandRunner::apply(const LinkContact &command, Mutation &mutation)
{
    auto call = mutation.load(command.call);
    if (!call)
        return call.error();
    Call after = *call;
    after.contact_id.reset();
    if (command.contact > 0) {
        Statement known = m_database.prepare("SELECT 1 FROM contacts WHERE id = ?");
        if (!known.bindAll(command.contact).step())
            return Error{Error::Code::NotFound, QStringLiteral("This contact is no longer there. Choose another or make a new one."), {}, false};
        after.contact_id = command.contact;
    } else if (command.contact < 0) {
        auto made = makeContact(*call, mutation);
        if (!made)
            return made.error();
        after.contact_id = *made;
    }
    if (Verdict done = mutation.change(*call, after); !done)
        return done.error();
    mutation.send(command.call, QStringLiteral("link"), {{QStringLiteral("contact"), fieldJson(after, CallField::contact_id)}});
    return mutation.finish(QStringLiteral("link"));
}

Result<Effect> CommandRunner::apply(const Undo &command, Mutation &mutation) { return undoMutation(command.mutation_id, m_workspace, mutation); }

Verdict CommandRunner::saveDraft(CallKey call, const Draft &draft, TimeMs now)
{
    if (draft.isEmpty()) {
        Statement remove = m_database.prepare("DELETE FROM drafts WHERE call_id = ?");
        return remove.bindAll(call).run();
    }
    Statement write = m_database.prepare("INSERT OR REPLACE INTO drafts (call_id, body, updated_at) SELECT id, ?, ? FROM calls WHERE id = ?");
    Verdict done = write.bindAll(draftText(draft), now, call).run();
    if (done && m_database.changedRows() == 0)
        return Error{Error::Code::NotFound, QStringLiteral("This call is no longer there."), QString::number(call), false};
    return done;
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
