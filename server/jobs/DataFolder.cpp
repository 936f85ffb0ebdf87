#include "jobs/DataFolder.h"

#include <QDateTime>
#include <QDir>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

bool isPlainName(const QString &name)
{
    constexpr qsizetype longest = 160;
    const auto isPlain = [](QChar letter) {
        return (letter >= u'a' && letter <= u'z') || (letter >= u'A' && letter <= u'Z') || (letter >= u'0' && letter <= u'9') || letter == u'.' || letter == u'-' || letter == u'_';
    };
    return !name.isEmpty() && name.size() <= longest && !name.startsWith(u'.') && std::all_of(name.cbegin(), name.cend(), isPlain);
}

Error badName() { return {Error::Code::InvalidInput, u"This is no name of a file here."_s, {}, false}; }

Error systemError(const QString &what)
{
    const int number = errno;
    const bool full = number == ENOSPC || number == EDQUOT;
    const auto code = full ? Error::Code::DiskFull : number == ENOENT || number == ELOOP ? Error::Code::NotFound : number == EEXIST ? Error::Code::Conflict : Error::Code::Io;
    return {code, what, QString::fromLocal8Bit(std::strerror(number)), full};
}

Result<std::unique_ptr<QFile>> fileOf(int handle, QIODevice::OpenMode mode)
{
    auto file = std::make_unique<QFile>();
    if (!file->open(handle, mode, QFileDevice::AutoCloseHandle)) {
        ::close(handle);
        return Error{Error::Code::Io, u"A file of the backend could not be opened."_s, {}, false};
    }
    return file;
}

} // namespace

Result<std::shared_ptr<DataFolder>> DataFolder::open(const QString &path)
{
    constexpr mode_t ownerOnly = 0700;
    const QString parent = QFileInfo(path).absolutePath();
    const QByteArray name = QFile::encodeName(path);
    if (!QDir().mkpath(parent) || (::mkdir(name.constData(), ownerOnly) != 0 && errno != EEXIST))
        return systemError(u"The folder %1 could not be made. Choose another one with --data."_s.arg(path));
    const int handle = ::open(name.constData(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (handle < 0 || ::fchmod(handle, ownerOnly) != 0) {
        const Error error = systemError(u"The folder %1 cannot be used. It must be a folder of the backend's user."_s.arg(path));
        if (handle >= 0)
            ::close(handle);
        return error;
    }
    return std::shared_ptr<DataFolder>(new DataFolder(handle, path));
}

DataFolder::~DataFolder() { ::close(m_handle); }

Result<std::unique_ptr<QFile>> DataFolder::create(const QString &name) const
{
    constexpr mode_t ownerOnly = 0600;
    if (!isPlainName(name))
        return badName();
    const int handle = ::openat(m_handle, name.toLatin1().constData(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, ownerOnly);
    if (handle < 0)
        return systemError(u"A file of the backend could not be made."_s);
    return fileOf(handle, QIODevice::WriteOnly | QIODevice::Unbuffered);
}

Result<std::unique_ptr<QFile>> DataFolder::read(const QString &name) const
{
    if (!isPlainName(name))
        return badName();
    const int handle = ::openat(m_handle, name.toLatin1().constData(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (handle < 0)
        return systemError(u"There is no such file."_s);
    struct stat about {};
    if (::fstat(handle, &about) != 0 || !S_ISREG(about.st_mode)) {
        ::close(handle);
        return Error{Error::Code::NotFound, u"There is no such file."_s, {}, false};
    }
    return fileOf(handle, QIODevice::ReadOnly);
}

Verdict DataFolder::publish(QFile &file, const QString &from, const QString &to) const
{
    if (!isPlainName(from) || !isPlainName(to))
        return badName();
    if (!file.flush() || ::fsync(file.handle()) != 0)
        return systemError(u"A file of the backend could not be written."_s);
    file.close();
    const QByteArray source = from.toLatin1();
    // A link and not a rename: it never takes the place of a file that is there.
    if (::linkat(m_handle, source.constData(), m_handle, to.toLatin1().constData(), 0) != 0 && errno != EEXIST)
        return systemError(u"A file of the backend could not be put in its place."_s);
    ::unlinkat(m_handle, source.constData(), 0);
    if (::fsync(m_handle) != 0)
        return systemError(u"A file of the backend could not be written."_s);
    return Done{};
}

Verdict DataFolder::remove(const QString &name) const
{
    if (!isPlainName(name))
        return badName();
    if (::unlinkat(m_handle, name.toLatin1().constData(), 0) != 0 && errno != ENOENT)
        return systemError(u"A file of the backend could not be removed."_s);
    return Done{};
}

bool DataFolder::has(const QString &name) const
{
    struct stat about {};
    return isPlainName(name) && ::fstatat(m_handle, name.toLatin1().constData(), &about, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(about.st_mode);
}

QStringList DataFolder::olderThan(qint64 seconds) const
{
    QStringList names;
    const QDateTime before = QDateTime::currentDateTimeUtc().addSecs(-seconds);
    const QFileInfoList entries = QDir(m_path).entryInfoList(QDir::Files | QDir::NoSymLinks | QDir::Hidden);
    for (const QFileInfo &entry : entries) {
        if (entry.lastModified() <= before && isPlainName(entry.fileName()))
            names.append(entry.fileName());
    }
    return names;
}

} // namespace calldeck
