#pragma once

#include "api/Query.h"
#include "jobs/JobTable.h"
#include "store/FileTickets.h"

namespace calldeck
{

/** 204. */
HttpResponse emptyAnswer();

/** The id of the job that a request asks for: made of its Idempotency-Key, so that the same request again means the same job, or new. */
Result<QString> jobIdFor(const ApiCall &call);
/** The job that the same key began; Conflict when it was begun with another body. */
Result<Job> repeatedJob(const Job &job, const QJsonObject &args);
/** The job {2} of the path, of that kind. Others' jobs are there for managers only: NotFound. */
Result<Job> jobOfCaller(WorkspaceTx &tx, const ApiCall &call, const QString &kind);

/** {"downloadUrl", "expiresAt"} of a new ticket. */
Result<QJsonObject> downloadLink(ApiCall &call, const FileTicket &ticket, const QString &path);
/** The ticket in the query for this kind and id; NotFound when it does not open it. */
Result<FileTicket> ticketOf(ApiCall &call, const QString &kind, const QString &id);
/** A file to be saved, never shown by a browser. `name` has plain characters only. */
HttpResponse downloadAnswer(HttpResponse::Stream stream, qint64 bytes, const QByteArray &type, const QString &name);

} // namespace calldeck
