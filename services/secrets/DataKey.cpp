#include "secrets/DataKey.h"

#include "database/Cipher.h"
#include "database/DatabaseEncryption.h"
#include "secrets/Keys.h"
#include "store/DataDirectory.h"

#include <QFileInfo>

namespace calldeck
{

namespace
{

using Kept = KeyRecord::Kept;

QString noKeyring() { return QStringLiteral("no keyring"); }
QString notEncrypted(const QString &reason) { return QStringLiteral("Not encrypted: ") + reason; }

Error noKey(const QString &message, const QString &detail = {}) { return {Error::Code::NoKey, message, detail, true}; }
Error wrongKey(const QString &message) { return {Error::Code::WrongKey, message, {}, false}; }

/** What is known of a directory before its database is opened. */
struct Findings {
    bool data = false;      ///< a database, or a journal that has lost it
    bool unreadable = false; ///< nothing that a key could help with: openDatabaseFile says what
    bool plain = false;
    std::optional<KeyRecord> record;
    bool interrupted() const { return plain && record && record->kept != Kept::Nowhere; }
};

bool isThere(const QString &file) { return QFileInfo::exists(file) || QFileInfo(file).isSymLink() || QFileInfo::exists(file + QStringLiteral("-wal")); }

/** Of a desk whose own file is lost the store of its backend may be left: no new key for that either. */
QString databaseOf(const QString &dataDir)
{
    const QString cache = cachePath(dataDir);
    const QString store = ownStorePath(dataDir);
    return !isThere(cache) && isThere(store) ? store : cache;
}

Result<Findings> look(const QString &dataDir)
{
    const QString file = databaseOf(dataDir);
    const QFileInfo info(file);
    Findings found;
    found.data = isThere(file);
    found.unreadable = found.data && (!info.isFile() || !info.isReadable() || info.size() == 0);
    found.plain = found.data && !found.unreadable && looksPlain(file);
    auto record = readKeyRecord(dataDir);
    if (!record)
        return record.error();
    found.record = *std::move(record);
    return found;
}

class Locksmith
{
public:
    Locksmith(const QString &dataDir, const KeyWishes &wishes, KeyStore &keyring) : m_dataDir(dataDir), m_wishes(wishes), m_keyring(keyring) {}

    /** The key that a record speaks of. */
    Result<DatabaseKey> keyOf(const KeyRecord &record) const;
    /** A new one with its record written, or none with the reason. */
    Result<DataKey> make() const;
    /** A new one with its record written. */
    Result<DatabaseKey> makeKey() const;
    /** The record's key when there is one to be had, else a new one. Only without data, or with data that is plain. */
    Result<DatabaseKey> keyOrNew(const std::optional<KeyRecord> &record) const;

private:
    Result<DatabaseKey> fromKeyring(const KeyRecord &record) const;
    Result<DatabaseKey> fromPassphrase(const KeyRecord &record) const;
    Result<DatabaseKey> keep(KeyRecord record, const DatabaseKey &key) const;
    Result<DatabaseKey> makeInKeyring() const;
    Result<DatabaseKey> makeFromPassphrase() const;
    Result<DataKey> leavePlain(const QString &reason) const;

