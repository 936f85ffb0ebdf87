#pragma once

#include "records/Result.h"

#include <QStringList>

namespace calldeck
{

/** Argon2id with 64 MiB and the system's salt, or with that of the hash `like`, by libsodium. Blocks for a tenth of a second: call on a worker. */
Result<QString> hashPassword(const QString &password, const QString &like = {});
/**
 * Which of the hashes the password is of, by their places. Takes as long for none (no such account) and for several that were made like each other
 * as for one. Blocks as hashPassword().
 */
QList<qsizetype> fittingPasswords(const QStringList &hashes, const QString &password);

/** Long enough, not too long, not one that everybody tries first. The error says which. */
Verdict checkPassword(const QString &password);

} // namespace calldeck
