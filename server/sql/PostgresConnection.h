#pragma once

#include "sql/SqlConnection.h"

#include <QHash>

struct pg_conn;
struct pg_result;

namespace calldeck
{

/** The store in PostgreSQL over libpq. Statements are prepared once per connection and kept under a name. */
class PostgresConnection : public SqlConnection
{
public:
    static Result<std::unique_ptr<SqlConnection>> open(const QByteArray &url, SqlSchema schema);
    /** Connects and nothing else, for who listens. */
    static Result<std::unique_ptr<PostgresConnection>> connect(const QByteArray &url);
    ~PostgresConnection() override;

    SqlEngine engine() const override { return SqlEngine::Postgres; }
    SqlStatement prepare(const QByteArray &sql) override;
    Verdict execute(const QByteArray &sql) override;
    bool isBroken() const override;

    /** A parameter in text form; nothing is NULL. */
    using Parameter = std::optional<QByteArray>;
    /** Runs a prepared statement; the caller clears the result. */
    Result<pg_result *> run(const QByteArray &sql, const QList<Parameter> &parameters);
    /** A notification's text, or nothing when none came within the time. An error when the connection is lost. Blocks. */
    Result<std::optional<QByteArray>> notification(int milliseconds);

private:
    explicit PostgresConnection(pg_conn *handle) : m_handle(handle) {}
    Verdict migrate(SqlSchema schema);
    Verdict refuseStrongRole();
    Result<QByteArray> nameOf(const QByteArray &sql);
    Error error(pg_result *result) const;

    pg_conn *m_handle;
    QHash<QByteArray, QByteArray> m_names;
};

/** `?` outside of literals becomes $1, $2, ... */
QByteArray numberedPlaceholders(const QByteArray &sql);
/** What a SQLSTATE means for who asked. */
Error postgresError(const QByteArray &state, const QString &detail);

} // namespace calldeck
