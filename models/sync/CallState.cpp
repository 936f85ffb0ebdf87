#include "sync/CallState.h"

#include "rules/JsonReader.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

QJsonValue timeOrNull(const std::optional<TimeMs> &at) { return at ? QJsonValue(isoUtc(*at)) : QJsonValue(); }

void insertSet(QJsonObject &json, const QString &key, const QJsonValue &value)
{
    const bool unset = value.isNull() || (value.isString() && value.toString().isEmpty()) || (value.isBool() && !value.toBool());
    if (!unset)
        json.insert(key, value);
}

QJsonObject outcomeRow(const CallOutcomeRecord &outcome)
{
    QJsonObject json{{u"id"_s, outcome.mutation_id}, {u"disposition"_s, outcome.disposition}, {u"outcome"_s, wireWord(outcome.outcome)}, {u"agent_id"_s, outcome.agent_id}, {u"at"_s, isoUtc(outcome.at)}};
    insertSet(json, u"notes"_s, outcome.notes);
    insertSet(json, u"retracted_at"_s, timeOrNull(outcome.retracted_at));
    insertSet(json, u"beside"_s, outcome.beside);
    return json;
}

CallOutcomeRecord readOutcome(JsonReader &json)
{
    CallOutcomeRecord outcome;
    outcome.mutation_id = json.text(u"id"_s);
    outcome.disposition = json.text(u"disposition"_s);
    outcome.outcome = json.word<Outcome>(u"outcome"_s);
    outcome.notes = json.optionalText(u"notes"_s);
    outcome.agent_id = json.text(u"agent_id"_s);
    outcome.at = json.time(u"at"_s);
    outcome.retracted_at = json.optionalTime(u"retracted_at"_s);
    outcome.beside = json.optionalBoolean(u"beside"_s);
    return outcome;
}

QJsonObject noteRow(const CallNote &note)
{
    QJsonObject json{{u"id"_s, note.id}, {u"text"_s, note.text}, {u"author"_s, note.author}, {u"at"_s, isoUtc(note.at)}};
    insertSet(json, u"copy_of"_s, note.copy_of);
    return json;
}

CallNote readNote(JsonReader &json)
{
    return {json.text(u"id"_s), json.text(u"text"_s), json.text(u"author"_s), json.time(u"at"_s), json.optionalText(u"copy_of"_s)};
}

FollowUpTask readTask(JsonReader &json)
{
    FollowUpTask task;
    task.id = json.text(u"id"_s);
    task.number = json.optionalText(u"number"_s);
    task.due_at = json.time(u"due_at"_s);
    task.note = json.optionalText(u"note"_s);
    task.owner = json.optionalText(u"owner"_s);
    task.state = json.word<FollowUpState>(u"state"_s);
    task.automatic = json.optionalBoolean(u"automatic"_s);
    task.created_at = json.time(u"created_at"_s);
    task.closed_at = json.optionalTime(u"closed_at"_s);
    return task;
}

template <class T, class F> void insertList(QJsonObject &json, const QString &key, const QList<T> &all, F &&row)
{
    QJsonArray list;
    for (const T &one : all)
        list.append(row(one));
    if (!list.isEmpty())
        json.insert(key, list);
}

const std::initializer_list<std::pair<const char16_t *, QString Contact::*>> &contactTexts()
{
    static const std::initializer_list<std::pair<const char16_t *, QString Contact::*>> texts{
        {u"id", &Contact::id},       {u"name", &Contact::name},       {u"business_name", &Contact::business_name},         {u"number", &Contact::number},
        {u"email", &Contact::email}, {u"address", &Contact::address}, {u"preferred_channel", &Contact::preferred_channel}, {u"time_windows", &Contact::time_windows}};
    return texts;
}

} // namespace

QJsonObject followUpRow(const FollowUpTask &task)
{
    QJsonObject json{{u"id"_s, task.id}, {u"due_at"_s, isoUtc(task.due_at)}, {u"state"_s, wireWord(task.state)}, {u"created_at"_s, isoUtc(task.created_at)}};
    insertSet(json, u"number"_s, task.number);
    insertSet(json, u"note"_s, task.note);
    insertSet(json, u"owner"_s, task.owner);
    insertSet(json, u"automatic"_s, task.automatic);
    insertSet(json, u"closed_at"_s, timeOrNull(task.closed_at));
    return json;
}

