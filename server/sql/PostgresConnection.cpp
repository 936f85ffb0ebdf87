#include "sql/PostgresConnection.h"

#include "sql/ServerSchema.h"

#include <libpq-fe.h>
#include <poll.h>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

class PostgresCursor : public SqlCursor
{
public:
    PostgresCursor(PostgresConnection &connection, const QByteArray &sql) : m_connection(connection), m_call{sql, {}} {}

    void bindInteger(int index, qint64 value) override { at(index) = QByteArray::number(value); }
    void bindReal(int index, double value) override { at(index) = QByteArray::number(value, 'g', 17); }
    void bindText(int index, QByteArrayView utf8) override { at(index) = utf8.isEmpty() ? QByteArray("") : utf8.toByteArray(); }
    void bindNull(int index) override { at(index).reset(); }

    Result<bool> step() override
    {
        if (!m_rows) {
            auto rows = m_connection.pipeline().ask(m_call);
            if (!rows)
                return rows.error();
            m_rows = *std::move(rows);
        }
        return ++m_row < PQntuples(m_rows.get());
    }
    Verdict later(const QByteArray &touches) override
    {
        if (m_connection.isInTransaction())
            return m_connection.pipeline().later(std::move(m_call), touches);
        return SqlCursor::later(touches);
    }
    void foresee(const QByteArray &about) override
    {
        if (m_connection.isInTransaction())
            m_connection.pipeline().foresee(std::move(m_call), about);
    }
    bool isNull(int column) const override { return PQgetisnull(m_rows.get(), m_row, column) == 1; }
    qint64 integer(int column) const override { return utf8(column).toByteArray().toLongLong(); }
    double real(int column) const override { return utf8(column).toByteArray().toDouble(); }
    QByteArrayView utf8(int column) const override
    {
        return {PQgetvalue(m_rows.get(), m_row, column), PQgetlength(m_rows.get(), m_row, column)};
    }
    qint64 changedRows() const override { return QByteArray(PQcmdTuples(m_rows.get())).toLongLong(); }

private:
    std::optional<QByteArray> &at(int index)
    {
        if (m_call.parameters.size() < index)
            m_call.parameters.resize(index);
        return m_call.parameters[index - 1];
    }

    PostgresConnection &m_connection;
    PostgresCall m_call;
    PostgresRows m_rows;
    int m_row = -1;
};

/** The same number in every program of ours: who holds it migrates. */
constexpr auto migrationLock = "SELECT pg_advisory_xact_lock(4847364210)";

} // namespace

Result<std::unique_ptr<PostgresConnection>> PostgresConnection::connect(const QByteArray &url)
{
    // The URL may override all but what comes after it.
    const char *const keys[] = {"connect_timeout", "keepalives_idle", "tcp_user_timeout", "dbname", "client_encoding", "application_name",
                                "fallback_application_name", "options", nullptr};
    const char *const values[] = {"5", "20", "15000", url.constData(), "UTF8", "calldeckd", "calldeckd",
                                  "-c statement_timeout=30000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000", nullptr};
    std::unique_ptr<PostgresConnection> connection(new PostgresConnection(PQconnectdbParams(keys, values, 1)));
    if (PQstatus(connection->m_handle) == CONNECTION_OK) {
        PQsetNoticeProcessor(connection->m_handle, [](void *, const char *) {}, nullptr);
        return connection;
    }
    // The server's own words name host and role, never the password.
    return Error{Error::Code::Io, u"The database is not reachable. Check that it runs, its address and the role."_s,
                 QString::fromUtf8(PQerrorMessage(connection->m_handle)).trimmed(), true};
}

Result<std::unique_ptr<SqlConnection>> PostgresConnection::open(const QByteArray &url, SqlSchema schema)
{
    auto connection = connect(url);
    if (!connection)
        return connection.error();
    Verdict ready = (*connection)->refuseStrongRole();
    if (ready)
        ready = (*connection)->migrate(schema);
    if (!ready)
        return ready.error();
    return std::unique_ptr<SqlConnection>(*std::move(connection));
}

PostgresConnection::~PostgresConnection() { PQfinish(m_handle); }

SqlStatement PostgresConnection::prepare(const QByteArray &sql) { return SqlStatement(std::make_unique<PostgresCursor>(*this, sql)); }

