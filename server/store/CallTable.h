#pragma once

#include "store/EntityTable.h"
#include "sync/Merge.h"

namespace calldeck
{

/** A call as the store has it. */
struct StoredCall {
    CallState state;
    Stamps stamps;
    qint64 ver = 0; ///< 0: there is none
    bool deleted = false;
    QByteArray row; ///< as it goes out
};

/** The call and its own follow-ups; ver 0 when there is none. */
Result<StoredCall> loadCallAlone(WorkspaceTx &tx, const QString &id);
/** With the open follow-ups of its number on other calls, those of `tasks`, and the number's entry on the do-not-contact list. */
Result<StoredCall> loadCall(WorkspaceTx &tx, const QString &id, const QStringList &tasks = {});
/** loadCall() comes soon: see SqlStatement::foresee(). */
void foreseeCall(WorkspaceTx &tx, const QString &id);
/** The open tasks of a number on other calls than `callId`. */
Result<QList<FollowUpTask>> openTasksOf(WorkspaceTx &tx, const QString &number, const QString &callId);
Result<std::optional<ListedNumber>> findListed(WorkspaceTx &tx, const QString &number);
/** Ids of all calls of a number. */
Result<QStringList> callsOfNumber(WorkspaceTx &tx, const QString &number);

/**
 * Writes a call with the next number as its version: line of the log, row, and the tables that lists filter by. `before` is what the
 * store has, for what need not be written again.
 */
Verdict putCall(WorkspaceTx &tx, StoredCall &call, const CallState &before, const Change &change);
/** The call goes, and with it its turns, its conflicts and its follow-ups. */
Verdict deleteCall(WorkspaceTx &tx, StoredCall &call, const Change &change);

} // namespace calldeck
