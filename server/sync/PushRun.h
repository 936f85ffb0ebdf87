#pragma once

#include "sync/EditSession.h"

#include <QSet>

namespace calldeck
{

/** What the file of a device calls itself: with its last push that was answered ("" before the first), and from this one on; pushes in between were not answered. */
struct FileStamps {
    QByteArray last;
    QByteArray next;
    QByteArrayList between = {};
};

/** A push as it came: the envelope is right, its edits may be anything. */
struct PushRequest {
    static constexpr qsizetype most_edits = 100;
    static constexpr qsizetype most_bytes = 256 * 1024;

    QString device;
    qint64 epoch = 0;
    qint64 schema_ver = 0;
    QJsonArray edits;
    std::optional<FileStamps> stamps = std::nullopt; ///< when it says them
};

/** The line of the audit trail for an edit and what became of it: ids and names of fields, never what stands in them. */
QJsonObject auditEntryOf(const EditSession &session, const Edit &edit, const EditOutcome &outcome);

/** What the same mid must say again. */
QByteArray bodyHash(const Edit &edit);
/** Keeps what became of an edit: sent again, it is answered with that. */
Verdict rememberResult(WorkspaceTx &tx, const Edit &edit, const EditOutcome &outcome, TimeMs now);

/** Of the words "LAST NEXT", and at most seven more, LAST "-" for none; InvalidInput for others. */
Result<FileStamps> fileStampsOf(const QByteArray &words);
/** The error names the key. Unknown keys are refused. */
Result<PushRequest> pushRequestOf(const QJsonObject &body);

/**
 * Takes the edits of one push in their order. Each is known already (its old result), left out (an older one of its device and record
 * came after a newer), rejected, or merged and written, all in the one transaction of the session.
 */
class PushRun
{
public:
    explicit PushRun(EditSession session) : m_session(std::move(session)) {}

    /** The outcome to be told, or nothing when the edit is left out. An Error makes the whole push fail. */
    Result<std::optional<EditOutcome>> take(const QJsonValue &json, const QString &path);
    /** take() of this edit by this device comes soon: see SqlStatement::foresee(). */
    static void foresee(WorkspaceTx &tx, const QString &device, const QJsonValue &json);
    /** The same for an edit that the client could not bring through: recorded as rejected, its text kept. */
    Result<std::optional<EditOutcome>> park(const QJsonValue &json, const QString &path);
    /** An edit was left out for its place: an older copy of the device's file sends such a one, or one that gave an edit up and was asked for it again. */
    bool leftOut() const { return !m_stopped.isEmpty(); }

private:
    using Taken = Result<std::optional<EditOutcome>>;

    Taken unreadable(const QJsonValue &json, const Error &error);
    Result<std::optional<EditOutcome>> known(const Edit &edit);
    Result<bool> comesTooLate(const Edit &edit);
    Result<EditOutcome> decide(const Edit &edit);
    /** What an edit of a record that was erased by law is told. */
    Result<std::optional<EditOutcome>> erasedRecord(const Edit &edit);
    Taken finish(const Edit &edit, EditOutcome outcome);
    Verdict rememberOrder(const Edit &edit);
    Verdict trail(const Edit &edit, const EditOutcome &outcome);

    EditSession m_session;
    QSet<std::pair<QString, QString>> m_stopped;
};

} // namespace calldeck
