#include "secrets/KeyRecord.h"

#include "database/DatabaseFile.h"
#include "database/PrivateFile.h"

#include <QDir>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <array>
#include <sodium.h>

namespace calldeck
{

namespace
{

constexpr int recordVersion = 1;
constexpr std::array<const char *, 4> keptNames{"keyring", "passphrase", "file", "nowhere"};

/** What a stranger could have put into the file must not make us work for hours, nor derive a key in no time. */
constexpr double leastMemory = 64.0 * 1024 * 1024;
constexpr double mostMemory = 4.0 * 1024 * 1024 * 1024;
constexpr double mostRounds = 100;

QString hex(const QByteArray &bytes) { return QString::fromLatin1(bytes.toHex()); }
QByteArray bytesFrom(const QJsonValue &value) { return QByteArray::fromHex(value.toString().toLatin1()); }

Error damaged(const QString &path)
{
    return {Error::Code::Damaged,
            QStringLiteral("%1, which says where the key of the data is kept, cannot be read. Restore it from a backup; nothing was touched.").arg(QFileInfo(path).fileName()),
            {},
            false};
}

std::optional<KeyRecord::Kept> keptFrom(const QString &name)
{
    for (size_t i = 0; i < keptNames.size(); ++i) {
        if (name == QLatin1String(keptNames[i]))
            return static_cast<KeyRecord::Kept>(i);
    }
    return std::nullopt;
}

std::optional<KeyRecord> recordFrom(const QJsonObject &json)
{
    const auto kept = keptFrom(json.value(QStringLiteral("kept")).toString());
    if (!kept || json.value(QStringLiteral("version")).toInt() != recordVersion)
        return std::nullopt;
    KeyRecord record;
    record.kept = *kept;
    record.key_id = json.value(QStringLiteral("key_id")).toString();
    record.check = bytesFrom(json.value(QStringLiteral("check")));
    record.reason = json.value(QStringLiteral("reason")).toString();
    if (*kept == KeyRecord::Kept::Nowhere)
        return record;
    if (record.key_id.isEmpty() || record.check.isEmpty())
        return std::nullopt;
    if (*kept != KeyRecord::Kept::Passphrase)
        return record;
    const double rounds = json.value(QStringLiteral("rounds")).toDouble();
    const double memory = json.value(QStringLiteral("memory")).toDouble();
    record.salt = bytesFrom(json.value(QStringLiteral("salt")));
    if (rounds < 1 || rounds > mostRounds || memory < leastMemory || memory > mostMemory || record.salt.size() != crypto_pwhash_SALTBYTES)
        return std::nullopt;
    record.rounds = static_cast<quint64>(rounds);
    record.memory = static_cast<quint64>(memory);
    return record;
}

QJsonObject toJson(const KeyRecord &record)
{
    QJsonObject json{{QStringLiteral("version"), recordVersion}, {QStringLiteral("kept"), QLatin1String(keptNames[static_cast<size_t>(record.kept)])}};
    if (record.kept == KeyRecord::Kept::Nowhere) {
        json.insert(QStringLiteral("reason"), record.reason);
        return json;
    }
    json.insert(QStringLiteral("key_id"), record.key_id);
    json.insert(QStringLiteral("check"), hex(record.check));
    if (record.kept == KeyRecord::Kept::Passphrase) {
        json.insert(QStringLiteral("salt"), hex(record.salt));
        json.insert(QStringLiteral("rounds"), static_cast<double>(record.rounds));
        json.insert(QStringLiteral("memory"), static_cast<double>(record.memory));
    }
    return json;
}

} // namespace

QString keyRecordPath(const QString &dataDir) { return QDir(dataDir).filePath(QStringLiteral("calldeck.key-id")); }

Result<std::optional<KeyRecord>> readKeyRecord(const QString &dataDir)
{
    QFile file(keyRecordPath(dataDir));
    if (!file.exists())
        return std::optional<KeyRecord>();
    if (!file.open(QIODevice::ReadOnly))
        return damaged(file.fileName());
    auto record = recordFrom(QJsonDocument::fromJson(file.readAll()).object());
    if (!record)
        return damaged(file.fileName());
    return record;
}

Verdict writeKeyRecord(const QString &dataDir, const KeyRecord &record)
{
    const QString path = keyRecordPath(dataDir);
    if (QFileInfo::exists(path)) {
        QFile::remove(path + QStringLiteral(".old"));
        QFile::copy(path, path + QStringLiteral(".old"));
    }
    return writePrivateFile(path, QJsonDocument(toJson(record)).toJson());
}

Verdict removeKeyRecord(const QString &dataDir)
{
    const QString path = keyRecordPath(dataDir);
    const Verdict removed = removePrivateFile(path + QStringLiteral(".old"));
    return removed ? removePrivateFile(path) : removed;
}

Verdict putKeyRecordBack(const QString &dataDir, const std::optional<KeyRecord> &record)
{
    if (record)
        return writeKeyRecord(dataDir, *record);
    QFile::remove(keyRecordPath(dataDir));
    syncDirectory(dataDir);
    return Done{};
}

QByteArray keyCheck(const DatabaseKey &key)
{
    constexpr QByteArrayView purpose("calldeck key check 1");
    QByteArray digest(crypto_generichash_BYTES_MIN, '\0');
    crypto_generichash(reinterpret_cast<unsigned char *>(digest.data()), static_cast<size_t>(digest.size()), reinterpret_cast<const unsigned char *>(purpose.data()),
                       static_cast<unsigned long long>(purpose.size()), reinterpret_cast<const unsigned char *>(key.bytes().data()), DatabaseKey::size);
    return digest;
}

} // namespace calldeck
