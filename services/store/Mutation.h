#pragma once

#include "desk/Commands.h"
#include "rules/Workspace.h"
#include "store/StateRows.h"
#include "sync/EditRules.h"

#include <QHash>

namespace calldeck
{

/** A time-ordered unique id (UUID version 7). */
QString newMutationId(TimeMs now);

/** What a finished mutation did. */
struct Effect {
    Receipt receipt;
    QList<CallKey> changed;
};

/**
 * What every command shares: edits of calls are applied by the rules, their rows change together with an audit entry (old and new
 * values, which undo reads), an outbox row each and a place in the search queue. Lives inside one open transaction.
 */
class Mutation
{
public:
    Mutation(Database &database, const Workspace &workspace, QString actor, TimeMs now);

    Database &database() { return m_database; }
    const QString &id() const { return m_id; }
    const QString &actor() const { return m_actor; }
    TimeMs now() const { return m_now; }

    /** The call, or an error that says it is gone. */
    Result<Call> load(CallKey key);
    Result<CallState> state(CallKey key);
    /** Applies one edit (see EditRules.h) and writes what it changes; one that changes nothing is not sent, but for the safety flags. */
    Verdict edit(CallKey key, const QString &op, const QJsonObject &args);
    /** A call entered by hand, named `id` on the wire. */
    Verdict makeCall(const QString &id, const QJsonObject &fields);
    /** Takes the call away here and everywhere. */
    Verdict removeCall(CallKey key);
    /** A new contact; gives its id. */
    Result<QString> makeContact(const Contact &contact);
    /** Adds `value` to the list called `what` in the call's audit entry. */
    void remember(CallKey key, const QString &what, const QJsonValue &value);
    /** Writes audit and search queue; nothing may be changed after. */
    Result<Effect> finish(const QString &action);

private:
    Edit newEdit(const QString &kind, const QString &id, const QString &op, const QJsonObject &args);
    void rememberDifference(const CallState &before, const CallState &after);
    void rememberFields(const Call &before, const Call &after);
    /** The number's mark goes to its other calls. */
    Verdict markOthers(const CallState &state);
    Verdict writeAudit(const QString &action);
    Verdict send(const Edit &edit);
    Verdict queueForSearch();

    Database &m_database;
    const Workspace &m_workspace;
    QString m_id;
    QString m_actor;
    TimeMs m_now;
    bool m_sent = false;
    QList<CallKey> m_order;
    QHash<CallKey, QJsonObject> m_changes;
};

} // namespace calldeck
