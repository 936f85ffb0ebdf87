#pragma once

#include "database/DatabaseKey.h"
#include "records/Result.h"

#include <QByteArray>

namespace calldeck
{

/** `calldeck.key-id`, the small file beside a database that says where its key is kept. It holds no secret. */
struct KeyRecord {
    enum class Kept { Keyring, Passphrase, File, Nowhere };
    Kept kept = Kept::Keyring;
    QString key_id;        ///< name of the entry in the keyring
    QByteArray salt;       ///< of the passphrase
    quint64 rounds = 0;
    quint64 memory = 0;
    QByteArray check;      ///< keyCheck() of the key, by which a wrong one is known before it touches the database
    QString reason;        ///< why there is no key, with Nowhere
    friend bool operator==(const KeyRecord &, const KeyRecord &) = default;
};

QString keyRecordPath(const QString &dataDir);
/** Nothing when there is none; one that cannot be read is an Error, and stays. */
Result<std::optional<KeyRecord>> readKeyRecord(const QString &dataDir);
/** On the disk when it returns; one that was there is kept as calldeck.key-id.old. */
Verdict writeKeyRecord(const QString &dataDir, const KeyRecord &record);

/** With the one kept of before; gone from the disk when it returns. */
Verdict removeKeyRecord(const QString &dataDir);
/** What was there before a record that came to nothing. */
Verdict putKeyRecordBack(const QString &dataDir, const std::optional<KeyRecord> &record);

/** A digest that tells keys apart and gives nothing away about them. */
QByteArray keyCheck(const DatabaseKey &key);

} // namespace calldeck
