#include "rules/IdleLock.h"

namespace calldeck
{

bool isLeft(const ClockReading &lastInput, const ClockReading &now, qint64 limitMs)
{
    return now.monotonic_ms - lastInput.monotonic_ms >= limitMs || now.wall_ms - lastInput.wall_ms >= limitMs;
}

} // namespace calldeck
