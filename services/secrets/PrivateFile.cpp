#include "secrets/PrivateFile.h"

#include "database/DatabaseFile.h"

#include <QFileInfo>
#include <QSaveFile>

namespace calldeck
{

Verdict writePrivateFile(const QString &path, const QByteArray &bytes)
{
    QSaveFile file(path);
    const bool opened = file.open(QIODevice::WriteOnly) && file.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
    if (!opened || file.write(bytes) != bytes.size() || !file.commit())
        return Error{Error::Code::Io, QStringLiteral("%1 could not be written. Check the folder's permissions and its disk.").arg(path), {}, true};
    syncDirectory(QFileInfo(path).path());
    return Done{};
}

Verdict removePrivateFile(const QString &path)
{
    if (QFile::exists(path) && !QFile::remove(path))
        return Error{Error::Code::Io, QStringLiteral("%1 could not be removed. Check the permissions of its folder.").arg(path), {}, false};
    syncDirectory(QFileInfo(path).path());
    return Done{};
}

} // namespace calldeck
