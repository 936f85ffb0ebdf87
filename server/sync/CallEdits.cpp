#include "rules/JsonReader.h"
#include "store/TestSwitches.h"
#include "sync/ConflictRows.h"
#include "sync/EditSession.h"

#include <limits>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

/** Follow-ups that an edit names and that may lie on other calls. */
QStringList tasksNamedBy(const Edit &edit)
{
    QStringList ids{edit.args.value(u"task"_s).toString()};
    for (const QString &key : {u"reopen"_s, u"cancel"_s}) {
        const QJsonArray list = edit.args.value(key).toArray();
        for (const QJsonValue &id : list)
            ids.append(id.toString());
    }
    const QJsonArray moved = edit.args.value(u"moved"_s).toArray();
    for (const QJsonValue &move : moved)
        ids.append(move.toObject().value(u"task"_s).toString());
    ids.removeAll(QString());
    ids.removeDuplicates();
    return ids;
}

Edit withSeededBug(Edit edit)
{
    const bool tag = edit.op == u"tag-"_s && TestSwitches::bug("tags_list");
    const bool flag = edit.op == u"flag-"_s && TestSwitches::bug("dnc_lww");
    if (tag || flag || TestSwitches::bug("row_lww"))
        edit.base_ver = std::numeric_limits<qint64>::max();
    return edit;
}

class CallEdit
{
public:
    CallEdit(EditSession &session, const Edit &edit) : m_session(session), m_tx(session.tx), m_edit(withSeededBug(edit)) {}

    Result<EditOutcome> run()
    {
        auto stored = loadCall(m_tx, m_edit.id, tasksNamedBy(m_edit));
        if (!stored)
            return stored.error();
        m_before = *stored;
        m_after = *std::move(stored);
        if (m_before.deleted || (m_before.ver == 0 && m_edit.op != u"create"_s))
            return rejectedAs(u"gone"_s, u"The call was deleted meanwhile."_s);
        if (m_edit.op == u"del"_s)
            return remove();
        if (m_edit.op == u"resolve"_s)
            return resolve();
        if (m_edit.op == u"undo"_s) {
            if (auto refused = refuseUndo(); !refused || refused->status == EditOutcome::Status::Rejected)
                return refused;
        }
        return merge();
    }

private:
    using Outcome = Result<EditOutcome>;

    EditOutcome refuse(const QString &code, const QString &message) const
    {
        EditOutcome outcome = rejectedAs(code, message);
        outcome.ver = m_before.ver;
        outcome.row = m_before.row;
        return outcome;
    }
    EditOutcome accept(EditOutcome::Status status = EditOutcome::Status::Applied) const
    {
        EditOutcome outcome;
        outcome.status = status;
        outcome.seq = m_after.ver;
        outcome.ver = m_after.ver;
        outcome.row = m_after.row;
        return outcome;
    }

    Outcome merge()
    {
        const auto merged = mergeEdit(m_after.state, m_after.stamps, {m_edit, m_session.author.device, m_tx.nextSeq()}, m_session.contextOf(m_edit));
        if (!merged)
            return refuse(u"invalid"_s, merged.error().message);
        if (Verdict marked = markNewNumber(); !marked)
            return marked.error();
        if (Verdict done = write(); !done)
            return done.error();
        if (!*merged)
            return accept();
        const StoredConflict conflict{**merged, u"OPEN"_s, m_session.author.account};
        if (Verdict done = putConflict(m_tx, conflict, m_session.changeOf(m_edit)); !done)
            return done.error();
        return accept(EditOutcome::Status::Conflict);
    }

    Verdict write()
    {
        const bool marks = m_edit.op == u"flag+"_s && m_edit.args.value(u"flag"_s).toString() == u"do_not_contact"_s;
        return writeCallWithEffects(m_tx, {m_before, m_after, marks, m_session.changeOf(m_edit)});
    }

