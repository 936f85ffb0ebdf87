#include "api/Answers.h"
#include "api/Files.h"
#include "api/Handlers.h"
#include "api/Services.h"
#include "auth/Rights.h"
#include "http/Multipart.h"
#include "rules/FileKind.h"
#include "store/Attachments.h"
#include "store/Moment.h"

#include <QTemporaryFile>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

Error invalid(const QString &message) { return {Error::Code::InvalidInput, message, {}, false}; }
Error notThere() { return {Error::Code::NotFound, u"There is no such attachment."_s, {}, false}; }

/** The body as one piece of memory, wherever it is. */
Result<QByteArrayView> bodyOf(const HttpRequest &request)
{
    if (!request.body_file)
        return QByteArrayView(request.body);
    const qint64 size = request.body_file->size();
    const uchar *bytes = size > 0 ? request.body_file->map(0, size) : nullptr;
    if (size > 0 && !bytes)
        return Error{Error::Code::Io, u"The body cannot be read."_s, request.body_file->errorString(), true};
    return QByteArrayView(bytes, size);
}

/** The one part "file", of a kind that may be attached and that its content shows. */
Result<MultipartPart> fileOf(const HttpRequest &request)
{
    const auto body = bodyOf(request);
    if (!body)
        return body.error();
    const auto parts = readMultipart(*body, request.header("content-type"));
    if (!parts)
        return parts.error();
    if (parts->size() != 1 || parts->first().name != "file" || !parts->first().is_file)
        return invalid(u"file: the body must have one part of this name, with a file name."_s);
    const MultipartPart &file = parts->first();
    if (file.body.isEmpty() || file.body.size() > BodyPlan::upload)
        return invalid(u"file must have 1 to %1 bytes."_s.arg(BodyPlan::upload));
    if (!isAttachable(file.content_type))
        return invalid(u"file is of no kind that may be attached: %1."_s.arg(QString::fromLatin1(file.content_type.left(80))));
    if (!looksLike(file.content_type, file.body))
        return invalid(u"file does not look like %1."_s.arg(QString::fromLatin1(file.content_type)));
    return file;
}

Result<bool> isThere(ApiCall &call, const QString &callId)
{
    const auto tx = WorkspaceTx::begin(call.connection, call.caller.ws, WorkspaceTx::Mode::Read);
    return tx ? callExists(**tx, callId) : Result<bool>(tx.error());
}

QJsonObject trail(const ApiCall &call, const QString &action, const Attachment &attachment)
{
    return {{u"at"_s, isoUtc(call.now)}, {u"actor"_s, call.caller.account}, {u"action"_s, action}, {u"attachment"_s, attachment.id}, {u"call"_s, attachment.call_id}, {u"sha256"_s, attachment.sha256}};
}

Verdict writeRow(ApiCall &call, const Attachment &attachment)
{
    return withRetries(call.connection, [&]() -> Verdict {
        const auto tx = WorkspaceTx::begin(call.connection, call.caller.ws, WorkspaceTx::Mode::Write);
        Verdict done = tx ? addAttachment(**tx, attachment, call.services.attachment_quota) : Verdict(tx.error());
        if (done)
            done = (*tx)->audit(trail(call, u"attachment_add"_s, attachment));
        return done ? (*tx)->commit() : done;
    });
}

Result<Attachment> attachmentAt(ApiCall &call, const QString &ws)
{
    const auto tx = WorkspaceTx::begin(call.connection, ws, WorkspaceTx::Mode::Read);
    const auto found = tx ? findAttachment(**tx, pathPart(call, 2)) : Result<std::optional<Attachment>>(tx.error());
    if (!found)
        return found.error();
    return *found ? Result<Attachment>(**found) : notThere();
}

} // namespace

