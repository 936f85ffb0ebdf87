#include "database/PrivateFile.h"

#include "database/DatabaseFile.h"

#include <QFileInfo>
#include <QSaveFile>
#include <QTemporaryFile>
#include <unistd.h>

namespace calldeck
{

namespace
{

Error notWritten(const QString &path)
{
    return {Error::Code::Io, QStringLiteral("%1 could not be written. Check the folder's permissions and its disk.").arg(path), {}, true};
}

bool isTaken(const QString &path) { return QFileInfo::exists(path) || QFileInfo(path).isSymLink(); }

Error taken(const QString &path)
{
    return {Error::Code::InvalidInput, QStringLiteral("%1 exists already. Choose a name that is still free.").arg(path), {}, false};
}

} // namespace

Verdict writePrivateFile(const QString &path, const QByteArray &bytes)
{
    QSaveFile file(path);
    const bool opened = file.open(QIODevice::WriteOnly) && file.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
    if (!opened || file.write(bytes) != bytes.size() || !file.commit())
        return notWritten(path);
    syncDirectory(QFileInfo(path).path());
    return Done{};
}

Verdict writeNewPrivateFile(const QString &path, const QByteArray &bytes)
{
    if (isTaken(path))
        return taken(path);
    // Where the disk can do it the file has no name until it is whole: a crash leaves nothing.
    QTemporaryFile file(path + QStringLiteral(".XXXXXX"));
    const bool opened = file.open() && file.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
    if (!opened || file.write(bytes) != bytes.size() || !file.flush() || ::fsync(file.handle()) != 0)
        return notWritten(path);
    // Never takes the place of what is there.
    if (!file.rename(path))
        return isTaken(path) ? taken(path) : notWritten(path);
    file.setAutoRemove(false);
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
