#pragma once

#include "store/Migrations.h"

#include <QFile>

namespace calldeck
{

/** Where the files of a data directory lie. */
QString cachePath(const QString &dataDir);

/**
 * Opens the cache of a directory for one thread: checks that the file is ours, whole and not newer, and sets WAL, FULL and the
 * cache sizes. With `create`, a directory that has no file gets one; it is built aside and renamed, so that a crash on the way
 * never leaves half a database. An empty file, a stray -wal without its database or a foreign file is an Error and stays as it is.
 */
Result<std::unique_ptr<Database>> openCache(const QString &dataDir, Database::Access access, const QList<Migration> &steps);

/** Moves the closed cache of `fromDir` into `dataDir`, which has none, on the same disk: whole or not at all. */
Verdict moveCache(const QString &fromDir, const QString &dataDir);

/**
 * Held by the program that writes a data directory. The lock is the system's on an open file: it is gone with the process, however
 * that ends, and the file that stays behind means nothing.
 */
class DirectoryLock
{
public:
    static Result<std::unique_ptr<DirectoryLock>> take(const QString &dataDir);

private:
    explicit DirectoryLock(const QString &file) : m_file(file) {}
    QFile m_file;
};

} // namespace calldeck