HttpResponse attachFile(ApiCall &call)
{
    if (!call.services.blobs)
        return noFolder();
    const QString callId = pathPart(call, 2);
    const auto there = isThere(call, callId);
    if (!there || !*there)
        return failed(there ? Error{Error::Code::NotFound, {}, {}, false} : there.error());
    const auto file = fileOf(call.request);
    if (!file)
        return failed(file.error());
    const QByteArray digest = sha256Hex(file->body);
    const Attachment attachment{QString(u"a"_s % randomHex(16)), callId,   cleanFileName(QString::fromUtf8(file->file_name)), QString::fromLatin1(file->content_type), file->body.size(),
                                QString::fromLatin1(digest),     call.now, call.caller.account};
    // The bytes first: a row never stands without them. Its name is its own, so that nobody else's file can be meant.
    const QString name = blobName(call.caller.ws, attachment);
    if (Verdict kept = call.services.blobs->put(name, file->body, digest); !kept)
        return failed(kept.error());
    if (Verdict written = writeRow(call, attachment); !written) {
        // After a lost connection nobody knows whether the row was written: then the bytes stay.
        if (!call.connection.isBroken())
            (void)call.services.blobs->remove(name);
        return failed(written.error());
    }
    return jsonAnswer({{u"attachment"_s, attachment.toJson()}}, 201);
}

HttpResponse listAttachments(ApiCall &call)
{
    const auto tx = WorkspaceTx::begin(call.connection, call.caller.ws, WorkspaceTx::Mode::Read);
    const auto there = tx ? callExists(**tx, pathPart(call, 2)) : Result<bool>(tx.error());
    if (!there || !*there)
        return failed(there ? Error{Error::Code::NotFound, {}, {}, false} : there.error());
    const auto attachments = attachmentsOf(**tx, pathPart(call, 2));
    if (!attachments)
        return failed(attachments.error());
    QJsonArray list;
    for (const Attachment &attachment : *attachments)
        list.append(attachment.toJson());
    return jsonAnswer({{u"attachments"_s, list}, {u"next"_s, QJsonValue::Null}});
}

HttpResponse showAttachment(ApiCall &call)
{
    const auto attachment = attachmentAt(call, call.caller.ws);
    if (!attachment)
        return failed(attachment.error());
    const auto link = downloadLink(call, {call.caller.ws, u"attachment"_s, attachment->id, call.caller.account}, u"/api/attachments/%1/file"_s.arg(attachment->id));
    if (!link)
        return failed(link.error());
    QJsonObject answer = *link;
    answer.insert(u"attachment"_s, attachment->toJson());
    return jsonAnswer(answer);
}

HttpResponse giveAttachment(ApiCall &call)
{
    const auto ticket = ticketOf(call, u"attachment"_s, pathPart(call, 2));
    if (!ticket)
        return failed(ticket.error());
    const auto attachment = attachmentAt(call, ticket->ws);
    if (!attachment)
        return failed(attachment.error());
    if (!call.services.blobs)
        return noFolder();
    const auto content = call.services.blobs->read(blobName(ticket->ws, *attachment));
    if (!content)
        return failed(content.error());
    return downloadAnswer(content->next, content->bytes, attachment->type.toLatin1(), attachment->name);
}

HttpResponse detachFile(ApiCall &call)
{
    const auto gone = withRetries(call.connection, [&]() -> Result<Attachment> {
        const auto tx = WorkspaceTx::begin(call.connection, call.caller.ws, WorkspaceTx::Mode::Write);
        const auto found = tx ? findAttachment(**tx, pathPart(call, 2)) : Result<std::optional<Attachment>>(tx.error());
        if (!found)
            return found.error();
        if (!*found)
            return notThere();
        // Agents take back their own.
        if ((*found)->created_by != call.caller.account && !mayAct(call.caller.role, UserRole::DISPATCHER))
            return Error{Error::Code::ReadOnly, {}, {}, false};
        Verdict done = removeAttachment(**tx, (*found)->id);
        if (done)
            done = (*tx)->audit(trail(call, u"attachment_remove"_s, **found));
        if (done)
            done = (*tx)->commit();
        return done ? Result<Attachment>(**found) : done.error();
    });
    if (!gone && gone.error().code == Error::Code::ReadOnly)
        return problem(403, u"forbidden"_s, u"Your role may not do this"_s);
    if (!gone)
        return failed(gone.error());
    // What cannot be removed now is found by the tidying.
    if (call.services.blobs)
        (void)call.services.blobs->remove(blobName(call.caller.ws, *gone));
    return nothingAnswer();
}

} // namespace calldeck
