#pragma once

#include "records/Records.h"
#include "sql/SqlStatement.h"

namespace calldeck
{

/** "SELECT ... FROM follow_up ", and a task from such a row. */
inline constexpr auto followUpColumns = "SELECT id, call_id, number, due_at, state, automatic, owner, note, created_at, closed_at FROM follow_up ";
FollowUpTask followUpOf(SqlStatement &row);

} // namespace calldeck
