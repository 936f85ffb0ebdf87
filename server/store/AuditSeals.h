#pragma once

#include "sql/StoreSecret.h"
#include "store/WorkspaceTx.h"

namespace calldeck
{

/**
 * The checkpoints of the audit trail: a file beside the store, only ever appended to, with a line for each workspace that had new entries:
 * {"at", "event": "seal"|"restore", "hash", "n", "seal", "ws"}. `seal` is signed by the store's secret, so that who can write to the store
 * alone can neither change the trail nor cut off its end unseen. A "restore" line says that a copy took the store's place: what was sealed
 * from its `n` on is gone for a reason.
 */
class AuditSeals
{
public:
    AuditSeals(QString file, StoreSecret secret) : m_file(std::move(file)), m_secret(std::move(secret)) {}

    bool isOn() const { return m_secret.isSet() && !m_file.isEmpty(); }
    /** Seals the newest entry of each workspace that has one which is not sealed yet; fsynced. Nothing to do is no error. */
    Verdict sealNew(SqlConnection &connection, TimeMs now);
    /** Seals the newest entry of each workspace as the first after a restore. */
    Verdict sealRestored(SqlConnection &connection, TimeMs now);

    /** What does not fit between the file and the store, a sentence each; empty when all fits. */
    Result<QStringList> check(SqlConnection &connection) const;

private:
    Verdict sealAll(SqlConnection &connection, const QString &event, TimeMs now);
    Verdict append(const QByteArray &lines) const;
    QByteArray signatureOf(const QJsonObject &line) const;

    QString m_file;
    StoreSecret m_secret;
    QHash<QString, qint64> m_sealed; ///< the newest number by workspace, as far as this object wrote it
};

} // namespace calldeck
