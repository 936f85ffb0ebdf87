#include "AccountFolder.h"

#include "store/DataDirectory.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QSaveFile>
#include <QStandardPaths>

namespace calldeck
{

namespace
{

Verdict writeWhole(const QString &path, const QByteArray &bytes)
{
    QSaveFile file(path);
    if (file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.commit())
        return Done{};
    return Error{Error::Code::Io, QStringLiteral("%1 could not be written. Check that there is space and that you may write there.").arg(path), {}, false};
}

Verdict removed(const QString &path)
{
    if (!QFile::exists(path) || QFile::remove(path))
        return Done{};
    return Error{Error::Code::Io, QStringLiteral("%1 could not be removed. Check the permissions of its folder.").arg(path), {}, false};
}

QByteArray bytesOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.read(64 * 1024) : QByteArray();
}

QString ownerOf(const QString &dataDir) { return QString::fromUtf8(bytesOf(ownerMarkPath(dataDir))).trimmed(); }

} // namespace

AccountFolder::AccountFolder() : m_root(QDir(QStandardPaths::writableLocation(QStandardPaths::AppDataLocation)).filePath(QStringLiteral("accounts"))) {}

QString AccountFolder::dataDir(const AccountRecord &account) const { return QDir(m_root).filePath(account.folderName()); }

bool AccountFolder::hasLast() const { return find({}, {}).has_value(); }

std::optional<AccountRecord> AccountFolder::read(const QString &folder) const
{
    const auto account = accountFromJson(QJsonDocument::fromJson(bytesOf(accountRecordPath(QDir(m_root).filePath(folder)))).object());
    return account ? std::optional(*account) : std::nullopt;
}

std::optional<AccountRecord> AccountFolder::find(const QUrl &server, const QString &email) const
{
    if (server.isEmpty())
        return read(QString::fromUtf8(bytesOf(QDir(m_root).filePath(QStringLiteral("last")))).trimmed());
    const QStringList folders = QDir(m_root).entryList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Time);
    for (const QString &folder : folders) {
        const auto account = read(folder);
        if (account && account->server == server && (email.isEmpty() || account->email == email))
            return account;
    }
    return std::nullopt;
}

QUrl AccountFolder::lastServer() const { return QUrl(QString::fromUtf8(bytesOf(QDir(m_root).filePath(QStringLiteral("last-server")))).trimmed()); }

QString AccountFolder::recordOf(const AccountRecord &account) const { return accountRecordPath(dataDir(account)); }

Verdict AccountFolder::signedOut(AccountRecord account, const QString &wipe) const
{
    account.signed_out = true;
    // As seen from anywhere: the next start may be in another folder.
    account.wipe = wipe.isEmpty() ? QString() : QDir(wipe).absolutePath();
    Verdict done = writeWhole(recordOf(account), QJsonDocument(accountToJson(account)).toJson());
    if (done)
        done = writeWhole(QDir(m_root).filePath(QStringLiteral("last-server")), account.server.toString().toUtf8());
    return done ? removed(QDir(m_root).filePath(QStringLiteral("last"))) : done;
}

Verdict AccountFolder::forget(const AccountRecord &account) const { return removed(recordOf(account)); }

QList<AccountRecord> AccountFolder::toWipe() const
{
    QList<AccountRecord> accounts;
    const QStringList folders = QDir(m_root).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    for (const QString &folder : folders) {
        if (const auto account = read(folder); account && !account->wipe.isEmpty())
            accounts.append(*account);
    }
    return accounts;
}

Verdict AccountFolder::own(const QString &dataDir, const AccountRecord &account)
{
    const QString owner = ownerOf(dataDir);
    if (!owner.isEmpty() && owner != account.folderName())
        return Error{Error::Code::InvalidInput, QStringLiteral("--data-dir: %1 holds the calls of another account. Choose another directory.").arg(dataDir), {}, false};
    if (owner.isEmpty() && QFile::exists(ownStorePath(dataDir)))
        return Error{Error::Code::InvalidInput, QStringLiteral("--data-dir: %1 holds the calls of a desk that works by itself. Choose another directory.").arg(dataDir), {}, false};
    if (!QDir().mkpath(dataDir))
        return Error{Error::Code::Io, QStringLiteral("%1 could not be made. Check the permissions of the folder above it.").arg(dataDir), {}, false};
    return owner.isEmpty() ? writeWhole(ownerMarkPath(dataDir), account.folderName().toUtf8()) : Verdict(Done{});
}

Verdict AccountFolder::disown(const QString &dataDir) { return removed(ownerMarkPath(dataDir)); }

bool AccountFolder::isOf(const QString &dataDir, const AccountRecord &account) const
{
    return QDir(dataDir).absolutePath() == QDir(this->dataDir(account)).absolutePath() || ownerOf(dataDir) == account.folderName();
}

Verdict AccountFolder::forgetServer() const { return removed(QDir(m_root).filePath(QStringLiteral("last-server"))); }

Verdict AccountFolder::remember(const AccountRecord &account) const
{
    const QString folder = dataDir(account);
    if (!QDir().mkpath(folder))
        return Error{Error::Code::Io, QStringLiteral("%1 could not be made. Check the permissions of the folder above it.").arg(folder), {}, false};
    QFile::setPermissions(folder, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    const Verdict done = writeWhole(recordOf(account), QJsonDocument(accountToJson(account)).toJson());
    return done ? writeWhole(QDir(m_root).filePath(QStringLiteral("last")), account.folderName().toUtf8()) : done;
}

} // namespace calldeck
