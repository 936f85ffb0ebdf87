#include "sync/EditRules.h"

#include "rules/JsonReader.h"
#include "rules/Phone.h"
#include "rules/Triage.h"

#include <algorithm>
#include <tuple>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr qsizetype longestTag = 60;
constexpr qsizetype longestText = 20'000;

Error invalid(const QString &message) { return {Error::Code::InvalidInput, message, {}, false}; }

/** One edit on its way into a call: its arguments, and the first thing that is wrong with them. */
struct Application {
    CallState &state;
    const Edit &edit;
    const EditContext &context;
    QString problem{};
    JsonReader args{edit.args, u"args"_s, problem};

    Call &call() { return state.call; }
    bool failed() const { return !problem.isEmpty(); }
    QString shortText(const QString &key)
    {
        const QString text = args.text(key).trimmed();
        if (text.isEmpty() || text.size() > longestText)
            args.fail(key, u"must have 1 to %1 characters"_s.arg(longestText));
        return text;
    }
    FollowUpTask *task(const QString &id)
    {
        const auto found = std::find_if(state.follow_ups.begin(), state.follow_ups.end(), [&](const FollowUpTask &task) { return task.id == id; });
        return found == state.follow_ups.end() ? nullptr : &*found;
    }
    void close(FollowUpTask &task, FollowUpState how)
    {
        task.state = how;
        task.closed_at = context.at;
    }
    void retriage() { applyTriageRules(call(), context.workspace.sla, context.at); }
};

void addTask(Application &in, TimeMs dueAt, const QString &note)
{
    FollowUpTask task;
    task.id = in.edit.mid;
    task.call = in.call().key;
    task.call_id = in.call().call_id;
    task.number = in.call().customer_number;
    task.due_at = dueAt;
    task.note = note;
    task.owner = in.context.actor;
    task.created_at = in.context.at;
    in.state.follow_ups.append(task);
}

void promise(Call &call, TimeMs dueAt)
{
    call.follow_up_required = true;
    call.callback_scheduled = true;
    call.follow_up_date = dueAt;
}

Verdict setFields(Application &in, const std::function<bool(CallField)> &allowed)
{
    Call after = in.call();
    for (auto it = in.edit.args.begin(); it != in.edit.args.end(); ++it) {
        const auto field = callFieldNamed(it.key());
        if (!field || !allowed(*field))
            return invalid(u"args.%1 is no field that a person may set."_s.arg(it.key().left(60)));
        if (Verdict set = setFieldJson(after, *field, it.value()); !set)
            return set;
        if (fieldText(after, *field).size() > longestText)
            return invalid(u"args.%1 must have at most %2 characters."_s.arg(it.key()).arg(longestText));
    }
    in.call() = after;
    in.retriage();
    return Done{};
}

bool isEnteredByHand(CallField field)
{
    static const QList<CallField> facts{CallField::customer_number_raw, CallField::call_type, CallField::status, CallField::started_at, CallField::answered_at, CallField::ended_at, CallField::duration_seconds,
                                        CallField::scheduled_at, CallField::campaign_id};
    return isSettable(field) || facts.contains(field);
}

Verdict create(Application &in)
{
    Call &call = in.call();
    // Somebody's create that came twice, or a call that a provider knew first: it is there.
    if (call.created_at)
        return Done{};
    call.call_id = in.edit.id;
    call.provider = u"manual"_s;
    call.provider_call_id = in.edit.id;
    call.created_at = in.context.at;
    if (Verdict done = setFields(in, isEnteredByHand); !done)
        return done;
    call.customer_number = parsePhone(call.customer_number_raw, in.context.workspace.region).e164;
    call.outcome_required = outcomeRequiredByDefault(call);
    in.retriage();
    return Done{};
}

Verdict addTag(Application &in)
{
    const QString tag = in.args.text(u"tag"_s).trimmed();
    if (tag.isEmpty() || tag.size() > longestTag)
        return invalid(u"A tag has 1 to %1 characters."_s.arg(longestTag));
    if (!in.call().tags.contains(tag)) {
        in.call().tags.append(tag);
        in.call().tags.sort();
    }
    return Done{};
}

Verdict removeTag(Application &in)
{
    in.call().tags.removeAll(in.args.text(u"tag"_s));
    return Done{};
}

