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

// Of a passphrase that opens no data: a hash by which it is known again, with its salt and cost, at the same cost.
Result<QByteArray> passphraseHash(const QByteArray &passphrase);
/** WrongKey when the hash is another passphrase's. Blocks as passphraseHash(). */
Verdict checkPassphrase(const QByteArray &hash, const QByteArray &passphrase);
/** Whether passphraseHash() could have made it: another cost could keep us at work for hours. */
bool isPassphraseHash(const QByteArray &hash);

} // namespace calldeck
