#include "sync/Merge.h"

#include "rules/JsonReader.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

const QString disposition = u"disposition"_s;

bool hasSeen(const Arrival &arrival, const Stamp &stamp)
{
    return stamp.seq <= arrival.edit.base_ver || (stamp.device == arrival.device && stamp.lseq < arrival.edit.lseq);
}

QString flagOf(const Edit &edit) { return edit.args.value(u"flag"_s).toString(); }
QString tagOf(const Edit &edit) { return edit.args.value(u"tag"_s).toString().trimmed(); }

const CallOutcomeRecord *standing(const CallState &state)
{
    const auto last = std::find_if(state.outcomes.crbegin(), state.outcomes.crend(), [](const CallOutcomeRecord &outcome) { return outcome.stands(); });
    return last == state.outcomes.crend() ? nullptr : &*last;
}

/** What an edit writes, for the stamps. */
QStringList partsOf(const Edit &edit)
{
    if (edit.op == u"set"_s || edit.op == u"create"_s)
        return edit.args.keys();
    if (edit.op == u"disposition"_s)
        return {disposition, u"follow_up_date"_s};
    if (edit.op == u"tag+"_s)
        return {u"tag:"_s + tagOf(edit)};
    if (edit.op == u"flag+"_s || edit.op == u"flag-"_s)
        return {u"flag:"_s + flagOf(edit)};
    if (edit.op == u"note"_s)
        return {u"note:"_s + edit.mid};
    if (edit.op == u"note_edit"_s)
        return {u"note:"_s + edit.args.value(u"note"_s).toString()};
    if (edit.op == u"link"_s)
        return {u"contact_id"_s};
    if (edit.op == u"skip"_s)
        return {u"outcome_owed_reason"_s};
    if (edit.op == u"undo"_s)
        return edit.args.value(u"fields"_s).toObject().keys();
    return {};
}

class Merger
{
public:
    Merger(CallState &state, Stamps &stamps, const Arrival &arrival, const EditContext &context) : m_state(state), m_stamps(stamps), m_arrival(arrival), m_edit(arrival.edit), m_context(context) {}

    Result<std::optional<Conflict>> run()
    {
        if (m_edit.op == u"disposition"_s)
            return decide();
        if (m_edit.op == u"flag-"_s)
            return clearFlag();
        if (m_edit.op == u"tag-"_s)
            return removeTag();
        if (m_edit.op == u"note_edit"_s)
            return editNote();
        if (m_edit.op == u"undo"_s)
            return undo();
        return plain();
    }

private:
    using Merged = Result<std::optional<Conflict>>;

