#pragma once

#include <QUrl>

namespace calldeck
{

/** What is sent there nobody reads on the way: https, or http to this machine ("localhost", 127.x.x.x, ::1). */
bool isSafeAddress(const QUrl &url);

} // namespace calldeck