/** Closes the tasks that a new disposition of the call settles; true when one was the call's own promise. */
bool closeSettled(Application &in, const Call &before)
{
    bool promised = false;
    for (FollowUpTask &task : in.state.follow_ups) {
        if (task.state != FollowUpState::OPEN)
            continue;
        // The new word on this call replaces its earlier promise. The number's automatic task is done when it is about this call or
        // an earlier one; a call that was missed later still waits for its callback.
        const bool isPromise = !task.automatic && in.state.owns(task) && task.due_at == before.follow_up_date;
        const bool answered = task.automatic && (in.state.owns(task) || task.created_at <= before.started_at.value_or(in.context.at));
        if (isPromise || answered)
            in.close(task, isPromise ? FollowUpState::CANCELLED : FollowUpState::DONE);
        promised = promised || isPromise;
    }
    return promised;
}

Verdict recordDisposition(Application &in)
{
    const auto entry = dispositionEntryOf(in.edit.args);
    if (!entry)
        return entry.error();
    const auto &rules = in.context.workspace.dispositions;
    const auto missing = missingParts(rules, *entry, !in.call().contact_id.isEmpty(), in.edit.at);
    if (!missing.isEmpty())
        return invalid(missing.first().sentence);
    const DispositionRule &rule = *dispositionNamed(rules, entry->disposition);
    const Call before = in.call();
    applyDisposition(in.call(), rule, *entry, in.context.actor, in.context.at);
    in.state.outcomes.append({in.edit.mid, rule.key, rule.outcome, entry->notes, in.context.actor, in.context.at, std::nullopt, false});
    if (closeSettled(in, before) && !entry->follow_up_at) {
        in.call().follow_up_required = false;
        in.call().callback_scheduled = false;
        in.call().follow_up_date.reset();
    }
    if (entry->follow_up_at)
        addTask(in, *entry->follow_up_at, entry->notes);
    return Done{};
}

Verdict skip(Application &in)
{
    const QString reason = in.shortText(u"reason"_s);
    if (!in.failed() && needsTriage(in.call()))
        in.call().outcome_owed_reason = reason;
    return Done{};
}

Verdict scheduleFollowUp(Application &in)
{
    const TimeMs due = in.args.time(u"due_at"_s);
    const QString note = in.args.optionalText(u"note"_s);
    if (!in.failed() && due <= in.edit.at)
        return invalid(u"A follow-up must lie in the future."_s);
    promise(in.call(), due);
    addTask(in, due, note);
    return Done{};
}

Verdict closeFollowUp(Application &in)
{
    FollowUpTask *task = in.task(in.args.text(u"task"_s));
    const auto how = in.args.word<FollowUpState>(u"state"_s);
    if (how == FollowUpState::OPEN)
        return invalid(u"A follow-up is closed as done or as cancelled."_s);
    if (!task || task->state != FollowUpState::OPEN)
        return Done{};
    in.close(*task, how);
    if (in.call().follow_up_date == task->due_at) {
        in.call().follow_up_required = false;
        in.call().callback_scheduled = false;
    }
    return Done{};
}

Verdict moveFollowUp(Application &in)
{
    FollowUpTask *task = in.task(in.args.text(u"task"_s));
    const TimeMs due = in.args.time(u"due_at"_s);
    if (!in.failed() && due <= in.edit.at)
        return invalid(u"A follow-up must lie in the future."_s);
    if (!task || task->state != FollowUpState::OPEN)
        return Done{};
    if (in.call().follow_up_date == task->due_at)
        in.call().follow_up_date = due;
    task->due_at = due;
    return Done{};
}

void listNumber(Application &in, const QString &reason)
{
    in.call().do_not_contact = true;
    // A number that is listed already keeps its first reason.
    if (!in.call().customer_number.isEmpty() && !in.state.listed)
        in.state.listed = ListedNumber{reason, in.context.at, in.context.actor};
    for (FollowUpTask &task : in.state.follow_ups) {
        if (task.state == FollowUpState::OPEN)
            in.close(task, FollowUpState::CANCELLED);
    }
}

Verdict setFlag(Application &in, bool on)
{
    const QString flag = in.args.text(u"flag"_s);
    const QString reason = in.args.optionalText(u"reason"_s);
    if (flag == u"emergency"_s) {
        in.call().emergency = on;
        in.retriage();
    } else if (flag == u"do_not_contact"_s) {
        if (on) {
            listNumber(in, reason);
        } else {
            in.call().do_not_contact = false;
            in.state.listed.reset();
        }
    } else {
        in.args.fail(u"flag"_s, u"must be do_not_contact or emergency"_s);
    }
    return Done{};
}

