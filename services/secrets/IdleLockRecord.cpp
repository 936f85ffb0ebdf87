#include "secrets/IdleLockRecord.h"

#include "database/PrivateFile.h"
#include "secrets/Keys.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>

namespace calldeck
{

namespace
{

constexpr int recordVersion = 1;
constexpr int longestIdleSeconds = 24 * 60 * 60;
constexpr qint64 mostOfAFile = 4096;

Error damaged(const QString &path)
{
    return {Error::Code::Damaged,
            QStringLiteral("The file of this desk's lock is damaged, or of another version of Calldeck:\n\n%1\n\n"
                           "Close Calldeck and remove that file. The desk then opens, without a lock; no call is lost by it.")
                .arg(QDir::toNativeSeparators(path)),
            {},
            false};
}

/** By which a damaged hash is told from a wrong passphrase. */
QString checkOf(const QByteArray &hash) { return QString::fromLatin1(QCryptographicHash::hash(hash, QCryptographicHash::Blake2b_160).toHex()); }

std::optional<IdleLockRecord> recordFrom(const QJsonObject &json)
{
    IdleLockRecord record;
    record.hash = json.value(QStringLiteral("hash")).toString().toLatin1();
    record.idle_seconds = json.value(QStringLiteral("idle_seconds")).toInt();
    const bool ours = json.value(QStringLiteral("version")).toInt() == recordVersion && record.idle_seconds > 0 && record.idle_seconds <= longestIdleSeconds;
    const bool whole = json.value(QStringLiteral("check")).toString() == checkOf(record.hash) && isPassphraseHash(record.hash);
    return ours && whole ? std::optional(record) : std::nullopt;
}

} // namespace

QString idleLockPath(const QString &dataDir) { return QDir(dataDir).filePath(QStringLiteral("calldeck.idle-lock")); }

Result<std::optional<IdleLockRecord>> readIdleLock(const QString &dataDir)
{
    const QString path = idleLockPath(dataDir);
    const QFileInfo info(path);
    if (!info.exists() && !info.isSymLink())
        return std::optional<IdleLockRecord>();
    QFile file(path);
    if (!info.isFile() || info.size() > mostOfAFile || !file.open(QIODevice::ReadOnly))
        return damaged(path);
    const auto record = recordFrom(QJsonDocument::fromJson(file.read(mostOfAFile)).object());
    return record ? Result<std::optional<IdleLockRecord>>(record) : damaged(path);
}

Verdict writeIdleLock(const QString &dataDir, const IdleLockRecord &record)
{
    const QJsonObject json{{QStringLiteral("version"), recordVersion},
                           {QStringLiteral("idle_seconds"), record.idle_seconds},
                           {QStringLiteral("hash"), QString::fromLatin1(record.hash)},
                           {QStringLiteral("check"), checkOf(record.hash)}};
    return writePrivateFile(idleLockPath(dataDir), QJsonDocument(json).toJson());
}

Verdict removeIdleLock(const QString &dataDir) { return removePrivateFile(idleLockPath(dataDir)); }

} // namespace calldeck
