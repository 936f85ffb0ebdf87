#pragma once

#include "api/Route.h"

namespace calldeck
{

/** One line in the trail of the caller's workspace, in a transaction of its own. */
Verdict auditAlone(ApiCall &call, const QJsonObject &entry);
/** A refusal of what somebody wanted to change; `entry` says what it was about. The answer does not wait for luck: a line that cannot be written is in the log. */
void auditRefusal(ApiCall &call, const QJsonObject &entry);
/** The same of a whole request for its role, unless an edit of it was told of already. */
void auditForbidden(ApiCall &call, const Route &route);

} // namespace calldeck
