#pragma once

#include <QByteArray>
#include <optional>

namespace calldeck
{

/** Whether a person sits at a terminal. */
bool canAskPassphrase();
/** Asks on the terminal without showing what is typed; a new one twice. Nothing when it was empty, too short or not the same. */
std::optional<QByteArray> askPassphrase(bool isNew);

} // namespace calldeck