    QString m_dataDir;
    const KeyWishes &m_wishes;
    KeyStore &m_keyring;
};

Result<DatabaseKey> checked(const Result<DatabaseKey> &key, const KeyRecord &record, const QString &otherwise)
{
    if (!key || keyCheck(*key) == record.check)
        return key;
    return wrongKey(otherwise);
}

Result<DatabaseKey> Locksmith::keyOf(const KeyRecord &record) const
{
    if (!m_wishes.key_file.isEmpty()) {
        return checked(readKeyFile(m_wishes.key_file), record,
                       QStringLiteral("This data is locked with another key than the one in %1. Give its own key file; the data was not touched.").arg(m_wishes.key_file));
    }
    switch (record.kept) {
    case Kept::Keyring: return fromKeyring(record);
    case Kept::Passphrase: return fromPassphrase(record);
    default: return noKey(QStringLiteral("This data was encrypted with a key file. Give it with --key-file; the data was not touched."));
    }
}

Result<DatabaseKey> Locksmith::fromKeyring(const KeyRecord &record) const
{
    auto secret = m_keyring.read(record.key_id);
    if (!secret)
        return noKey(QStringLiteral("The key of this data is in the keyring, which gave none. %1 The data was not touched.").arg(secret.error().message), secret.error().detail);
    if (!*secret) {
        return noKey(QStringLiteral("The key of this data was not found in the keyring (entry %1): the keyring is locked, or is another one. Unlock it and start "
                                    "again, or give a copy of the key with --key-file. The data was not touched.")
                         .arg(record.key_id));
    }
    const auto key = DatabaseKey::fromBytes(**secret);
    forget((*secret)->data(), static_cast<size_t>((*secret)->size()));
    const QString other = QStringLiteral("This data is locked with another key than the one in the keyring (entry %1). Restore the keyring, or give the key with --key-file; the data was not touched.")
                              .arg(record.key_id);
    return key ? checked(*key, record, other) : wrongKey(other);
}

Result<DatabaseKey> Locksmith::fromPassphrase(const KeyRecord &record) const
{
    auto passphrase = m_wishes.passphrase ? m_wishes.passphrase(false) : std::nullopt;
    if (!passphrase)
        return noKey(QStringLiteral("This data opens with a passphrase, and none was given. The data was not touched."));
    const auto key = keyFromPassphrase(*passphrase, record);
    forget(passphrase->data(), static_cast<size_t>(passphrase->size()));
    return checked(key, record, QStringLiteral("That is not the passphrase of this data. The data was not touched."));
}

Result<DatabaseKey> Locksmith::keep(KeyRecord record, const DatabaseKey &key) const
{
    if (record.key_id.isEmpty())
        record.key_id = randomKeyId();
    record.check = keyCheck(key);
    if (Verdict written = writeKeyRecord(m_dataDir, record); !written)
        return written.error();
    return key;
}

/** Read back before anything is encrypted with it: a keyring that swallows a key would lose the data. */
Result<DatabaseKey> Locksmith::makeInKeyring() const
{
    KeyRecord record;
    record.key_id = randomKeyId();
    const DatabaseKey key = randomKey();
    if (Verdict written = m_keyring.write(record.key_id, key.bytes().toByteArray()); !written)
        return written.error();
    const auto back = m_keyring.read(record.key_id);
    if (!back)
        return back.error();
    if (!*back || QByteArrayView(**back) != key.bytes())
        return noKey(QStringLiteral("The keyring took the key but does not give it back."));
    return keep(record, key);
}

Result<DatabaseKey> Locksmith::makeFromPassphrase() const
{
    auto passphrase = m_wishes.passphrase(true);
    if (!passphrase)
        return noKey(QStringLiteral("No passphrase was given, so nothing was made."));
    KeyRecord record;
    record.kept = Kept::Passphrase;
    choosePassphraseCost(record);
    const auto key = keyFromPassphrase(*passphrase, record);
    forget(passphrase->data(), static_cast<size_t>(passphrase->size()));
    return key ? keep(record, *key) : key;
}

Result<DatabaseKey> Locksmith::makeKey() const
{
    if (!m_wishes.key_file.isEmpty()) {
        const auto key = readKeyFile(m_wishes.key_file);
        KeyRecord record;
        record.kept = Kept::File;
        return key ? keep(record, *key) : key;
    }
    auto key = makeInKeyring();
    if (!key && m_wishes.passphrase)
        return makeFromPassphrase();
    if (!key) {
        Error error = noKey(QStringLiteral("There is nowhere to keep the key that encrypts the data. %1 Start Calldeck in a session with a keyring, give a key file with "
                                           "--key-file, or make the data without encryption with --no-encryption. Nothing was made.")
                                .arg(key.error().message),
                            key.error().detail);
        return error;
    }
    return key;
}

Result<DataKey> Locksmith::leavePlain(const QString &reason) const
{
    KeyRecord record;
    record.kept = Kept::Nowhere;
    record.reason = reason;
    if (Verdict written = writeKeyRecord(m_dataDir, record); !written)
        return written.error();
    return DataKey{{}, notEncrypted(reason)};
}

Result<DataKey> Locksmith::make() const
{
    if (m_wishes.no_encryption)
        return leavePlain(QStringLiteral("as asked for"));
    if (!canEncrypt() && !m_wishes.key_file.isEmpty())
        return noKey(QStringLiteral("A key was given, and this Calldeck was built without encryption. Install one with it; nothing was made."));
    if (!canEncrypt())
        return DataKey{{}, notEncrypted(QStringLiteral("built without encryption"))};
    const auto record = readKeyRecord(m_dataDir);
    if (!record)
        return record.error();
    const auto key = keyOrNew(*record);
    if (key)
        return DataKey{*key, {}};
    const bool mayBePlain = m_wishes.plain_without_keyring && m_wishes.key_file.isEmpty() && key.error().code == Error::Code::NoKey;
    const bool hadKey = *record && (*record)->kept != Kept::Nowhere;
    return mayBePlain && !hadKey ? leavePlain(noKeyring()) : Result<DataKey>(key.error());
}

Result<DatabaseKey> Locksmith::keyOrNew(const std::optional<KeyRecord> &record) const
{
    if (!record || record->kept == Kept::Nowhere)
        return makeKey();
    return keyOf(*record);
}

QString reasonOf(const Findings &found)
{
    if (!canEncrypt())
        return QStringLiteral("built without encryption");
    return found.record ? found.record->reason : QStringLiteral("made before encryption");
}

/** The key of data that is there and needs one. */
Result<DataKey> unlock(const QString &dataDir, const Findings &found, const KeyWishes &wishes, KeyStore &keyring)
{
    if (wishes.no_encryption)
        return Error{Error::Code::InvalidInput, QStringLiteral("--no-encryption is for a new data directory; this one is encrypted. Leave the option out."), {}, false};
    if (!found.record && wishes.key_file.isEmpty()) {
        return Error{Error::Code::Foreign,
                     QStringLiteral("%1 is not a Calldeck database, or it is encrypted and %2 beside it is missing. Restore that file, give the key with --key-file, or choose "
                                    "another data directory; the file was not touched.")
                         .arg(QFileInfo(cachePath(dataDir)).fileName(), QFileInfo(keyRecordPath(dataDir)).fileName()),
                     {},
                     false};
    }
    if (!canEncrypt())
        return noKey(QStringLiteral("This data is encrypted and this Calldeck was built without encryption. Install one with it; the data was not touched."));
    // Without a record the file itself shows whether the key fits.
    const auto key = found.record && found.record->kept != Kept::Nowhere ? Locksmith(dataDir, wishes, keyring).keyOf(*found.record) : readKeyFile(wishes.key_file);
    if (!key)
        return key.error();
    return DataKey{*key, {}, found.record && found.record->kept != Kept::Nowhere};
}

Result<DataKey> keyOfFound(const QString &dataDir, const Findings &found, const KeyWishes &wishes, KeyStore &keyring)
{
    if (found.interrupted()) {
        return wrongKey(QStringLiteral("%1 is not encrypted, though it should be: an encryption was interrupted, or the file is another one. Finish with calldeck-cli "
                                       "encrypt; the file was not touched.")
                            .arg(QFileInfo(cachePath(dataDir)).fileName()));
    }
    if (found.plain)
        return DataKey{{}, notEncrypted(reasonOf(found))};
    const bool neverEncrypted = found.record && found.record->kept == Kept::Nowhere && wishes.key_file.isEmpty();
    return found.unreadable || neverEncrypted ? Result<DataKey>(DataKey{}) : unlock(dataDir, found, wishes, keyring);
}

/** The record is on the disk before the file is swapped: a crash in between leaves a plain file with its key waiting. */
Result<DataKey> encryptFound(const QString &dataDir, const Findings &found, const KeyWishes &wishes, KeyStore &keyring)
{
    const auto key = Locksmith(dataDir, wishes, keyring).keyOrNew(found.record);
    if (!key)
        return key.error();
    if (Verdict done = encryptDatabaseFile(cachePath(dataDir), cacheFormat(), *key); !done) {
        // The plain file stays in use, so nothing may say that it has a key.
        if (!found.interrupted())
            (void)putKeyRecordBack(dataDir, found.record);
        return done.error();
    }
    return DataKey{*key, {}};
}

} // namespace

Error openingError(const Error &error, const DataKey &key)
{
    if (error.code != Error::Code::WrongKey || !key.known)
        return error;
    return {Error::Code::Damaged, QStringLiteral("The database is damaged where it begins: its key is the right one and does not open it. Keep the file and restore the newest backup."),
            error.detail, false};
}

Result<DataKey> keyOfData(const QString &dataDir, const KeyWishes &wishes, KeyStore &keyring)
{
    const auto found = look(dataDir);
    if (!found)
        return found.error();
    if (!found->data)
        return Error{Error::Code::NotFound, QStringLiteral("There is no Calldeck data in %1.").arg(dataDir), {}, false};
    return keyOfFound(dataDir, *found, wishes, keyring);
}

Result<DataKey> keyForData(const QString &dataDir, const KeyWishes &wishes, KeyStore &keyring)
{
    const auto found = look(dataDir);
    if (!found)
        return found.error();
    return found->data ? keyOfFound(dataDir, *found, wishes, keyring) : Locksmith(dataDir, wishes, keyring).make();
}

Result<DataKey> keyForDesk(const QString &dataDir, const KeyWishes &wishes, KeyStore &keyring)
{
    const auto found = look(dataDir);
    if (!found)
        return found.error();
    clearAfterEncryption(cachePath(dataDir));
    const bool old = found->plain && !found->record;
    if (!canEncrypt() || (!found->interrupted() && !(old && !wishes.no_encryption)))
        return keyForData(dataDir, wishes, keyring);
    // Old data is encrypted where that needs no question; a passphrase for it is asked for by calldeck-cli encrypt.
    KeyWishes silent = wishes;
    if (old)
        silent.passphrase = nullptr;
    auto encrypted = encryptFound(dataDir, *found, silent, keyring);
    if (encrypted || !old || encrypted.error().code != Error::Code::NoKey)
        return encrypted;
    return DataKey{{}, notEncrypted(noKeyring())};
}

Result<DataKey> encryptData(const QString &dataDir, const KeyWishes &wishes, KeyStore &keyring)
{
    const auto found = look(dataDir);
    if (!found)
        return found.error();
    if (!found->plain) {
        return Error{Error::Code::InvalidInput,
                     found->data ? QStringLiteral("This data is encrypted already.") : QStringLiteral("There is no Calldeck data in %1.").arg(dataDir),
                     {},
                     false};
    }
    clearAfterEncryption(cachePath(dataDir));
    return encryptFound(dataDir, *found, wishes, keyring);
}

Verdict forgetDataKey(const QString &dataDir, KeyStore &keyring)
{
    const auto record = readKeyRecord(dataDir);
    if (!record || !*record)
        return record ? Verdict(Done{}) : Verdict(record.error());
    // The record first: what is cut off in between leaves a key that opens nothing, never a record of a key that is gone.
    if (Verdict removed = removeKeyRecord(dataDir); !removed)
        return removed;
    return (*record)->kept == KeyRecord::Kept::Keyring ? keyring.remove((*record)->key_id) : Verdict(Done{});
}

} // namespace calldeck
