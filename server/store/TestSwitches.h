#pragma once

#include "database/CrashPoint.h"

#include <QtGlobal>

namespace calldeck
{

/**
 * Faults on demand, for tests that must see them caught; compiled to nothing without CALLDECK_TEST_SWITCHES. CALLDECK_BUG names one
 * seeded bug of the protocol's model; CRASH_AT is database/CrashPoint.h.
 */
struct TestSwitches {
#ifdef CALLDECK_TEST_SWITCHES
    static bool bug(const char *name);
    /** The text of "poison:<text>"; nullptr without. */
    static const char *poison();
    /** pg_seq: the number before the first one of a transaction that has not got its turn yet, as a database sequence gives it; `seq`: the newest committed. */
    static qint64 numberOutOfTurn(qint64 seq);
    static void beforeCommit();
#else
    static constexpr bool bug(const char *) { return false; }
    static constexpr const char *poison() { return nullptr; }
    static qint64 numberOutOfTurn(qint64 seq) { return seq; }
    static void beforeCommit() {}
#endif
};

} // namespace calldeck
