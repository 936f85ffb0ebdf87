#pragma once

namespace calldeck
{

/**
 * Begins an UPDATE whose own values come before its condition, though the workspace is the first parameter of every statement. The
 * condition ends with "ws = (SELECT ws FROM here)".
 */
inline constexpr auto inThisWorkspace = "WITH here(ws) AS (SELECT CAST(? AS TEXT)) ";

} // namespace calldeck