    /** A call entered by hand learns its number here, and with it whether the number may be called. */
    Verdict markNewNumber()
    {
        const QString number = m_after.state.call.customer_number;
        if (number.isEmpty() || number == m_before.state.call.customer_number)
            return Done{};
        const auto listed = findListed(m_tx, number);
        if (!listed)
            return listed.error();
        m_before.state.listed = *listed;
        m_after.state.listed = *listed;
        m_after.state.call.do_not_contact = m_after.state.call.do_not_contact || *listed;
        return Done{};
    }

    Outcome remove()
    {
        const Change change = m_session.changeOf(m_edit);
        Verdict done = deleteCall(m_tx, m_after, change);
        if (done)
            done = deleteConflictsOf(m_tx, m_edit.id, change);
        if (!done)
            return done.error();
        return accept();
    }

    Outcome resolve()
    {
        QString problem;
        JsonReader args(m_edit.args, u"args"_s, problem);
        const QString id = args.text(u"conflict"_s);
        const bool replace = args.boolean(u"replace"_s);
        if (!problem.isEmpty())
            return refuse(u"invalid"_s, problem);
        auto found = findConflict(m_tx, id);
        if (!found)
            return found.error();
        if (!*found || (*found)->conflict.call_id != m_edit.id)
            return refuse(u"invalid"_s, u"args.conflict is no conflict of this call."_s);
        StoredConflict stored = **found;
        if (!mayAct(m_session.role, UserRole::DISPATCHER) && stored.losing_account != m_session.author.account)
            return refuse(u"forbidden"_s, u"Only a dispatcher, or who made the other decision, may choose."_s);
        const bool open = stored.state == u"OPEN"_s;
        if (open && replace) {
            const Verdict replaced = replaceByLosing(m_after.state, m_after.stamps, stored.conflict, {m_edit, m_session.author.device, m_tx.nextSeq()}, m_session.contextOf(m_edit));
            if (!replaced)
                return refuse(u"invalid"_s, replaced.error().message);
        }
        // Also without an effect it is a change of the call: the author's desk waits for its number.
        Verdict done = write();
        if (done && open) {
            stored.state = replace ? u"REPLACED"_s : u"KEPT"_s;
            done = putConflict(m_tx, stored, m_session.changeOf(m_edit));
        }
        if (!done)
            return done.error();
        return accept();
    }

    /** An undo takes back what its own author did, and nothing but what edits move. */
    Outcome refuseUndo()
    {
        const QJsonObject fields = m_edit.args.value(u"fields"_s).toObject();
        for (auto it = fields.begin(); it != fields.end(); ++it) {
            const auto field = callFieldNamed(it.key());
            if (!field || !isTakenBack(*field))
                return refuse(u"invalid"_s, u"args.fields.%1 is no field that an undo may put back."_s.arg(it.key().left(60)));
        }
        const auto own = takesBackOwn(fields);
        if (!own)
            return own.error();
        if (!*own && !mayAct(m_session.role, UserRole::DISPATCHER))
            return refuse(u"forbidden"_s, u"You may take back only what you did yourself."_s);
        return EditOutcome{};
    }

    Result<bool> takesBackOwn(const QJsonObject &fields)
    {
        const bool clears = m_edit.args.value(u"unlist"_s).toBool() || fields.contains(u"do_not_contact"_s);
        const Stamp set = m_before.stamps.value(u"flag:do_not_contact"_s);
        if (clears && !set.device.isEmpty() && !set.device.startsWith(m_session.author.account + u'/'))
            return false;
        const QJsonArray retracted = m_edit.args.value(u"retract"_s).toArray();
        for (const QJsonValue &mid : retracted) {
            SqlStatement author = m_tx.query("SELECT 1 FROM change WHERE ws = ? AND mid = ? AND kind = 'call' AND actor = ?", mid.toString(), m_session.author.account);
            const auto own = author.found();
            if (!own || !*own)
                return own;
        }
        return true;
    }

    EditSession &m_session;
    WorkspaceTx &m_tx;
    const Edit m_edit;
    StoredCall m_before;
    StoredCall m_after;
};

} // namespace

Result<EditOutcome> takeCallEdit(EditSession &session, const Edit &edit) { return CallEdit(session, edit).run(); }

} // namespace calldeck