    bool unseen(const QString &part) const
    {
        const auto stamp = m_stamps.constFind(part);
        return stamp != m_stamps.cend() && !hasSeen(m_arrival, *stamp);
    }
    void stamp(const QStringList &parts)
    {
        for (const QString &part : parts)
            m_stamps.insert(part, {m_arrival.seq, m_arrival.device, m_edit.lseq});
    }
    Merged plain()
    {
        if (Verdict done = applyEdit(m_state, m_edit, m_context); !done)
            return done.error();
        stamp(partsOf(m_edit));
        if (m_edit.op == u"tag+"_s)
            m_stamps.remove(u"untag:"_s + tagOf(m_edit));
        return std::optional<Conflict>();
    }
    Conflict conflict(const QString &part, const QString &kept, const QString &losing, const QString &keptBy) const
    {
        return {m_edit.mid, m_state.call.call_id, part, kept, losing, keptBy, m_context.actor, m_context.at, m_edit.args};
    }
    Merged decide()
    {
        const CallOutcomeRecord *kept = standing(m_state);
        const QString wanted = m_edit.args.value(disposition).toString();
        if (!kept || !unseen(disposition) || kept->disposition == wanted)
            return plain();
        // Checked as if it were applied: what is incomplete is refused, not kept as somebody's choice.
        const CallOutcomeRecord first = *kept;
        CallState tried = m_state;
        if (Verdict valid = applyEdit(tried, m_edit, m_context); !valid)
            return valid.error();
        CallOutcomeRecord beside = tried.outcomes.last();
        beside.beside = true;
        m_state.outcomes.append(beside);
        m_state.call.updated_at = m_context.at;
        return std::optional(conflict(disposition, first.disposition, wanted, first.agent_id));
    }
    Merged clearFlag()
    {
        const QString flag = flagOf(m_edit);
        const bool isSet = flag == u"emergency"_s ? m_state.call.emergency : m_state.call.do_not_contact;
        if (!isSet || !unseen(u"flag:"_s + flag))
            return plain();
        CallState tried = m_state;
        if (Verdict valid = applyEdit(tried, m_edit, m_context); !valid)
            return valid.error();
        return std::optional(conflict(u"flag:"_s + flag, u"true"_s, u"false"_s, m_state.listed ? m_state.listed->set_by : QString()));
    }
    Merged removeTag()
    {
        const QString part = u"tag:"_s + tagOf(m_edit);
        if (unseen(part))
            return std::optional<Conflict>();
        auto merged = plain();
        if (merged) {
            m_stamps.remove(part);
            stamp({u"untag:"_s + tagOf(m_edit)});
        }
        return merged;
    }
    Merged editNote()
    {
        const QString id = m_edit.args.value(u"note"_s).toString();
        const bool known = std::any_of(m_state.notes.cbegin(), m_state.notes.cend(), [&](const CallNote &note) { return note.id == id; });
        if (known && !unseen(u"note:"_s + id))
            return plain();
        Edit copy = m_edit;
        copy.op = u"note"_s;
        if (Verdict done = applyEdit(m_state, copy, m_context); !done)
            return done.error();
        for (CallNote &note : m_state.notes) {
            if (note.id == m_edit.mid)
                note.copy_of = id;
        }
        stamp({u"note:"_s + m_edit.mid});
        return std::optional<Conflict>();
    }
    Merged undo()
    {
        Edit known = m_edit;
        // An undo takes nothing from somebody who wrote after what it takes back.
        QJsonArray kept;
        const QJsonArray added = m_edit.args.value(u"tags_added"_s).toArray();
        for (const QJsonValue &tag : added) {
            if (!unseen(u"tag:"_s + tag.toString()))
                kept.append(tag);
        }
        if (!added.isEmpty())
            known.args.insert(u"tags_added"_s, kept);
        if (unseen(u"flag:do_not_contact"_s)) {
            known.args.remove(u"unlist"_s);
            QJsonObject fields = known.args.value(u"fields"_s).toObject();
            fields.remove(u"do_not_contact"_s);
            known.args.insert(u"fields"_s, fields);
        }
        if (unseen(u"flag:emergency"_s)) {
            QJsonObject fields = known.args.value(u"fields"_s).toObject();
            fields.remove(u"emergency"_s);
            known.args.insert(u"fields"_s, fields);
        }
        if (Verdict done = applyEdit(m_state, known, m_context); !done)
            return done.error();
        for (const QJsonValue &tag : kept)
            m_stamps.remove(u"tag:"_s + tag.toString());
        const QJsonArray back = m_edit.args.value(u"tags_removed"_s).toArray();
        for (const QJsonValue &tag : back)
            stamp({u"tag:"_s + tag.toString()});
        stamp(partsOf(known));
        if (!standing(m_state))
            m_stamps.remove(disposition);
        return std::optional<Conflict>();
    }

    CallState &m_state;
    Stamps &m_stamps;
    const Arrival &m_arrival;
    const Edit &m_edit;
    const EditContext &m_context;
};

} // namespace

QJsonObject stampsToJson(const Stamps &stamps)
{
    QJsonObject json;
    for (auto it = stamps.begin(); it != stamps.end(); ++it)
        json.insert(it.key(), QJsonArray{it->seq, it->device, it->lseq});
    return json;
}

Stamps stampsFromJson(const QJsonObject &json)
{
    Stamps stamps;
    for (auto it = json.begin(); it != json.end(); ++it) {
        const QJsonArray stamp = it->toArray();
        stamps.insert(it.key(), {stamp.at(0).toInteger(), stamp.at(1).toString(), stamp.at(2).toInteger()});
    }
    return stamps;
}

Result<std::optional<Conflict>> mergeEdit(CallState &state, Stamps &stamps, const Arrival &arrival, const EditContext &context)
{
    CallState after = state;
    Stamps written = stamps;
    auto merged = Merger(after, written, arrival, context).run();
    if (merged) {
        state = std::move(after);
        stamps = std::move(written);
    }
    return merged;
}

Verdict replaceByLosing(CallState &state, Stamps &stamps, const Conflict &conflict, const Arrival &arrival, const EditContext &context)
{
    Edit losing = arrival.edit;
    losing.mid = conflict.id;
    losing.args = conflict.args;
    losing.op = conflict.part == disposition ? disposition : u"flag-"_s;
    losing.at = std::min(conflict.at, arrival.edit.at);
    CallState after = state;
    // Its place in the history is taken by the entry that stands now.
    after.outcomes.removeIf([&](const CallOutcomeRecord &outcome) { return outcome.mutation_id == conflict.id; });
    if (Verdict done = applyEdit(after, losing, {context.workspace, conflict.losing_by, context.at}); !done)
        return done;
    state = std::move(after);
    stamps.insert(conflict.part, {arrival.seq, arrival.device, arrival.edit.lseq});
    return Done{};
}

} // namespace calldeck
