#pragma once

#include "database/Migrations.h"

namespace calldeck
{

/** How far encryptDatabaseFile has come; a crash after any of them loses nothing. */
enum class EncryptionStep { Copied, Encrypted, Verified, OldKept, Swapped, OldGone };

/**
 * Encrypts a plain database file of ours that nobody else has open: a copy is encrypted aside, compared with the original, and takes
 * its place by a rename; only then is the plain file overwritten and removed. On an error the plain file is as it was. `reached` is
 * told each step as it is done, for tests.
 */
Verdict encryptDatabaseFile(const QString &file, const DatabaseFormat &format, const DatabaseKey &key, const std::function<void(EncryptionStep)> &reached = {});
/** Clears away what an encryption that was interrupted left beside the file. While nobody else has the directory. */
void clearAfterEncryption(const QString &file);
/** Decrypts a closed copy that nobody needs encrypted; on an error it is gone. Nothing to do with an empty key. */
Verdict decryptDatabaseFile(const QString &file, const DatabaseKey &key);

} // namespace calldeck
