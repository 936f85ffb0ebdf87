#pragma once

#include "database/DatabaseKey.h"
#include "records/Result.h"
#include "secrets/KeyStore.h"

#include <functional>

namespace calldeck
{

/** What opens the database of a data directory. */
struct DataKey {
    DatabaseKey key; ///< empty: the file is not encrypted
    QString notice;  ///< why it is not, in a few words for the window; "" when it is
    bool known = false; ///< known to be the right one: a database that it does not open is damaged
};

/** What an Error of opening a database means, with what is known of its key. */
Error openingError(const Error &error, const DataKey &key);

/** Whom to ask for a key, as the command line and the program decide. */
struct KeyWishes {
    QString key_file;                 ///< holds the key, in place of the keyring
    bool no_encryption = false;       ///< a new directory gets no key
    bool plain_without_keyring = false; ///< nor does one whose data is invented, when there is no keyring
    /** Asks a person, twice when `is_new`; nothing when they gave up. Empty where there is nobody to ask. */
    std::function<std::optional<QByteArray>(bool is_new)> passphrase;
};

// While a database exists none of these makes a key, whatever the keyring says: a key that is not found may be one that is locked away.
// An Error says what is missing and how to mend it; the database was not touched.

/** The key of data that is there; NotFound when there is none. Changes nothing. */
Result<DataKey> keyOfData(const QString &dataDir, const KeyWishes &wishes, KeyStore &keyring);
/** The same; makes a key where there is no data yet. The caller holds the DirectoryLock. */
Result<DataKey> keyForData(const QString &dataDir, const KeyWishes &wishes, KeyStore &keyring);
/**
 * The same, and encrypts what a Calldeck without encryption has left, or an interrupted encryption, when there is somewhere to keep a key.
 * Blocks for as long as that takes. The caller holds the DirectoryLock.
 */
Result<DataKey> keyForDesk(const QString &dataDir, const KeyWishes &wishes, KeyStore &keyring);
/** Of a directory whose database is gone: its key goes from the keyring too, with the record of where it was. */
Verdict forgetDataKey(const QString &dataDir, KeyStore &keyring);
/** Encrypts a directory that is not, whatever the reason was. The caller holds the DirectoryLock. */
Result<DataKey> encryptData(const QString &dataDir, const KeyWishes &wishes, KeyStore &keyring);

} // namespace calldeck