Verdict link(Application &in)
{
    in.call().contact_id = in.args.text(u"contact"_s);
    return Done{};
}

Verdict addNote(Application &in)
{
    in.state.notes.append({in.edit.mid, in.shortText(u"text"_s), in.context.actor, in.context.at, {}});
    // By their time, not by the order of coming: every desk then shows the same list.
    std::sort(in.state.notes.begin(), in.state.notes.end(), [](const CallNote &a, const CallNote &b) { return std::tie(a.at, a.id) < std::tie(b.at, b.id); });
    return Done{};
}

Verdict editNote(Application &in)
{
    const QString id = in.args.text(u"note"_s);
    const QString text = in.shortText(u"text"_s);
    for (CallNote &note : in.state.notes) {
        if (note.id == id)
            note.text = text;
    }
    return Done{};
}

// --- undo -----------------------------------------------------------------------------------------------------------------------

/** Fields go back where they still hold what the undone edit gave them. */
Verdict restoreFields(Application &in)
{
    Call after = in.call();
    const QJsonObject fields = in.edit.args.value(u"fields"_s).toObject();
    for (auto it = fields.begin(); it != fields.end(); ++it) {
        const auto field = callFieldNamed(it.key());
        const QJsonArray pair = it->toArray();
        if (!field || pair.size() != 2)
            return invalid(u"args.fields.%1 must be a field of a call with two values."_s.arg(it.key().left(60)));
        if (fieldText(after, *field) != pair[0].toString())
            continue;
        if (Verdict set = setFieldText(after, *field, pair[1].toString()); !set)
            return set;
    }
    in.call() = after;
    in.retriage();
    return Done{};
}

void restoreTasks(Application &in)
{
    for (const QString &id : in.args.optionalTexts(u"cancel"_s)) {
        FollowUpTask *task = in.task(id);
        if (task && task->state != FollowUpState::DONE)
            in.close(*task, FollowUpState::CANCELLED);
    }
    const QJsonArray moved = in.edit.args.value(u"moved"_s).toArray();
    for (const QJsonValue &move : moved) {
        QString problem;
        JsonReader reader(move, u"args.moved"_s, problem);
        const TimeMs from = reader.time(u"from"_s);
        const TimeMs to = reader.time(u"to"_s);
        FollowUpTask *task = in.task(reader.text(u"task"_s));
        if (problem.isEmpty() && task && task->state == FollowUpState::OPEN && task->due_at == to)
            task->due_at = from;
    }
    for (const QString &id : in.args.optionalTexts(u"reopen"_s)) {
        FollowUpTask *task = in.task(id);
        const bool another = std::any_of(in.state.follow_ups.cbegin(), in.state.follow_ups.cend(),
                                         [&](const FollowUpTask &other) { return other.id != id && other.automatic && other.state == FollowUpState::OPEN && other.number == (task ? task->number : QString()); });
        // Another automatic task may have been made for the number meanwhile, then that one stands for both. A task whose number
        // asked not to be called stays closed.
        if (!task || task->state == FollowUpState::OPEN || in.state.listed || (task->automatic && another))
            continue;
        task->state = FollowUpState::OPEN;
        task->closed_at.reset();
    }
}

Verdict undo(Application &in)
{
    for (const QString &tag : in.args.optionalTexts(u"tags_added"_s))
        in.call().tags.removeAll(tag);
    for (const QString &tag : in.args.optionalTexts(u"tags_removed"_s)) {
        if (!in.call().tags.contains(tag))
            in.call().tags.append(tag);
    }
    in.call().tags.sort();
    const QStringList retracted = in.args.optionalTexts(u"retract"_s);
    for (CallOutcomeRecord &outcome : in.state.outcomes) {
        if (retracted.contains(outcome.mutation_id) && !outcome.retracted_at)
            outcome.retracted_at = in.context.at;
    }
    if (in.args.optionalBoolean(u"unlist"_s))
        in.state.listed.reset();
    if (in.args.has(u"relist"_s) && !in.state.listed) {
        in.state.listed = in.args.object<ListedNumber>(u"relist"_s, [](JsonReader &json) {
            return ListedNumber{json.text(u"reason"_s), json.time(u"set_at"_s), json.text(u"set_by"_s)};
        });
    }
    restoreTasks(in);
    return restoreFields(in);
}

/** An edit that the backend's row shows already is not applied again over it. */
bool isThere(const Application &in)
{
    const auto named = [&](const auto &list, auto id) { return std::any_of(list.cbegin(), list.cend(), [&](const auto &one) { return one.*id == in.edit.mid; }); };
    return named(in.state.outcomes, &CallOutcomeRecord::mutation_id) || named(in.state.notes, &CallNote::id) || named(in.state.follow_ups, &FollowUpTask::id);
}

