#pragma once

#include "store/WorkspaceTx.h"

#include <QJsonObject>

namespace calldeck
{

/** {"at", "account", "email", "device", "edit"} of each edit that a desk handed in because the backend failed on it, the oldest first. `email` is "" for an account that is gone. */
Result<QList<QJsonObject>> parkedEdits(WorkspaceTx &tx);

} // namespace calldeck
