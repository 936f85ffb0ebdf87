#pragma once

#include "api/Route.h"
#include "store/EntityTable.h"

namespace calldeck
{

/** {"<plural>": [rows with ver], "next"} of all living records of a kind. */
HttpResponse entitiesAnswer(ApiCall &call, const char *plural, const QString &kind);
/** {"<name>": row with ver}, or 404. */
Result<HttpResponse> entityAnswer(WorkspaceTx &tx, const char *name, const QString &kind, const QString &id, int status);

} // namespace calldeck
