#pragma once

#include "database/Database.h"
#include "sync/Edit.h"

namespace calldeck
{

/** An edit as the outbox stores it. */
struct OutboxRow {
    QString mid;
    QString kind;
    QString id;
    QString op;
    QString args_json;
    qint64 base_ver = 0;
    qint64 schema_ver = editSchemaVersion;
    TimeMs created_ms = 0;
    QString mutation; ///< "" for one that was carried over from a damaged file

    QString digest() const;
};
/** At the end of the outbox. Needs a transaction. */
Verdict insertRow(Database &database, const OutboxRow &row);
/** Puts an edit into the outbox, with the version of the record that its author has from the backend. Needs a transaction. */
Verdict insertOutgoing(Database &database, const Edit &edit, const QString &mutation);
/** The edits of one record that a row of version `ver` from the backend does not show yet, in their order. */
Result<QList<Edit>> openEdits(Database &database, const QString &kind, const QString &id, qint64 ver);
/** The edits that the file's own rows show, on their way or acknowledged: of records that are there, and deletions. What was rescued into an empty file is in no row yet. */
Result<QList<Edit>> shownEdits(Database &database);

/** Gives edits of the time before there were digests theirs. Needs a transaction. */
Verdict digestOlderEdits(Database &database);

/** What the backend said of one edit. */
struct PushResult {
    enum class Status { Applied, Conflict, Rejected };
    QString mid;
    Status status = Status::Applied;
    qint64 seq = 0;   ///< in the change log; where the backend stood, for a rejected one
    QString code;     ///< of a rejection: "gone", "forbidden", "invalid", ...
    QString message;  ///< for a person
};

/**
 * The edits to send next, in their order: at most `limit` and about `mostBytes`. Records whose next edit waits for a later try are
 * left out whole; records somebody asked not to be contacted about come first.
 */
Result<QList<Edit>> nextPush(Database &database, int limit, qint64 mostBytes, TimeMs now);
/** The oldest edits that wait, each with what its last try failed with, "" for nothing. */
Result<QList<std::pair<Edit, QString>>> waitingEdits(Database &database, int most);
/** When the earliest edit that waits for a later try may go. */
Result<std::optional<TimeMs>> nextTry(Database &database, TimeMs now);
/** Takes over the backend's words; edits that it did not speak of go on waiting. Needs a transaction. */
Verdict takeResults(Database &database, const QList<PushResult> &results, TimeMs now);
/** Notes a failed try of an edit, whether it counts against the edit, and when the next one may be. Needs a transaction. */
Verdict noteFailedTry(Database &database, const QString &mid, bool counts, const QString &reason, TimeMs nextTry);
/** Moves an edit among the dead ones. Needs a transaction. */
Verdict bury(Database &database, const QString &mid, const PushResult &result, TimeMs now);
/** The record was erased by law: all that this desk has of edits of it goes, whatever became of them. Needs a transaction. */
Verdict eraseEdits(Database &database, const QString &kind, const QString &id);
/** Edits that the pulled rows show now are kept as a backup. Needs a transaction. */
Verdict retireShown(Database &database, qint64 cursor, TimeMs now);
/**
 * The backend was restored to `base`: what it had after that goes on its way again with the same ids. Needs a transaction.
 */
Verdict sendAgainAfter(Database &database, qint64 base);

/** A dead letter as the window shows it. */
struct DeadLetter {
    qint64 lseq = 0;
    Edit edit;
    QString code;
    QString message;
    TimeMs died_at = 0;
};
Result<QList<DeadLetter>> deadLetters(Database &database);
/** Makes a new edit of a dead one, or forgets it. Needs a transaction. */
Verdict retryDead(Database &database, qint64 lseq, const QString &newMid, TimeMs now);
Verdict discardDead(Database &database, qint64 lseq);

struct OutboxCounts {
    int pending = 0;
    int dead = 0;
    int conflicts = 0;
    std::optional<TimeMs> oldest; ///< of the pending ones
    QString failure;              ///< what the backend said of the oldest pending one that it failed on, "" when there is none
};
Result<OutboxCounts> outboxCounts(Database &database);

/** {"waiting": [edit...], "refused": [{"edit", "reason"}...], "drafts": [{"call_id", "draft"}...]}: what exists in this file alone. */
Result<QJsonObject> unsentDocument(Database &database);

} // namespace calldeck
