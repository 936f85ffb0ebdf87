#pragma once

#include "desk/Commands.h"
#include "database/Database.h"

#include <QHash>
#include <QJsonObject>

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
 * The bookkeeping that every command shares: rows change together with their audit entry (old and new values, which undo reads),
 * their outbox row and their place in the search queue. Lives inside one open transaction.
 */
class Mutation
{
public:
    Mutation(Database &database, QString actor, TimeMs now);

    Database &database() { return m_database; }
    const QString &id() const { return m_id; }
    const QString &actor() const { return m_actor; }
    TimeMs now() const { return m_now; }

    /** The call, or an error that says it is gone. */
    Result<Call> load(CallKey key);
    /** Writes the fields that differ and remembers old and new values. */
    Verdict change(const Call &before, Call after);
    Verdict changeTag(CallKey key, const QString &tag, bool add);
    /** Adds `value` to the list called `what` in the call's audit entry. */
    void remember(CallKey key, const QString &what, const QJsonValue &value);
    /** One intention for the backend about this call. */
    void send(CallKey key, const QString &op, const QJsonObject &args);
    /** Writes audit, outbox and search queue; nothing may be changed after. */
    Result<Effect> finish(const QString &action);

private:
    struct Outgoing {
        CallKey key;
        QString op;
        QJsonObject args;
    };
    QString callId(CallKey key);
    Verdict writeAudit(const QString &action);
    Verdict writeOutbox();
    Verdict queueForSearch();

    Database &m_database;
    QString m_id;
    QString m_actor;
    TimeMs m_now;
    QList<CallKey> m_order;
    QHash<CallKey, QJsonObject> m_changes;
    QHash<CallKey, QString> m_callIds;
    QList<Outgoing> m_outgoing;
};

} // namespace calldeck
