#pragma once

#include "database/DatabaseKey.h"
#include "secrets/KeyRecord.h"

namespace calldeck
{

/** From the system's generator. */
DatabaseKey randomKey();
QString randomKeyId();
/** 256 random bits as 43 letters, digits, "-" and "_". */
QString randomWord();
/** A key file: 64 hexadecimal digits, readable by its owner alone. Errors name the file and never its content. */
Result<DatabaseKey> readKeyFile(const QString &path);
/** Writes one; refuses to replace a file. */
Verdict writeKeyFile(const QString &path, const DatabaseKey &key);

/** Fills in salt and cost for a passphrase that is new. */
void choosePassphraseCost(KeyRecord &record);
/** Argon2id; takes a good part of a second and the record's memory. */
Result<DatabaseKey> keyFromPassphrase(const QByteArray &passphrase, const KeyRecord &record);

} // namespace calldeck
