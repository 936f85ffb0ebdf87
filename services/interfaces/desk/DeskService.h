#pragma once

#include "desk/Commands.h"
#include "rules/CallFilter.h"
#include "rules/Workspace.h"

#include <QFuture>
#include <QObject>
#include <memory>

namespace calldeck
{

/** The calls of a query in its order. `keys` is shared and never changes after it is handed out. */
struct CallOrder {
    std::shared_ptr<const std::vector<CallKey>> keys;
    bool complete = true;         ///< false for a first page, the rest follows with order()
    QList<Call> rows;             ///< of the first keys, with a first page: one answer is enough to paint
};

/** What changed in the cache, for the table and the drawer. */
struct ChangeSet {
    QList<CallKey> changed;  ///< rows whose content is new
    QList<CallKey> added;
    bool everything = false; ///< an import or a migration: ask again
    bool by_this_desk = false;
    bool settings = false;   ///< the workspace's own: they hold when the desk is opened anew
};

struct DeskCounts {
    qint64 calls = 0;
    int triage = 0;
    int triage_overdue = 0;
    int follow_ups_open = 0;
    int follow_ups_overdue = 0;
    int outbox_waiting = 0;
    int outcomes_owed = 0; ///< skipped in triage and still without an outcome
};

struct TagCount {
    QString tag;
    int calls = 0;
};

/**
 * The desk's cache as the window sees it. Lives on the GUI thread; every call returns at once and never touches the disk on
 * that thread. Futures finish on a service thread: continue with `onAnswer`. Errors are for a person to read.
 */
class DeskService : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    virtual const Workspace &workspace() const = 0;
    /** The person at the desk. */
    virtual QString agentName() const = 0;
    /** The backend's clock as far as it is known here, in UTC ms; SLA and presets use this and nothing else. */
    virtual TimeMs now() const = 0;
    /** That the data on this machine is not encrypted, and why, in a few words; "" when it is. */
    virtual QString encryptionNotice() const = 0;

    /**
     * The first `limit` calls of the default orders (Started, Triage) with the rows that fill a window, without waiting for the whole
     * order. `keys` is null when only order() knows.
     */
    virtual QFuture<Result<CallOrder>> firstPage(const CallQuery &query, int limit) = 0;
    /** All calls of the query in order. A newer order() cancels an older one (Error::Code::Cancelled). */
    virtual QFuture<Result<CallOrder>> order(const CallQuery &query) = 0;
    /** The rows of `keys` in that order, calls that are gone left out. At most a few hundred at a time. */
    virtual QFuture<Result<QList<Call>>> rows(const QList<CallKey> &keys) = 0;
    virtual QFuture<Result<CallDetail>> detail(CallKey call) = 0;
    /** The call of that wire id; NotFound when it is not here. */
    virtual QFuture<Result<CallKey>> callNamed(const QString &callId) = 0;
    /** Every call, disposition and follow-up of the call's number or contact, and the audit trail of this call, newest first. */
    virtual QFuture<Result<QList<TimelineEntry>>> timeline(CallKey call) = 0;
    virtual QFuture<Result<QList<FollowUpTask>>> followUps() = 0; ///< open ones, earliest first
    virtual QFuture<Result<QList<Contact>>> searchContacts(const QString &text) = 0;
    virtual QFuture<Result<QList<TagCount>>> tags() = 0; ///< most used first
    virtual QFuture<Result<QStringList>> valuesOf(CallField field) = 0; ///< distinct agents or queues
    virtual QFuture<Result<QList<SavedView>>> savedViews() = 0;
    virtual QFuture<Result<DeskCounts>> counts() = 0;

    /** Writes in the order they were asked for. A Receipt means fsynced; an Error means nothing was changed. */
    virtual QFuture<Result<Receipt>> apply(const Command &command) = 0;
    /** Replaces the draft of a call; an empty one deletes it. */
    virtual QFuture<Result<Receipt>> saveDraft(CallKey call, const Draft &draft) = 0;
    virtual QFuture<Result<Receipt>> saveView(const SavedView &view) = 0; ///< id 0 makes a new one
    virtual QFuture<Result<Receipt>> deleteView(qint64 id) = 0;

Q_SIGNALS:
    void changed(const calldeck::ChangeSet &changes);
    void countsChanged(const calldeck::DeskCounts &counts);
    /** Nothing can be written any more: the disk is full, gone or read-only. `error` says what to do. */
    void failed(const calldeck::Error &error);
    /** After failed(): a write went through again. */
    void recovered();
};

} // namespace calldeck
