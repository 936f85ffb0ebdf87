#pragma once

#include "backend/BackendClient.h"
#include "backend/CacheAccess.h"
#include "store/OutboxRows.h"

#include <QElapsedTimer>

namespace calldeck
{

/** How one round with the backend ended. */
struct RoundOutcome {
    enum class Kind {
        Done,      ///< carried out; `more` says whether another round follows at once
        Idle,      ///< there was nothing to do
        Later,     ///< a failure that passes: try again after a while
        SignedOut, ///< 401: the sign-in must be renewed
        Upgrade,   ///< 426
        NotOurs,   ///< something else answered
        Broken     ///< the cache could not be written
    };
    Kind kind = Kind::Idle;
    bool more = false;
    qint64 rows = 0; ///< records that came
    int retry_after_s = 0;
    std::optional<TimeMs> next_try; ///< of an edit that waits for a later try
    bool reached = false; ///< the backend answered
    QString problem;
};

/**
 * The two conversations of the protocol: sending edits, and fetching rows (named rows, a page of a snapshot, a page of the feed). One
 * round is one request with what follows from its answer; there is at most one of each kind at a time. Only the next page of a snapshot is asked for
 * while the cache takes in the one before it; whether it counts, the cache decides then. On the sync thread.
 */
class SyncRounds : public QObject
{
    Q_OBJECT
public:
    SyncRounds(BackendClient &client, CacheAccess &cache, QObject *parent = nullptr);

    using Done = std::function<void(const RoundOutcome &)>;
    void push(const Done &done);
    void pull(const Done &done);
    /** What was fetched ahead is of a sign-in that ended. */
    void forgetAhead() { m_ahead = nullptr; }
    bool isPushing() const { return m_pushing; }
    bool isPulling() const { return m_pulling; }
    /** Backend's clock minus this machine's, median of the last five answers. */
    qint64 clockOffsetMs() const;
    qint64 knownHead() const { return m_head; }

private:
    void sendEdits(const SyncPosition &position, const QList<Edit> &edits, const Done &done);
    void pushAnswered(const SyncPosition &position, const QList<Edit> &edits, const BackendAnswer &answer, const Done &done);
    void pushFailed(const SyncPosition &position, const QList<Edit> &edits, const BackendAnswer &answer, const Done &done);
    void park(const SyncPosition &position, const Edit &edit, bool last, const RoundOutcome &outcome, const Done &done);
    void setAside(const Edit &edit, const RoundOutcome &outcome, const Done &done);
    void pullRows(const SyncPosition &position, const QString &kind, const QStringList &ids, const Done &done);
    /** Where a page of the snapshot begins. */
    struct SnapshotPlace {
        qint64 epoch = 0;
        std::optional<qint64> s;
        QString kind, after;
        friend bool operator==(const SnapshotPlace &, const SnapshotPlace &) = default;
    };
    /** A page that was asked for while the one before it is being written. */
    struct Ahead {
        SnapshotPlace place;
        std::optional<BackendAnswer> answer;
        std::function<void(const BackendAnswer &)> wanted;
    };
    void pullSnapshot(const SnapshotPlace &place, const Done &done);
    void askSnapshot(const SnapshotPlace &place, const BackendClient::Done &answered);
    void askAhead(const SnapshotPlace &place);
    void snapshotAnswered(const SnapshotPlace &place, const BackendAnswer &answer, const Done &done);
    void pullChanges(const SyncPosition &position, const Done &done);
    void changeEpoch(const BackendAnswer &answer, const Done &done);
    /** `done`, or that the round was in vain and is not to be repeated at once. */
    static Done unless(const std::shared_ptr<bool> &vain, const QString &problem, const Done &done);
    void write(const CacheAccess::Work &work, RoundOutcome outcome, const Done &done);
    RoundOutcome outcomeOf(const BackendAnswer &answer) const;
    void noteClock(const BackendAnswer &answer);
    Done ending(bool &running, const Done &done);

    BackendClient &m_client;
    CacheAccess &m_cache;
    bool m_pushing = false;
    bool m_pulling = false;
    int m_editsAtOnce;
    bool m_renewed = false; ///< the answer before asked for a new device
    bool m_othersPass = false; ///< since an edit stood alone and failed
    int m_failedAlone = 0;     ///< tries of edits that stood alone, since others passed
    int m_unavailable = 0;     ///< answers of 503 to a push, since one passed
    bool m_stamped = false; ///< something was pushed since the start
    std::shared_ptr<Ahead> m_ahead;
    qint64 m_head = 0;
    QList<qint64> m_offsets;
    QElapsedTimer m_sinceOffset; ///< since the newest of them,
    TimeMs m_offsetAt = 0;       ///< which is of this moment by the machine's clock
};

} // namespace calldeck
