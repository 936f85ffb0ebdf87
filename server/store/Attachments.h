#pragma once

#include "store/WorkspaceTx.h"

namespace calldeck
{

/** A file that somebody put to a call. Its bytes are kept elsewhere, under blobName(). */
struct Attachment {
    QString id;
    QString call_id;
    QString name; ///< cleaned (models/rules/FileKind.h); shown, never used as a path
    QString type;
    qint64 bytes = 0;
    QString sha256;
    TimeMs created_at = 0;
    QString created_by; ///< account

    QJsonObject toJson() const;
};

/** Of letters, digits and "-" only. */
QString blobName(const QString &ws, const Attachment &attachment);

/** NotFound without such a call; Conflict when the workspace's files would be more than `quota` bytes. */
Verdict addAttachment(WorkspaceTx &tx, const Attachment &attachment, qint64 quota);
/** Nothing when there is none. */
Result<std::optional<Attachment>> findAttachment(WorkspaceTx &tx, const QString &id);
/** By time. */
Result<QList<Attachment>> attachmentsOf(WorkspaceTx &tx, const QString &callId);
/** Names of bytes that nobody has a row for any more, at most `most`: they are removed from where they lie, then forgotten. */
Result<QStringList> goneBlobs(WorkspaceTx &tx, int most);
Verdict forgetGoneBlob(WorkspaceTx &tx, const QString &name);
/** Before the rows of a call's attachments go: their bytes are gone blobs from here on. */
Verdict noteGoneBlobs(WorkspaceTx &tx, const QString &callId);
/** Its bytes become a gone blob. */
Verdict removeAttachment(WorkspaceTx &tx, const QString &id);
/** Is there such a call? */
Result<bool> callExists(WorkspaceTx &tx, const QString &id);

} // namespace calldeck
