#include "store/Attachments.h"

#include <QJsonObject>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

/** As blobName() makes them. */
constexpr auto noteGone = "INSERT INTO blob_gone(ws, name) SELECT ws, ws || '-' || sha256 || '-' || id FROM attachment WHERE ws = ? AND ";
constexpr auto columns = "SELECT id, call_id, name, type, bytes, sha256, created_at, created_by FROM attachment ";

Attachment attachmentOf(SqlStatement &row)
{
    return {row.text(0), row.text(1), row.text(2), row.text(3), row.integer(4), row.text(5), row.integer(6), row.text(7)};
}

Verdict checkQuota(WorkspaceTx &tx, qint64 more, qint64 quota)
{
    SqlStatement sum = tx.query("SELECT CAST(coalesce(sum(bytes), 0) AS BIGINT) FROM attachment WHERE ws = ?");
    const auto found = sum.found();
    if (!found)
        return found.error();
    if (sum.integer(0) + more > quota)
        return Error{Error::Code::Conflict, u"The workspace's room for attachments (%1 MB) is used up. Remove some first."_s.arg(quota / 1'000'000), {}, false};
    return Done{};
}

} // namespace

QJsonObject Attachment::toJson() const
{
    return {{u"id"_s, id}, {u"call_id"_s, call_id}, {u"name"_s, name}, {u"type"_s, type}, {u"bytes"_s, bytes}, {u"sha256"_s, sha256}, {u"created_at"_s, isoUtc(created_at)}, {u"created_by"_s, created_by}};
}

QString blobName(const QString &ws, const Attachment &attachment) { return QString(ws % u'-' % attachment.sha256 % u'-' % attachment.id); }

Result<bool> callExists(WorkspaceTx &tx, const QString &id) { return tx.query("SELECT 1 FROM call_index WHERE ws = ? AND id = ?", id).found(); }

Verdict addAttachment(WorkspaceTx &tx, const Attachment &attachment, qint64 quota)
{
    const auto exists = callExists(tx, attachment.call_id);
    if (!exists)
        return exists.error();
    if (!*exists)
        return Error{Error::Code::NotFound, u"There is no such call."_s, {}, false};
    if (Verdict room = checkQuota(tx, attachment.bytes, quota); !room)
        return room;
    return tx.query("INSERT INTO attachment(ws, id, call_id, name, type, bytes, sha256, created_at, created_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", attachment.id, attachment.call_id,
                    attachment.name, attachment.type, attachment.bytes, attachment.sha256, attachment.created_at, attachment.created_by)
        .run();
}

Result<std::optional<Attachment>> findAttachment(WorkspaceTx &tx, const QString &id)
{
    SqlStatement row = tx.query(QByteArray(columns) + "WHERE ws = ? AND id = ?", id);
    const auto found = row.found();
    if (!found)
        return found.error();
    return *found ? std::optional(attachmentOf(row)) : std::nullopt;
}

Result<QList<Attachment>> attachmentsOf(WorkspaceTx &tx, const QString &callId)
{
    QList<Attachment> attachments;
    SqlStatement rows = tx.query(QByteArray(columns) + "WHERE ws = ? AND call_id = ? ORDER BY created_at, id", callId);
    while (rows.step())
        attachments.append(attachmentOf(rows));
    if (rows.failed())
        return rows.verdict().error();
    return attachments;
}

Result<QStringList> goneBlobs(WorkspaceTx &tx, int most)
{
    QStringList names;
    SqlStatement rows = tx.query("SELECT name FROM blob_gone WHERE ws = ? ORDER BY name LIMIT ?", most);
    while (rows.step())
        names.append(rows.text(0));
    if (rows.failed())
        return rows.verdict().error();
    return names;
}

Verdict forgetGoneBlob(WorkspaceTx &tx, const QString &name) { return tx.query("DELETE FROM blob_gone WHERE ws = ? AND name = ?", name).run(); }

Verdict noteGoneBlobs(WorkspaceTx &tx, const QString &callId) { return tx.query(QByteArray(noteGone) + "call_id = ? ON CONFLICT DO NOTHING", callId).run(); }

Verdict removeAttachment(WorkspaceTx &tx, const QString &id)
{
    const Verdict noted = tx.query(QByteArray(noteGone) + "id = ? ON CONFLICT DO NOTHING", id).run();
    return noted ? tx.query("DELETE FROM attachment WHERE ws = ? AND id = ?", id).run() : noted;
}

} // namespace calldeck
