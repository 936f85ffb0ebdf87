#pragma once

#include "records/Call.h"
#include "sync/Edit.h"

namespace calldeck
{

inline bool mayAct(UserRole role, UserRole least) { return static_cast<int>(role) >= static_cast<int>(least); }

/**
 * Who may make which edit: the one table. An edit that is in no line of it may nobody make. Of a "set" the strictest of its fields
 * counts. "resolve" is also open to the author of the losing decision; below dispatcher
 * an "undo" takes back only one's own decisions and settings of do-not-contact.
 */
std::optional<UserRole> leastRoleFor(const Edit &edit);

/** May an undo put this field back? Those that an edit of a person moves, and none else. */
bool isTakenBack(CallField field);

} // namespace calldeck
