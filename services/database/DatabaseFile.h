#pragma once

#include "database/Migrations.h"

#include <QFile>

namespace calldeck
{

/**
 * Opens a database file of ours for one thread: checks that it is ours, whole and not newer, and sets WAL, FULL and the cache sizes.
 * With Access::Create a missing file is built aside and renamed, so that a crash on the way never leaves half a database. An empty
 * file, a stray -wal without its database or a foreign file is an Error and stays as it is. The same holds for an encrypted file under
 * another key, and for a plain file when a key is given: nobody is to believe that it is encrypted.
 */
Result<std::unique_ptr<Database>> openDatabaseFile(const QString &file, Database::Access access, const DatabaseFormat &format, const DatabaseKey &key = {});

/** Kilobytes of pages that a connection keeps in memory: 16 MB, or for much writing a sixteenth of the machine's memory up to 256 MB. */
inline constexpr int usualPageMemory = 16'384;
int bulkPageMemory();

/**
 * While it lives, a connection (Database, SqlConnection) of SQLite keeps bulkPageMemory(): an import writes into every index at random, and a page that
 * does not fit is encrypted, written, read and decrypted once more for each time that it is needed. Confined to the connection's thread.
 */
template <class Connection> class BulkPages
{
public:
    explicit BulkPages(Connection &connection) : m_connection(connection) { keep(bulkPageMemory()); }
    ~BulkPages() { keep(usualPageMemory); }
    BulkPages(const BulkPages &) = delete;
    BulkPages &operator=(const BulkPages &) = delete;

private:
    void keep(int kilobytes) { (void)m_connection.execute("PRAGMA cache_size = -" + QByteArray::number(kilobytes)); }

    Connection &m_connection;
};

/** Makes renames and new files of a folder last through a power cut. */
void syncDirectory(const QString &directory);

/** Moves a closed database file to a place that has none, on the same disk: whole or not at all. */
Verdict moveDatabaseFile(const QString &from, const QString &to);

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
