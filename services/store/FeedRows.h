#pragma once

#include "database/Database.h"
#include "desk/DeskService.h"
#include "sync/CallState.h"

#include <QJsonObject>

namespace calldeck
{

/** One row of the backend's feed. */
struct FeedRow {
    QString kind;
    QString id;
    qint64 ver = 0;
    std::optional<QJsonObject> row; ///< nothing: deleted, or no longer to be seen by this person
    bool erased = false;            ///< deleted by law: what this desk has of it goes too, unsent edits and drafts included
    std::shared_ptr<const CallState> state = nullptr; ///< of a call, where its row was read already
};

/** Where this file stands with its backend. */
struct SyncPosition {
    QString device;
    qint64 epoch = 0;   ///< 0: it never spoke with one
    qint64 cursor = -1; ///< -1: a snapshot must come first
    qint64 floor = 0;   ///< how far the cursor was before the snapshot that is being taken
    qint64 snapshot = 0;
    std::optional<qint64> snapshot_s; ///< set while a snapshot is being taken
    QString snapshot_kind;
    QString snapshot_after;
    QString stamp;      ///< what the file called itself with the last push that was answered, "" before the first
    QString next_stamp; ///< with the one that is on its way, and behind a blank with those before it that were not answered; "" when none is
};
Result<SyncPosition> syncPosition(Database &database);

/** A page of the feed, as it came. */
struct FeedPage {
    qint64 epoch = 0;
    qint64 from = 0;
    qint64 to = 0;
    QList<FeedRow> rows;
};
/** A page of a snapshot; without `next_kind` the last. */
struct SnapshotPage {
    qint64 epoch = 0;
    qint64 s = 0;
    QString asked_kind, asked_after; ///< where the page begins
    QList<FeedRow> rows;
    QString next_kind, next_after;
};

/**
 * Applies what the backend says to the cache: its rows, with this desk's open edits folded over them. Each call is one transaction in
 * which rows and position move together. Confined to the writing thread.
 */
class FeedRows
{
public:
    FeedRows(Database &database, const Workspace &workspace, QString actor) : m_database(database), m_workspace(workspace), m_actor(std::move(actor)) {}

    /** A page that does not begin where the file stands is thrown away: no changes, no error. */
    Result<ChangeSet> takePage(const FeedPage &page, TimeMs now);
    Result<ChangeSet> takeSnapshotPage(const SnapshotPage &page, TimeMs now);
    /** Rows that were asked for by name, whatever their version. */
    Result<ChangeSet> takeRows(qint64 epoch, const QList<FeedRow> &rows);
    /** The change log does not reach back to the cursor: the whole state is asked for again. */
    Verdict beginSnapshot();
    /** The backend was restored: nothing of its rows counts, this desk's edits after `base` go out again. */
    Result<ChangeSet> changeEpoch(qint64 epoch, qint64 base);

private:
    Verdict apply(const FeedRow &row, bool whateverVersion, qint64 snapshot, ChangeSet &changes);
    Verdict applyCall(const FeedRow &row, bool whateverVersion, qint64 snapshot, ChangeSet &changes);
    Verdict applyTurns(const FeedRow &row, ChangeSet &changes);
    Verdict applyContact(const FeedRow &row);
    Verdict applyNumber(const FeedRow &row);
    Verdict applyConflict(const FeedRow &row, ChangeSet &changes);
    Verdict applyWorkspace(const FeedRow &row, ChangeSet &changes);
    /** Removes a call that is gone at the backend; what somebody was typing on it goes among the refused edits. */
    Verdict removeCall(CallKey key, const QString &callId);
    Verdict eraseCall(const Call &call);
    Verdict sweep(qint64 snapshot, qint64 s, ChangeSet &changes);
    /** A call that was made here and is on its way again: what a history that is no more had made of it goes. */
    Verdict rebuildOwn(const QString &callId, ChangeSet &changes);
    Verdict keepVersion(const FeedRow &row, qint64 snapshot);
    Result<std::optional<CallKey>> keyOf(const QString &callId);

    Database &m_database;
    const Workspace &m_workspace;
    QString m_actor;
};

/** Records whose row must be asked for again: kind and ids, at most 100 of one kind. */
Result<std::optional<std::pair<QString, QStringList>>> staleRecords(Database &database);

/** Before a push: the file calls itself something new with it, the same until that is answered; once more when it is `another` start of the program. */
Verdict stampPush(Database &database, bool another);
/** The backend took a push with that stamp; another one than that on its way says nothing. Needs a transaction. */
Verdict takeStamp(Database &database, const QString &stamp);
/** This file is an older copy of the one that wrote as `device`: from now on it is a device of its own. Nothing when it is already. */
Verdict renewDevice(Database &database, const QString &device);

} // namespace calldeck
