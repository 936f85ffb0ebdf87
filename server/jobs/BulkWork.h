#pragma once

#include "jobs/JobRunner.h"
#include "sync/Edit.h"

namespace calldeck
{

/** What a bulk job does to each call: {"operation": "tag"|"spam"|"disposition", "tag", "remove", "reason", "disposition", "notes"}. */
struct BulkOrder {
    QString op;       ///< of the edit
    QJsonObject args; ///< of the edit
};
/** The error names the key. Keys that the operation does not know are refused. */
Result<BulkOrder> bulkOrderOf(const QJsonObject &body);

/**
 * One step of a bulk job: some calls, in one transaction with the marks of what came of them. Each call's edit is a push of a device that
 * is the job's own, under an id made of job and call: repeating it writes nothing.
 */
Result<bool> bulkStep(JobContext &context);
/** The edit of one call. */
Edit bulkEdit(const Job &job, const BulkOrder &order, const JobItem &item, qint64 head);

} // namespace calldeck
