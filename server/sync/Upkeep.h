#pragma once

#include "auth/Accounts.h"
#include "rules/Workspace.h"
#include "store/WorkspaceTx.h"

namespace calldeck
{

/** Makes a workspace with its first administrator, in one transaction. Gives its id. */
Result<QString> foundWorkspace(SqlConnection &connection, const Workspace &settings, const QString &email, const QString &name, const QString &password, TimeMs now);

/** Forgets all but the newest `keep` changes, and results older than 400 days. Gives the new minimum. */
Result<qint64> compactLog(SqlConnection &connection, const QString &ws, qint64 keep, TimeMs now);

/** The history of a workspace before a restore, as far as it is known. */
struct EpochLine {
    qint64 epoch = 0;
    qint64 base_seq = 0;
};
Result<QList<EpochLine>> epochsOf(WorkspaceTx &tx);

/**
 * After a copy was put in the store's place: a new epoch, later than all of `lost` (those the store had before; empty when it cannot be
 * read), with the common history of both as its base. Without knowledge of the lost store everything is sent again.
 */
Verdict startEpoch(SqlConnection &connection, const QString &ws, const QList<EpochLine> &lost, bool lostIsKnown, TimeMs now);

} // namespace calldeck
