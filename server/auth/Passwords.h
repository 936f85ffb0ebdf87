#pragma once

#include "records/Result.h"

namespace calldeck
{

/** Argon2id with 64 MiB and the system's salt, by libsodium. Blocks for a tenth of a second: call on a worker. */
Result<QString> hashPassword(const QString &password);
/** Takes as long for an account that is not there (an empty hash) as for a wrong password. Blocks as hashPassword(). */
bool passwordFits(const QString &hash, const QString &password);

/** Long enough, not too long, not one that everybody tries first. The error says which. */
Verdict checkPassword(const QString &password);

} // namespace calldeck
