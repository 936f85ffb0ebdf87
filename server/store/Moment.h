#pragma once

#include "records/Call.h"

namespace calldeck
{

/** The backend's clock: ms since 1970 UTC. Test programs move it with CALLDECK_CLOCK_OFFSET_MS. Any thread. */
TimeMs serverNow();

/** `bytes` random bytes of the system as lower-case hex. Any thread. */
QString randomHex(int bytes);
/** SHA-256 as lower-case hex. */
QByteArray sha256Hex(QByteArrayView text);

} // namespace calldeck