Verdict PostgresConnection::execute(const QByteArray &sql)
{
    if (Verdict sent = m_pipeline.flush(); !sent)
        return sent;
    const PostgresRows result(PQexec(m_handle, sql.constData()));
    const ExecStatusType status = PQresultStatus(result.get());
    // A step of the schema may have nothing to do here.
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY)
        return m_pipeline.error(result.get());
    return Done{};
}

Verdict PostgresConnection::begin(SqlMode mode)
{
    m_inside = true;
    return m_pipeline.later({mode == SqlMode::Read ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" : "BEGIN ISOLATION LEVEL READ COMMITTED", {}});
}

Verdict PostgresConnection::commit()
{
    const auto done = m_pipeline.ask({"COMMIT", {}});
    if (!done)
        return done.error();
    m_inside = false;
    // COMMIT of a transaction that failed rolls it back and calls that a success.
    if (qstrcmp(PQcmdStatus(done->get()), "COMMIT") != 0)
        return Error{Error::Code::Io, u"The database rolled the change back."_s, {}, true};
    return Done{};
}

void PostgresConnection::rollback()
{
    m_pipeline.discard();
    m_inside = false;
    // One whose beginning was never sent needs none.
    if (PQtransactionStatus(m_handle) != PQTRANS_IDLE)
        (void)execute("ROLLBACK");
}

Result<std::optional<QByteArray>> PostgresConnection::notification(int milliseconds)
{
    const auto next = [&]() -> std::optional<QByteArray> {
        PGnotify *notify = PQnotifies(m_handle);
        if (!notify)
            return std::nullopt;
        const QByteArray text = notify->extra;
        PQfreemem(notify);
        return text;
    };
    if (auto waiting = next())
        return waiting;
    pollfd wait{PQsocket(m_handle), POLLIN, 0};
    if (::poll(&wait, 1, milliseconds) > 0 && PQconsumeInput(m_handle) == 0)
        return m_pipeline.error(nullptr);
    if (isBroken())
        return m_pipeline.error(nullptr);
    return next();
}

Verdict PostgresConnection::refuseStrongRole()
{
    SqlStatement role = query("SELECT CASE WHEN rolsuper OR rolbypassrls THEN 1 ELSE 0 END FROM pg_roles WHERE rolname = current_user");
    const auto found = role.found();
    if (!found)
        return found.error();
    if (*found && role.integer(0) == 0)
        return Done{};
    return Error{Error::Code::ReadOnly, u"This role passes by row-level security (superuser or BYPASSRLS). Give calldeckd a role of its own."_s, {}, false};
}

Verdict PostgresConnection::migrate(SqlSchema schema)
{
    const DatabaseFormat format = serverFormat(SqlEngine::Postgres);
    const auto version = [&]() -> Result<qint64> {
        SqlStatement there = query("SELECT count(*) FROM pg_tables WHERE tablename = 'calldeck_schema' AND schemaname = current_schema()");
        const auto found = there.found();
        if (!found)
            return found.error();
        if (there.integer(0) == 0)
            return qint64(0);
        SqlStatement newest = query("SELECT coalesce(max(version), 0) FROM calldeck_schema");
        const auto row = newest.found();
        if (!row)
            return row.error();
        return newest.integer(0);
    };
    const auto before = version();
    if (!before)
        return before.error();
    if (*before > format.newestVersion())
        return Error{Error::Code::NewerVersion, u"The store was written by a newer Calldeck (version %1, this program knows %2). Install the newer program."_s.arg(*before).arg(format.newestVersion()), {}, false};
    if (*before == format.newestVersion())
        return Done{};
    if (schema == SqlSchema::Require)
        return Error{Error::Code::Conflict, u"The store is of an older version. Run \"calldeckd migrate\" first."_s, {}, false};
    SqlTransaction transaction(*this, SqlTransaction::Mode::Write);
    if (!transaction.begun())
        return transaction.begun();
    if (Verdict locked = execute(migrationLock); !locked)
        return locked;
    // Another process may have done it while we waited.
    const auto now = version();
    if (!now)
        return now.error();
    Verdict done = execute("CREATE TABLE IF NOT EXISTS calldeck_schema(version BIGINT PRIMARY KEY, at TIMESTAMPTZ NOT NULL DEFAULT now())");
    for (const Migration &step : format.steps) {
        if (!done || step.version <= *now)
            continue;
        done = execute(step.sql);
        if (done)
            done = query("INSERT INTO calldeck_schema(version) VALUES (?)", static_cast<qint64>(step.version)).run();
    }
    return done ? transaction.commit() : done;
}

} // namespace calldeck
