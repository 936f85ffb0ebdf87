#pragma once

#include "database/Database.h"
#include "sync/CallState.h"

namespace calldeck
{

/** Which parts beside the call's own row an edit needs; what is not loaded must not be touched. */
enum class StateParts { Row, All };

Result<CallState> loadState(Database &database, const Call &call, StateParts parts = StateParts::All);
/** The do-not-contact entry of a number. */
Result<std::optional<ListedNumber>> listedNumber(Database &database, const QString &number);
Verdict writeListed(Database &database, const QString &number, const std::optional<ListedNumber> &listed);

/** Takes a call away with all that hangs on it; what the audit trail tells of it loses its values. Needs a transaction. */
Verdict removeCallRows(Database &database, CallKey key);

/** Writes what differs between two states of one call, its neighbours' follow-ups and the number's entry included. Needs a transaction. */
Verdict saveState(Database &database, const CallState &before, const CallState &after);
/** The same without the call's own row and tags, which insertCall() has written. */
Verdict saveBeside(Database &database, const CallState &before, const CallState &after);

} // namespace calldeck
