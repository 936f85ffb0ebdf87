#include "store/UndoRunner.h"

#include "store/AuditRows.h"
#include "store/FollowUpRows.h"

#include <QJsonArray>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

/** What taking back one call's part of a mutation comes to, read from the call's whole trail around it. */
class UndoOfCall
{
public:
    UndoOfCall(const QList<AuditRow> &trail, qsizetype at, const CallState &state) : m_trail(trail), m_at(at), m_row(trail[at]), m_state(state), m_superseded(isSuperseded()) {}

    /** The arguments of the undo edit; empty when nothing is left to restore. */
    QJsonObject args() const
    {
        QJsonObject args;
        const auto insert = [&](const char *key, const QJsonArray &values) {
            if (!values.isEmpty())
                args.insert(QLatin1String(key), values);
        };
        insert("tags_added", list(m_row, "tags_added"));
        insert("tags_removed", list(m_row, "tags_removed"));
        insert("retract", list(m_row, "outcome"));
        insert("cancel", list(m_row, "follow_up_made"));
        insert("moved", list(m_row, "follow_up_moved"));
        insert("reopen", tasksToReopen());
        if (!list(m_row, "do_not_contact_added").isEmpty())
            args.insert(u"unlist"_s, true);
        if (const QJsonArray removed = list(m_row, "do_not_contact_removed"); !removed.isEmpty())
            args.insert(u"relist"_s, removed.at(0));
        if (const QJsonObject fields = fieldsToRestore(); !fields.isEmpty())
            args.insert(u"fields"_s, fields);
        return args;
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
    bool isPromiseKept() const
    {
        return std::any_of(m_state.follow_ups.cbegin(), m_state.follow_ups.cend(), [&](const FollowUpTask &task) {
            return m_state.owns(task) && !task.automatic && task.state == FollowUpState::OPEN && task.due_at == m_state.call.follow_up_date;
        });
    }
    QJsonObject fieldsToRestore() const
    {
        static const QSet<QString> promise{u"follow_up_required"_s, u"follow_up_date"_s, u"callback_scheduled"_s};
        const QSet<QString> names = !m_superseded ? touchedFields() : isPromiseKept() ? QSet<QString>() : promise;
        QJsonObject fields;
        for (const QString &name : names) {
            const auto field = callFieldNamed(name);
            const QString current = field ? fieldText(m_state.call, *field) : QString();
            const auto value = field ? valueBefore(name, current) : std::nullopt;
            if (value && *value != current)
                fields.insert(name, QJsonArray{current, *value});
        }
        return fields;
    }
    /** What was taken back while this mutation stood left its tasks closed; they open now. Not those that were opened and closed again since. */
    QJsonArray tasksToReopen() const
    {
        QJsonArray ids;
        for (qsizetype i = 0; !m_superseded && i <= m_at; ++i) {
            if (i < m_at && !m_trail[i].undone)
                continue;
            for (const QJsonValue &id : list(m_trail[i], "follow_up_closed")) {
                const auto task = std::find_if(m_state.follow_ups.cbegin(), m_state.follow_ups.cend(), [&](const FollowUpTask &known) { return known.id == id.toString(); });
                if (task != m_state.follow_ups.cend() && task->closed_at == m_trail[i].at)
                    ids.append(id);
            }
        }
        return ids;
    }

    const QList<AuditRow> &m_trail;
    qsizetype m_at;
    const AuditRow &m_row;
    const CallState &m_state;
    bool m_superseded;
};

Error nothingToUndo() { return {Error::Code::Conflict, QStringLiteral("There is nothing left to undo here."), {}, false}; }

Verdict undoOnCall(const QString &mutationId, CallKey call, Mutation &mutation)
{
    const auto trail = auditOfCall(mutation.database(), call);
    if (!trail)
        return trail.error();
    const auto row = std::find_if(trail->cbegin(), trail->cend(), [&](const AuditRow &candidate) { return candidate.mutation_id == mutationId; });
    if (row == trail->cend() || row->undone)
        return nothingToUndo();
    if (row->isUndo())
        return Error{Error::Code::Conflict, QStringLiteral("An undo cannot be taken back. Make the change again instead."), {}, false};
    const auto state = mutation.state(call);
    if (!state)
        return state.error();
    const QJsonObject args = UndoOfCall(*trail, row - trail->cbegin(), *state).args();
    return args.isEmpty() ? Verdict(Done{}) : mutation.edit(call, u"undo"_s, args);
}

} // namespace

Result<Effect> undoMutation(const QString &mutationId, Mutation &mutation)
{
    const auto rows = auditOfMutation(mutation.database(), mutationId);
    if (!rows)
        return rows.error();
    if (rows->isEmpty())
        return nothingToUndo();
    for (const AuditRow &row : *rows) {
        if (Verdict done = undoOnCall(mutationId, row.call, mutation); !done)
            return done.error();
        mutation.remember(row.call, QStringLiteral("undone"), mutationId);
    }
    return mutation.finish(QStringLiteral("undo"));
}

} // namespace calldeck
