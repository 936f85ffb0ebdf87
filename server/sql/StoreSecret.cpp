#include "sql/StoreSecret.h"

#include <QFile>
#include <QMessageAuthenticationCode>
#include <QRandomGenerator>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr qsizetype secretBytes = 32;

} // namespace

Result<StoreSecret> StoreSecret::read(const QString &file)
{
    QFile in(file);
    if (!in.exists())
        return Error{Error::Code::NotFound, u"The secret of the store, %1, is not there."_s.arg(file), {}, false};
    if (!in.open(QIODevice::ReadOnly))
        return Error{Error::Code::Io, u"The secret of the store, %1, cannot be read."_s.arg(file), in.errorString(), false};
    const QByteArray hex = in.read(4096).trimmed();
    const QByteArray bytes = QByteArray::fromHex(hex);
    if (bytes.size() != secretBytes || bytes.toHex() != hex.toLower())
        return Error{Error::Code::Damaged, u"The secret of the store, %1, must be 64 hex digits."_s.arg(file), {}, false};
    return StoreSecret(bytes);
}

Result<StoreSecret> StoreSecret::make(const QString &file)
{
    QByteArray bytes(secretBytes, Qt::Uninitialized);
    for (char &byte : bytes)
        byte = static_cast<char>(QRandomGenerator::system()->generate());
    QFile out(file);
    if (!out.open(QIODevice::WriteOnly | QIODevice::NewOnly) || !out.setPermissions(QFile::ReadOwner | QFile::WriteOwner) || out.write(bytes.toHex() + '\n') < 0 || !out.flush())
        return Error{Error::Code::Io, u"The secret of the store, %1, cannot be written."_s.arg(file), out.errorString(), false};
    return StoreSecret(bytes);
}

QByteArray StoreSecret::sign(QByteArrayView purpose, const QByteArray &text) const
{
    const QByteArray key = QMessageAuthenticationCode::hash(purpose.toByteArray(), m_bytes, QCryptographicHash::Sha256);
    return QMessageAuthenticationCode::hash(text, key, QCryptographicHash::Sha256).toHex();
}

} // namespace calldeck