Verdict dispatch(Application &in)
{
    using Op = Verdict (*)(Application &);
    static const QHash<QString, Op> ops{
        {u"create"_s, create},
        {u"set"_s, [](Application &application) { return setFields(application, isSettable); }},
        {u"tag+"_s, addTag},
        {u"tag-"_s, removeTag},
        {u"disposition"_s, recordDisposition},
        {u"skip"_s, skip},
        {u"follow_up"_s, scheduleFollowUp},
        {u"follow_up_close"_s, closeFollowUp},
        {u"follow_up_move"_s, moveFollowUp},
        {u"flag+"_s, [](Application &application) { return setFlag(application, true); }},
        {u"flag-"_s, [](Application &application) { return setFlag(application, false); }},
        {u"link"_s, link},
        {u"note"_s, addNote},
        {u"note_edit"_s, editNote},
        {u"undo"_s, undo},
        {u"resolve"_s, [](Application &) -> Verdict { return Done{}; }},
        {u"del"_s, [](Application &) -> Verdict { return Done{}; }}};
    const auto op = ops.constFind(in.edit.op);
    if (op == ops.cend())
        return invalid(u"op: \"%1\" is no edit of a call."_s.arg(in.edit.op.left(60)));
    return isThere(in) ? Verdict(Done{}) : (*op)(in);
}

} // namespace

bool isSettable(CallField field)
{
    return infoOf(field).access == FieldAccess::Editable || field == CallField::spam || field == CallField::spam_reason;
}

Result<DispositionEntry> dispositionEntryOf(const QJsonObject &args)
{
    QString problem;
    JsonReader reader(args, u"args"_s, problem);
    DispositionEntry entry;
    entry.disposition = reader.text(u"disposition"_s);
    entry.notes = reader.optionalText(u"notes"_s);
    entry.follow_up_at = reader.optionalTime(u"follow_up_at"_s);
    entry.amount_cents = reader.optionalInteger(u"amount_cents"_s);
    entry.transferred_to = reader.optionalText(u"transferred_to"_s);
    if (entry.notes.size() > longestText)
        reader.fail(u"notes"_s, u"must have at most %1 characters"_s.arg(longestText));
    if (!problem.isEmpty())
        return invalid(problem);
    return entry;
}

QJsonObject dispositionArgs(const DispositionEntry &entry)
{
    QJsonObject args{{u"disposition"_s, entry.disposition}, {u"notes"_s, entry.notes}};
    if (entry.follow_up_at)
        args.insert(u"follow_up_at"_s, isoUtc(*entry.follow_up_at));
    if (entry.amount_cents)
        args.insert(u"amount_cents"_s, *entry.amount_cents);
    if (!entry.transferred_to.isEmpty())
        args.insert(u"transferred_to"_s, entry.transferred_to);
    return args;
}

Verdict applyEdit(CallState &state, const Edit &edit, const EditContext &context)
{
    CallState after = state;
    Application in{after, edit, context};
    Verdict done = dispatch(in);
    if (done && in.failed())
        done = invalid(in.problem);
    if (!done)
        return done;
    if (after != state)
        after.call.updated_at = context.at;
    state = std::move(after);
    return done;
}

Verdict applyEdit(Contact &contact, const Edit &edit, const EditContext &context)
{
    if (edit.op == u"del"_s)
        return Done{};
    if (edit.op != u"create"_s && edit.op != u"set"_s)
        return invalid(u"op: \"%1\" is no edit of a contact."_s.arg(edit.op.left(60)));
    if (edit.op == u"create"_s && !contact.id.isEmpty())
        return Done{};
    QJsonObject row = contactRow(contact);
    for (auto it = edit.args.begin(); it != edit.args.end(); ++it) {
        if (!contactFields().contains(it.key()) || !it->isString() || it->toString().size() > longestText)
            return invalid(u"args.%1 is no text of a contact."_s.arg(it.key().left(60)));
        row.insert(it.key(), *it);
    }
    row.insert(u"id"_s, edit.id);
    auto after = contactFromRow(row);
    if (!after)
        return after.error();
    if (const QString e164 = parsePhone(after->number, context.workspace.region).e164; !e164.isEmpty())
        after->number = e164;
    contact = *std::move(after);
    return Done{};
}

} // namespace calldeck
