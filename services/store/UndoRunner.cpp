#include "store/UndoRunner.h"

#include "store/AuditRows.h"
#include "store/CallIntake.h"
#include "store/FollowUpRows.h"

#include <QJsonArray>

namespace calldeck
{

namespace
{

/** One call's part of the mutation that is taken back, with the call's whole trail around it. */
class UndoOfCall
{
public:
    UndoOfCall(const QList<AuditRow> &trail, qsizetype at, const Workspace &workspace, Mutation &mutation)
        : m_trail(trail), m_at(at), m_row(trail[at]), m_workspace(workspace), m_mutation(mutation), m_superseded(isSuperseded())
    {
    }

    Verdict run()
    {
        Verdict done = restoreTags();
        if (done)
            done = restoreLists();
        if (done)
            done = restoreFollowUps();
        if (done)
            done = restoreFields();
        return done;
    }

private:
    static QJsonArray list(const AuditRow &row, const char *what) { return row.changes.value(QLatin1String(what)).toArray(); }
    static QJsonArray change(const AuditRow &row, const QString &field) { return row.fields().value(field).toArray(); }
    static bool stands(const AuditRow &row) { return !row.undone && !row.isUndo(); }

    /** Does a later disposition of the call stand? Then the call goes on showing that one. */
    bool isSuperseded() const
    {
        return !list(m_row, "outcome").isEmpty()
               && std::any_of(m_trail.cbegin() + m_at + 1, m_trail.cend(), [](const AuditRow &row) { return stands(row) && !list(row, "outcome").isEmpty(); });
    }
    /** What the field goes back to, or nothing when it stays. */
    std::optional<QString> valueBefore(const QString &field, const QString &current) const
    {
        const auto decides = [&](const AuditRow &row) { return stands(row) && !change(row, field).isEmpty(); };
        if (std::any_of(m_trail.cbegin() + m_at + 1, m_trail.cend(), decides))
            return std::nullopt;
        QString value = current;
        if (const QJsonArray own = change(m_row, field); !own.isEmpty()) {
            if (own[1].toString() != current)
                return std::nullopt;
            value = own[0].toString();
        }
        for (qsizetype i = m_at - 1; i >= 0; --i) {
            const QJsonArray earlier = change(m_trail[i], field);
            if (earlier.isEmpty())
                continue;
            if (!m_trail[i].undone || earlier[1].toString() != value)
                break;
            value = earlier[0].toString();
        }
        return value;
    }
    /** The fields of this mutation, and those that earlier ones left behind when they were taken back under it. */
    QSet<QString> touchedFields() const
    {
        const QStringList own = m_row.fields().keys();
        QSet<QString> names(own.cbegin(), own.cend());
        for (qsizetype i = 0; i < m_at; ++i) {
            const QStringList left = m_trail[i].undone ? m_trail[i].fields().keys() : QStringList();
            names += QSet<QString>(left.cbegin(), left.cend());
        }
        return names;
    }
    bool isPromiseKept(const Call &call) const
    {
        Statement task = m_mutation.database().prepare("SELECT 1 FROM follow_ups WHERE call_id = ? AND due_at = ? AND state = 'OPEN' AND automatic = 0");
        return task.bindAll(call.key, call.follow_up_date).step();
    }

