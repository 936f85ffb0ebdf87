#pragma once

#include "database/DatabaseKey.h"
#include "records/Result.h"

#include <QByteArray>
#include <QHash>
#include <QString>
#include <functional>
#include <memory>
#include <optional>

struct sqlite3;
struct sqlite3_stmt;

namespace calldeck
{

class Database;

/**
 * A prepared statement borrowed from its Database for one use: reset when it goes out of scope, so that no read lock lingers.
 * Bind by position from 1; read columns from 0. Borrowing the same SQL again while one is in use prepares a second one.
 */
class Statement
{
public:
    Statement(Statement &&other) noexcept;
    Statement(const Statement &) = delete;
    Statement &operator=(const Statement &) = delete;
    ~Statement();

    Statement &bind(int index, qint64 value);
    Statement &bind(int index, int value) { return bind(index, static_cast<qint64>(value)); }
    Statement &bind(int index, bool value) { return bind(index, static_cast<qint64>(value)); }
    Statement &bind(int index, double value);
    Statement &bind(int index, const QString &value); ///< a null QString binds NULL
    Statement &bindText(int index, const QString &value); ///< a null QString binds ''
    Statement &bindUtf8(int index, QByteArrayView utf8); ///< text that is encoded already
    Statement &bindNull(int index);
    template <class T> Statement &bind(int index, const std::optional<T> &value) { return value ? bind(index, *value) : bindNull(index); }
    template <class... Values> Statement &bindAll(const Values &...values)
    {
        int index = 0;
        (bind(++index, values), ...);
        return *this;
    }

    /** True while there is a row; false at the end and on an error, which failed() tells apart. */
    bool step();
    bool failed() const { return m_failed; }
    /** Whether there is a row. */
    Result<bool> found();
    /** Runs a statement that gives no rows. */
    Verdict run();

    bool isNull(int column) const;
    qint64 integer(int column) const;
    double real(int column) const;
    QString text(int column) const;
    QByteArrayView utf8(int column) const; ///< valid until the next step()
    std::optional<qint64> optionalInteger(int column) const;
    /** Ready to be bound and run again. */
    void reset();

private:
    friend class Database;
    Statement(Database *database, sqlite3_stmt *handle, QByteArray sql);
    Database *m_database;
    sqlite3_stmt *m_handle;
    QByteArray m_sql;
    bool m_failed = false;
};

/** One SQLite connection, confined to the thread that opened it (interrupt() excepted). */
class Database
{
public:
    enum class Access { ReadOnly, ReadWrite, Create };
    /** A `key` makes a new file an encrypted one and opens those that are; whether it fits shows at the first read (WrongKey). */
    static Result<std::unique_ptr<Database>> open(const QString &file, Access access, const DatabaseKey &key = {});
    /**
     * Has this process a connection to the file? Then nothing else in it may open and close the file: closing any descriptor of it
     * drops the locks of all connections of the process, and another process takes the journal for its own. Any thread.
     */
    static bool isOpenHere(const QString &file);
    ~Database();
    Database(const Database &) = delete;
    Database &operator=(const Database &) = delete;

    /** SQL that cannot be prepared is a programming error or a damaged file: the statement then fails on its first step. */
    Statement prepare(const QByteArray &sql);
    /**
     * One or more statements without parameters. COMMIT is an error when the file is no longer in its place: what is written into a
     * removed file is gone when the program ends.
     */
    Verdict execute(const QByteArray &sql);
    std::optional<qint64> singleInteger(const QByteArray &sql);
    QString singleText(const QByteArray &sql);

    qint64 lastInsertId() const;
    int changedRows() const;
    bool isInTransaction() const;
    /** The last failure as a sentence with what to do. */
    Error lastError() const;
    /** Stops what the connection is doing; the only call allowed from another thread. */
    void interrupt();
    /** `cancelled` is asked every few thousand steps of a running statement; true makes it fail as Cancelled. */
    void setCancelCheck(std::function<bool()> cancelled);
    /** While off, closing leaves the journal as it is: for a file that may turn out not to be ours. On after open(). */
    void setCheckpointOnClose(bool on);
    /** Copies the whole database page by page into a new file while others go on; an encrypted one under the same key. */
    Verdict backupTo(const QString &file);

    QString file() const { return m_file; }
    const DatabaseKey &key() const { return m_key; }
    sqlite3 *handle() const { return m_handle; }

private:
    friend class Statement;
    Database(sqlite3 *handle, QString file, const DatabaseKey &key) : m_handle(handle), m_file(std::move(file)), m_key(key) {}
    Error error(int code, const QString &detail) const;
    void giveBack(const QByteArray &sql, sqlite3_stmt *handle);
    void dropIdle();
    void noteTransaction(bool failed);
    bool isGone() const;

    sqlite3 *m_handle;
    QString m_file;
    DatabaseKey m_key;
    QHash<QByteArray, sqlite3_stmt *> m_idle;
    std::function<bool()> m_cancelled;
    std::optional<Error> m_prepareError;
    bool m_inside = false; ///< in a transaction, after the last statement
    /**
     * Why SQLite ended a transaction by itself, as it does when the disk or memory fails. Until its COMMIT, which is this error, or ROLLBACK
     * nothing is carried out: statements that nobody stops would each be committed for themselves.
     */
    std::optional<Error> m_lost;
};

/** BEGIN IMMEDIATE now, ROLLBACK at the end of the scope unless commit() succeeded. */
class Transaction
{
public:
    explicit Transaction(Database &database);
    ~Transaction();
    Transaction(const Transaction &) = delete;
    Transaction &operator=(const Transaction &) = delete;

    /** Whether BEGIN succeeded. */
    const Verdict &begun() const { return m_begun; }
    Verdict commit();

private:
    Database &m_database;
    Verdict m_begun;
    bool m_open;
};

} // namespace calldeck
