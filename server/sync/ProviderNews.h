#pragma once

#include "sync/EditSession.h"
#include "sync/Intake.h"

namespace calldeck
{

/** {field: value..., "tags", "turns", "raw"}; the error names the key. */
Result<IncomingCall> incomingCallOf(const QJsonValue &json, const QString &path);

struct NewsOutcome {
    enum class Status { Created, Updated, Unchanged, Rejected };
    QString id;
    Status status = Status::Unchanged;
    QString message; ///< why it was rejected
};

/** Takes one call into the store by the rules of Intake.h. A call of which nothing is new writes nothing. An Error is the store's. */
Result<NewsOutcome> takeNews(WorkspaceTx &tx, const IncomingCall &incoming, const Workspace &workspace, const QString &account, TimeMs now);

} // namespace calldeck
