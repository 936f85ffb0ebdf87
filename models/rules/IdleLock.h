#pragma once

#include "records/Call.h"

namespace calldeck
{

/** A moment by two clocks: one that only goes forward and stands still while the machine sleeps, and the one on the wall, which anybody can set. */
struct ClockReading {
    qint64 monotonic_ms = 0;
    TimeMs wall_ms = 0;
};

/** Whether nobody has touched a desk for as long as `limitMs`. Either clock is enough: neither a laptop that slept nor a wall clock that was set back keeps a desk open. */
bool isLeft(const ClockReading &lastInput, const ClockReading &now, qint64 limitMs);

} // namespace calldeck
