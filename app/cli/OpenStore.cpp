#include "OpenStore.h"

#include <QFileInfo>

namespace calldeck
{

Result<WritableStore> openForWriting(const QString &dataDir, WhenMissing whenMissing)
{
    // Asking for the lock makes the directory, which a command that needs existing data must not do.
    if (whenMissing == WhenMissing::Refuse && !QFileInfo::exists(dataDir))
        return Error{Error::Code::NotFound, QStringLiteral("There is no Calldeck data in %1.").arg(dataDir), {}, false};
    auto lock = DirectoryLock::take(dataDir);
    if (!lock)
        return lock.error();
    auto file = CacheFile::open(dataDir, whenMissing == WhenMissing::Make ? CacheFile::Mode::Create : CacheFile::Mode::ReadWrite);
    if (!file)
        return file.error();
    return WritableStore{*std::move(lock), *std::move(file)};
}

Result<std::unique_ptr<CacheFile>> openForReading(const QString &dataDir) { return CacheFile::open(dataDir, CacheFile::Mode::ReadOnly); }

} // namespace calldeck
