#pragma once

#include "records/Call.h"
#include "sql/SqlConnection.h"

#include <functional>

namespace calldeck
{

/** Where a workspace's log stands. */
struct Head {
    qint64 epoch = 0;
    qint64 seq = 0;     ///< of the newest change
    qint64 min_seq = 0; ///< changes up to here may be gone from the log
    friend bool operator==(const Head &, const Head &) = default;
};

/** Who acts, in the trail and the log, where it is a command of `calldeckd` and not a person. */
inline const QString programActor = QStringLiteral("calldeckd");

/** A line of the change log. */
struct Change {
    QString kind;
    QString id;
    QString op; ///< the edit's, "effect" for what followed from one, "intake" ("intake_new" of a new call), "admin"
    QString mid;
    QString device;
    qint64 lseq = 0;
    QString actor; ///< account
    TimeMs at = 0;
};

/**
 * A transaction inside one workspace, and the only way to its tables: every statement's first parameter is the workspace, bound here.
 * On PostgreSQL row-level security looks at the same name.
 */
class WorkspaceTx
{
public:
    using Mode = SqlTransaction::Mode;
    /** Says by WorkspaceTx::foresee() what the work will ask first. */
    using Foresight = std::function<void(WorkspaceTx &)>;
    /** NotFound when there is no such workspace. A writer holds the workspace's head: of two writers one waits for the other. */
    static Result<std::unique_ptr<WorkspaceTx>> begin(SqlConnection &connection, const QString &ws, Mode mode, const Foresight &foresight = {});

    const QString &ws() const { return m_ws; }
    const Head &head() const { return m_head; }
    SqlConnection &connection() { return m_connection; }

    /** Prepares and binds: the workspace first, then `values`. */
    template <class... Values> SqlStatement query(const QByteArray &sql, const Values &...values)
    {
        SqlStatement statement = m_connection.prepare(sql);
        statement.bindAll(m_ws, values...);
        return statement;
    }

    /** The same, for what only writes: see SqlStatement::later(). */
    template <class... Values> Verdict write(const QByteArray &sql, const Values &...values) { return query(sql, values...).later(); }
    /** One that touches nothing of what may have been foreseen but what is about `touches`. */
    template <class... Values> Verdict writeOnly(const QByteArray &touches, const QByteArray &sql, const Values &...values) { return query(sql, values...).later(touches); }
    /** A query() of the same words and values comes soon: see SqlStatement::foresee(). */
    template <class... Values> void foresee(const QByteArray &about, const QByteArray &sql, const Values &...values)
    {
        if (m_connection.isPostgres())
            query(sql, values...).foresee(about);
    }

    /** The number of the next change; it counts when logChange() was called for it. */
    qint64 nextSeq() const { return m_head.seq + 1; }
    /** Takes nextSeq() and writes its line. */
    Verdict logChange(const Change &change);
    /** Reads where the audit trail ends, which audit() needs: ahead of the first write it costs no way of its own. */
    Verdict findAuditEnd();
    void foreseeAuditEnd();
    /** Appends to the audit trail: ids and names of fields, never values. */
    Verdict audit(const QJsonObject &entry);
    /** Committing also tells the other processes that the workspace's events reach to number `n`. */
    void tellEvent(qint64 n) { m_event = n; }
    /** For restore and compaction. */
    void setHead(const Head &head) { m_head = head; }

    /** Writes the head, tells the other processes, and commits. */
    Verdict commit();

private:
    WorkspaceTx(SqlConnection &connection, QString ws, Mode mode);
    Verdict readHead(Mode mode, const Foresight &foresight);
    Verdict notify(const QString &more = {});

    SqlConnection &m_connection;
    QString m_ws;
    SqlTransaction m_transaction;
    Head m_head;
    Head m_before;
    qint64 m_event = 0;
    std::optional<std::pair<qint64, QByteArray>> m_lastAudit; // number and hash
};

/** Names of all workspaces. */
Result<QStringList> workspacesOf(SqlConnection &connection);

} // namespace calldeck
