#pragma once

#include "records/Call.h"

namespace calldeck
{

/** S1.7: what older systems called things. Our own wire words are accepted too; nothing when the word is unknown. */
std::optional<CallType> legacyCallType(QStringView direction);
std::optional<CallStatus> legacyStatus(QStringView status);
std::optional<Outcome> legacyOutcome(QStringView outcome);

} // namespace calldeck