    Verdict restoreFields()
    {
        static const QSet<QString> promise{QStringLiteral("follow_up_required"), QStringLiteral("follow_up_date"), QStringLiteral("callback_scheduled")};
        if (!m_superseded && touchedFields().isEmpty())
            return Done{};
        auto call = m_mutation.load(m_row.call);
        if (!call)
            return call.error();
        Call after = *call;
        const QSet<QString> names = m_superseded ? isPromiseKept(*call) ? QSet<QString>() : promise : touchedFields();
        for (const QString &name : names) {
            const auto field = callFieldNamed(name);
            const auto value = field ? valueBefore(name, fieldText(*call, *field)) : std::nullopt;
            if (!value)
                continue;
            if (Verdict done = setFieldText(after, *field, *value); !done)
                return done;
        }
        applyTriageRules(after, m_workspace.sla, m_mutation.now());
        return m_mutation.change(*call, after);
    }
    Verdict restoreTags()
    {
        for (const bool added : {true, false}) {
            for (const QJsonValue &tag : list(m_row, added ? "tags_added" : "tags_removed")) {
                if (Verdict done = m_mutation.changeTag(m_row.call, tag.toString(), !added); !done)
                    return done;
            }
        }
        return Done{};
    }
    Verdict restoreLists()
    {
        Database &database = m_mutation.database();
        for (const QJsonValue &id : list(m_row, "outcome")) {
            Statement retract = database.prepare("UPDATE call_outcomes SET retracted_at = ? WHERE id = ?");
            if (Verdict done = retract.bindAll(m_mutation.now(), id.toInteger()).run(); !done)
                return done;
        }
        for (const QJsonValue &number : list(m_row, "do_not_contact_added")) {
            Statement remove = database.prepare("DELETE FROM do_not_contact WHERE number = ?");
            if (Verdict done = remove.bindAll(number.toString()).run(); !done)
                return done;
        }
        for (const QJsonValue &was : list(m_row, "do_not_contact_removed")) {
            Statement add = database.prepare("INSERT OR IGNORE INTO do_not_contact (number, reason, set_at, set_by) VALUES (?, ?, ?, ?)");
            add.bindText(1, was[QStringLiteral("number")].toString()).bindText(2, was[QStringLiteral("reason")].toString());
            add.bind(3, was[QStringLiteral("set_at")].toInteger()).bindText(4, was[QStringLiteral("set_by")].toString());
            if (Verdict done = add.run(); !done)
                return done;
        }
        return Done{};
    }
    Verdict restoreFollowUps()
    {
        Database &database = m_mutation.database();
        for (const QJsonValue &id : list(m_row, "follow_up_made")) {
            Statement cancel = database.prepare("UPDATE follow_ups SET state = 'CANCELLED', closed_at = ? WHERE id = ? AND state <> 'DONE'");
            if (Verdict done = cancel.bindAll(m_mutation.now(), id.toInteger()).run(); !done)
                return done;
        }
        for (const QJsonValue &moved : list(m_row, "follow_up_moved")) {
            Statement back = database.prepare("UPDATE follow_ups SET due_at = ? WHERE id = ? AND due_at = ? AND state = 'OPEN'");
            back.bindAll(moved[QStringLiteral("from")].toInteger(), moved[QStringLiteral("id")].toInteger(), moved[QStringLiteral("to")].toInteger());
            if (Verdict done = back.run(); !done)
                return done;
        }
        if (m_superseded)
            return Done{};
        // What was taken back while this mutation stood left its tasks closed; they open now.
        for (qsizetype i = 0; i <= m_at; ++i) {
            if (i < m_at && !m_trail[i].undone)
                continue;
            if (Verdict done = reopen(m_trail[i]); !done)
                return done;
        }
        return Done{};
    }
    Verdict reopen(const AuditRow &row)
    {
        for (const QJsonValue &id : list(row, "follow_up_closed")) {
            // Another automatic task may have been made for the number meanwhile, then that one stands for both. A task that was
            // opened and closed again since, or whose number asked not to be called, stays closed.
            Statement open = m_mutation.database().prepare("UPDATE OR IGNORE follow_ups SET state = 'OPEN', closed_at = NULL WHERE id = ? AND closed_at = ? "
                                                           "AND (number IS NULL OR number NOT IN (SELECT number FROM do_not_contact))");
            if (Verdict done = open.bindAll(id.toInteger(), row.at).run(); !done)
                return done;
        }
        return Done{};
    }

    const QList<AuditRow> &m_trail;
    qsizetype m_at;
    const AuditRow &m_row;
    const Workspace &m_workspace;
    Mutation &m_mutation;
    bool m_superseded;
};

Error nothingToUndo() { return {Error::Code::Conflict, QStringLiteral("There is nothing left to undo here."), {}, false}; }

Verdict undoOnCall(const QString &mutationId, CallKey call, const Workspace &workspace, Mutation &mutation)
{
    const auto trail = auditOfCall(mutation.database(), call);
    if (!trail)
        return trail.error();
    const auto row = std::find_if(trail->cbegin(), trail->cend(), [&](const AuditRow &candidate) { return candidate.mutation_id == mutationId; });
    if (row == trail->cend() || row->undone)
        return nothingToUndo();
    if (row->isUndo())
        return Error{Error::Code::Conflict, QStringLiteral("An undo cannot be taken back. Make the change again instead."), {}, false};
    return UndoOfCall(*trail, row - trail->cbegin(), workspace, mutation).run();
}

} // namespace

Result<Effect> undoMutation(const QString &mutationId, const Workspace &workspace, Mutation &mutation)
{
    const auto rows = auditOfMutation(mutation.database(), mutationId);
    if (!rows)
        return rows.error();
    if (rows->isEmpty())
        return nothingToUndo();
    for (const AuditRow &row : *rows) {
        if (Verdict done = undoOnCall(mutationId, row.call, workspace, mutation); !done)
            return done.error();
        mutation.remember(row.call, QStringLiteral("undone"), mutationId);
        mutation.send(row.call, QStringLiteral("undo"), {{QStringLiteral("of"), mutationId}});
    }
    return mutation.finish(QStringLiteral("undo"));
}

} // namespace calldeck
