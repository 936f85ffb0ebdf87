#pragma once

#include "records/Records.h"

#include <QFuture>
#include <QObject>

namespace calldeck
{

/** Where the desk stands with its backend, as the status line and the sync panel show it. */
struct SyncStatus {
    enum class Link {
        Off,          ///< no server is set up
        Connecting,   ///< before the first answer
        Online,
        Offline,      ///< work goes on, edits wait
        SignedOut,    ///< the server no longer knows this sign-in; edits wait
        UpgradeNeeded,///< the server speaks another version; edits wait
        Refused       ///< not our server, or its certificate is not to be trusted
    };
    Link link = Link::Off;
    bool own = false; ///< the backend is the desk's own, in the same process: worth a word only when something is wrong
    QString server;  ///< host
    QString problem; ///< a sentence, "" when all is well
    QString failure; ///< what the server said when it failed on an edit that still waits, "" when there is none
    int waiting = 0; ///< edits on their way
    int dead = 0;    ///< edits that the server refused
    int conflicts = 0;
    std::optional<TimeMs> oldest_waiting;
    std::optional<TimeMs> last_sync;
    bool first_sync = false; ///< the whole state is being fetched
    qint64 fetched = 0;      ///< records so far, while first_sync
    qint64 clock_offset_ms = 0; ///< the server's clock minus this machine's, to a second or two; 0 while it is less or not known

    friend bool operator==(const SyncStatus &, const SyncStatus &) = default;
};

/** An edit on its way. */
struct WaitingEdit {
    QString mid;
    QString caller;  ///< callerText() of its call; "" when it is of none that is here
    QString what;    ///< "Disposition: Booked, after five"
    QString failure; ///< why it did not go the last time, a sentence; "" when nothing failed
    TimeMs made_at = 0;

    friend bool operator==(const WaitingEdit &, const WaitingEdit &) = default;
};

/** An edit that the server refused. */
struct RefusedEdit {
    qint64 id = 0;
    QString call_id; ///< "" when it is of no call
    QString what;    ///< "Disposition: Booked, after five"
    QString reason;  ///< a sentence
    TimeMs made_at = 0;
    TimeMs refused_at = 0;
};

/** What exists on this desk alone. */
struct UnsentWork {
    int waiting = 0; ///< edits on their way
    int dead = 0;    ///< edits that the server refused
    int drafts = 0;  ///< calls with something typed and not saved
    std::optional<TimeMs> oldest;

    int all() const { return waiting + dead + drafts; }
};

/** Two decisions on one call, made without knowing of each other. */
struct OpenConflict {
    QString id;
    QString call_id;
    QString caller;
    QString part; ///< "disposition" or "flag:..."
    QString kept, kept_by;
    QString losing, losing_by;
    TimeMs at = 0;
};

/** The sync as the window sees it; lives on the GUI thread, answers come as futures. */
class SyncService : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;
    virtual SyncStatus status() const = 0;
    /** The oldest that wait, at most `most`. */
    virtual QFuture<Result<QList<WaitingEdit>>> waiting(int most) = 0;
    virtual QFuture<Result<QList<RefusedEdit>>> refused() = 0;
    virtual QFuture<Result<QList<OpenConflict>>> conflicts() = 0;
    /** Sends a refused edit again as a new one. */
    virtual QFuture<Result<Done>> retry(qint64 refused) = 0;
    virtual QFuture<Result<Done>> discard(qint64 refused) = 0;
    /** Chooses between the two; the losing one takes the kept one's place when `replace`. Goes to the server like every edit. */
    virtual QFuture<Result<Done>> resolve(const QString &conflict, bool replace) = 0;
    virtual QFuture<Result<UnsentWork>> unsent() = 0;
    /** Writes all that unsent() counts into a file of its own, for a person to read; replaces one that is there. */
    virtual QFuture<Result<Done>> saveUnsent(const QString &file) = 0;
    /** Tries now, whatever the next try waits for. */
    virtual void syncNow() = 0;
    /** Asks the person to sign in again, after Link::SignedOut. */
    virtual void signInAgain() = 0;

Q_SIGNALS:
    void statusChanged(const calldeck::SyncStatus &status);
};

} // namespace calldeck