QJsonObject callRow(const CallState &state)
{
    QJsonObject json;
    forEachField(state.call, [&](CallField field, const auto &) { insertSet(json, QLatin1String(infoOf(field).name), fieldJson(state.call, field)); });
    if (!state.call.tags.isEmpty())
        json.insert(u"tags"_s, QJsonArray::fromStringList(state.call.tags));
    insertList(json, u"outcomes"_s, state.outcomes, outcomeRow);
    insertList(json, u"notes"_s, state.notes, noteRow);
    QList<FollowUpTask> own;
    std::copy_if(state.follow_ups.cbegin(), state.follow_ups.cend(), std::back_inserter(own), [&](const FollowUpTask &task) { return state.owns(task); });
    insertList(json, u"follow_ups"_s, own, followUpRow);
    return json;
}

Result<CallState> callStateFromRow(const QJsonObject &row)
{
    QString problem;
    JsonReader reader(row, QString(), problem);
    CallState state;
    for (auto it = row.begin(); it != row.end(); ++it) {
        const auto field = callFieldNamed(it.key());
        if (!field)
            continue;
        if (Verdict set = setFieldJson(state.call, *field, it.value()); !set)
            return set.error();
    }
    if (state.call.call_id.isEmpty())
        reader.fail(u"call_id"_s, u"is missing"_s);
    state.call.tags = reader.optionalTexts(u"tags"_s);
    state.call.tags.removeDuplicates();
    state.call.tags.sort();
    state.outcomes = reader.optionalList<CallOutcomeRecord>(u"outcomes"_s, readOutcome);
    state.notes = reader.optionalList<CallNote>(u"notes"_s, readNote);
    state.follow_ups = reader.optionalList<FollowUpTask>(u"follow_ups"_s, readTask);
    if (!problem.isEmpty())
        return Error{Error::Code::InvalidInput, problem, {}, false};
    for (FollowUpTask &task : state.follow_ups)
        task.call_id = state.call.call_id;
    return state;
}

const QStringList &contactFields()
{
    static const QStringList fields = [] {
        QStringList names;
        for (const auto &[key, member] : contactTexts())
            names.append(QString::fromUtf16(key));
        names.removeAll(u"id"_s);
        return names;
    }();
    return fields;
}

QJsonObject contactRow(const Contact &contact)
{
    QJsonObject json;
    for (const auto &[key, member] : contactTexts())
        insertSet(json, QString::fromUtf16(key), contact.*member);
    return json;
}

Result<Contact> contactFromRow(const QJsonObject &row)
{
    QString problem;
    JsonReader reader(row, QString(), problem);
    Contact contact;
    for (const auto &[key, member] : contactTexts())
        contact.*member = reader.optionalText(QString::fromUtf16(key));
    if (contact.id.isEmpty())
        reader.fail(u"id"_s, u"is missing"_s);
    if (!problem.isEmpty())
        return Error{Error::Code::InvalidInput, problem, {}, false};
    return contact;
}

QJsonArray turnsRow(const QList<ConversationTurn> &turns)
{
    QJsonArray row;
    for (const ConversationTurn &turn : turns) {
        QJsonObject json{{u"speaker"_s, wireWord(turn.speaker)}, {u"content"_s, turn.content}, {u"at_ms"_s, turn.at_ms}};
        if (turn.confidence)
            json.insert(u"confidence"_s, *turn.confidence);
        row.append(json);
    }
    return row;
}

Result<QList<ConversationTurn>> turnsFromRow(const QJsonArray &row)
{
    QString problem;
    JsonReader reader(row, u"turns"_s, problem);
    const QList<ConversationTurn> turns = reader.elements<ConversationTurn>([](JsonReader &json) {
        ConversationTurn turn{json.word<Speaker>(u"speaker"_s), json.text(u"content"_s), json.integer(u"at_ms"_s), std::nullopt};
        if (json.has(u"confidence"_s))
            turn.confidence = json.number(u"confidence"_s);
        return turn;
    });
    if (!problem.isEmpty())
        return Error{Error::Code::InvalidInput, problem, {}, false};
    return turns;
}

} // namespace calldeck
