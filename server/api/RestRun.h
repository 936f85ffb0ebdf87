#pragma once

#include "api/Route.h"
#include "store/CallList.h"
#include "sync/PushRun.h"

namespace calldeck
{

/** An edit that a REST route makes of a request. */
struct RestEdit {
    QString kind;
    QString id;
    QString op;
    QJsonObject args;
    QString field;           ///< key of the body that it comes from, for a refusal that names none
    OptionalInt base_ver{};  ///< what the author had; nothing: what is there now
};

/**
 * The edits of one request on their way into the store: by the same PushRun as a desk's, on the device "api" of the account. All of them or none.
 * With an Idempotency-Key their mids are made of the key, so that the same request again is answered by what it came to the first time.
 */
class RestRun
{
public:
    RestRun(ApiCall &call, WorkspaceTx &tx, SharedWorkspace workspace);

    /** Of the key: InvalidInput when it is none, Conflict when another request had it. */
    Verdict readKey();
    /** This request was carried out before: nothing is written, and what it would be checked for was checked then. */
    bool isRepeat() const { return m_repeat; }
    /** An id for a record that the request makes: the same for the same key. */
    QString newId(const QString &prefix) const { return prefix + m_stem.mid(2); }
    /** Of the next edit. */
    QString nextMid() const;

    /** False when it was refused or failed: return refusal() then. */
    bool take(const RestEdit &edit);
    /** What the audit trail is to say of an edit that was not made. */
    void noteRefusal(const RestEdit &edit, const QString &code);
    /** The line of the last one. */
    const std::optional<QJsonObject> &refusedLine() const { return m_refused; }
    /** After take() gave false. */
    Result<HttpResponse> refusal() const;
    /** [{"mid", "op", "status", "seq"}...] */
    const QJsonArray &results() const { return m_results; }
    /** {"call": row, "results": [...]}, or 404. */
    Result<HttpResponse> callAnswer(const QString &id, int status = 200);

    WorkspaceTx &tx() { return m_tx; }
    const Workspace &workspace() const { return *m_workspace; }

private:
    bool repeat(const RestEdit &edit, const QString &mid);
    bool write(const RestEdit &edit, const QString &mid);
    void note(const RestEdit &edit, const EditOutcome &outcome);
    Edit made(const RestEdit &edit, const QString &mid, qint64 lseq) const;

    ApiCall &m_call;
    WorkspaceTx &m_tx;
    SharedWorkspace m_workspace;
    Author m_author;
    const EditSession m_session;
    PushRun m_push;
    QString m_stem;
    bool m_repeat = false;
    int m_count = 0;
    std::optional<Result<HttpResponse>> m_refusal;
    std::optional<QJsonObject> m_refused;
    QJsonArray m_results;
};

/** Runs `work` in one transaction. What it answers below 400 is committed and told to the desks; all else leaves no trace but a line of the audit trail for a refused edit. */
HttpResponse inOneWrite(ApiCall &call, const std::function<Result<HttpResponse>(RestRun &)> &work);

/** Whether the path's first `{id}` is a call of the workspace. */
Result<bool> isThere(WorkspaceTx &tx, const QString &kind, const QString &id);

} // namespace calldeck
