#pragma once

#include "sql/PostgresPipeline.h"
#include "sql/SqlConnection.h"

namespace calldeck
{

/** The store in PostgreSQL over libpq. What a transaction writes goes to the server with its next question or its commit. */
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
    bool isBroken() const override { return m_pipeline.isBroken(); }
    Verdict begin(SqlMode mode) override;
    Verdict commit() override;
    void rollback() override;

    /** A notification's text, or nothing when none came within the time. An error when the connection is lost. Blocks. */
    Result<std::optional<QByteArray>> notification(int milliseconds);
    PostgresPipeline &pipeline() { return m_pipeline; }
    bool isInTransaction() const { return m_inside; }

private:
    explicit PostgresConnection(pg_conn *handle) : m_handle(handle), m_pipeline(handle) {}
    Verdict migrate(SqlSchema schema);
    Verdict refuseStrongRole();

    pg_conn *m_handle;
    PostgresPipeline m_pipeline;
    bool m_inside = false;
};

} // namespace calldeck
