#pragma once

#include "api/Query.h"
#include "jobs/JobTable.h"
#include "store/FileTickets.h"

namespace calldeck
{

/** What a request made of itself for a new job. */
struct JobPlan {
    QStringList calls; ///< its items
    qint64 total = 0;
};
/** Writes the job of this kind that a request asks for and wakes the runner; the job that the same Idempotency-Key began when there is one. Or the refusal. */
std::variant<Job, HttpResponse> beginJob(ApiCall &call, const QString &kind, const std::function<Result<JobPlan>(WorkspaceTx &)> &plan);
/** The job {2} of the path, of that kind. Others' jobs are there for managers only: NotFound. */
Result<Job> jobOfCaller(WorkspaceTx &tx, const ApiCall &call, const QString &kind);

/** {"downloadUrl", "expiresAt"} of a new ticket. */
Result<QJsonObject> downloadLink(ApiCall &call, const FileTicket &ticket, const QString &path);
/** The ticket in the query for this kind and id; NotFound when it does not open it. */
Result<FileTicket> ticketOf(ApiCall &call, const QString &kind, const QString &id);
/** A file to be saved, never shown by a browser. `name` has plain characters only. */
HttpResponse downloadAnswer(HttpResponse::Stream stream, qint64 bytes, const QByteArray &type, const QString &name);

} // namespace calldeck
