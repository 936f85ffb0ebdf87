#pragma once

#include "database/DatabaseKey.h"
#include "sql/SqlStatement.h"
#include "sql/StoreSecret.h"

namespace calldeck
{

enum class SqlEngine { Sqlite, Postgres };

/** Where a store is, from "sqlite:FILE" or "postgres://user:password@host:port/database" (also "?host=/socket/folder"). */
struct SqlTarget {
    SqlEngine engine = SqlEngine::Sqlite;
    QString file;   ///< of SQLite
    QByteArray url; ///< of PostgreSQL; holds the password: never log it
    StoreSecret secret = StoreSecret(); ///< its connections bring it along
    DatabaseKey key = DatabaseKey();    ///< of an encrypted file

    static Result<SqlTarget> parse(const QString &url);
    QString describe() const; ///< for messages and logs, without secrets
};

/** What opening may do to the schema. */
enum class SqlSchema {
    Create,  ///< make the store if it is missing, and migrate
    Migrate, ///< bring it to this program's version
    Require  ///< refuse what is not of this program's version
};

/** Read sees one moment; Write takes SQLite's write lock at once. */
enum class SqlMode { Read, Write };

/**
 * One connection to the store, confined to one thread. Statements are written once, in what both engines understand: `?`
 * placeholders, ON CONFLICT, RETURNING, no functions of one vendor. Errors of serialisation, deadlock and a lost connection are
 * retryable.
 */
class SqlConnection
{
public:
    static Result<std::unique_ptr<SqlConnection>> open(const SqlTarget &target, SqlSchema schema);
    virtual ~SqlConnection() = default;

    virtual SqlEngine engine() const = 0;
    /** SQL that cannot be prepared fails on its first step. */
    virtual SqlStatement prepare(const QByteArray &sql) = 0;
    /** One or more statements without parameters. */
    virtual Verdict execute(const QByteArray &sql) = 0;
    /** For SqlTransaction. An engine behind a network may tell of what goes wrong only at the first statement with an answer. */
    virtual Verdict begin(SqlMode mode) = 0;
    virtual Verdict commit() = 0;
    virtual void rollback() = 0;
    /** The connection is lost: open another one. */
    virtual bool isBroken() const = 0;
    /** The last damage that a statement of this connection met in the store's file; an engine behind a network looks after its own. */
    virtual std::optional<Error> damage() const { return std::nullopt; }

    /** Of the store; may be none. */
    const StoreSecret &secret() const { return m_secret; }
    bool isPostgres() const { return engine() == SqlEngine::Postgres; }
    /** prepare() and bind from 1. */
    template <class... Values> SqlStatement query(const QByteArray &sql, const Values &...values)
    {
        SqlStatement statement = prepare(sql);
        statement.bindAll(values...);
        return statement;
    }

private:
    StoreSecret m_secret;
};

/** One unit of work: rolled back at the end of the scope unless commit() succeeded. */
class SqlTransaction
{
public:
    using Mode = SqlMode;

    SqlTransaction(SqlConnection &connection, Mode mode);
    ~SqlTransaction();
    SqlTransaction(const SqlTransaction &) = delete;
    SqlTransaction &operator=(const SqlTransaction &) = delete;

    const Verdict &begun() const { return m_begun; }
    /** After an error of a lost connection nobody knows whether it was committed. */
    Verdict commit();

private:
    SqlConnection &m_connection;
    Verdict m_begun;
    bool m_open;
};

/** Runs `work` in a transaction of its own. It gives a Result; an error takes everything back. */
template <class F> auto inOneWrite(SqlConnection &connection, F &&work) -> decltype(work())
{
    SqlTransaction transaction(connection, SqlTransaction::Mode::Write);
    if (!transaction.begun())
        return transaction.begun().error();
    auto result = work();
    if (!result)
        return result;
    const Verdict committed = transaction.commit();
    return committed ? result : decltype(result)(committed.error());
}

/** Runs `work` again while it loses against other transactions, at most five times. `work` gives a Result. */
template <class F> auto withRetries(SqlConnection &connection, F &&work) -> decltype(work())
{
    constexpr int tries = 5;
    for (int tried = 1;; ++tried) {
        auto result = work();
        const bool again = !result && result.error().retryable && result.error().code == Error::Code::Busy;
        if (!again || connection.isBroken() || tried == tries)
            return result;
    }
}

} // namespace calldeck
