#pragma once

namespace calldeck
{

/** The process kills itself here when CRASH_AT names this point: for tests of what survives. Does nothing unless built with CALLDECK_TEST_SWITCHES. */
void crashAt(const char *point);

} // namespace calldeck
