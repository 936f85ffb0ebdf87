#pragma once

#include "store/AuditChain.h"

namespace calldeck
{

/**
 * An entry as a line to read: time, actor, action and what it is about ("id=u1 fields=role"), with tabs between them. What came from outside
 * can neither make a line or a column of its own nor steer a terminal.
 */
QString auditText(const AuditEntry &entry);
/** The same for programs: the entry with its number as "n". */
QByteArray auditJson(const AuditEntry &entry);

} // namespace calldeck
