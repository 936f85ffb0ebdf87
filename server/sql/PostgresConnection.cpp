#include "sql/PostgresConnection.h"

#include "sql/ServerSchema.h"

#include <libpq-fe.h>
#include <poll.h>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

struct ClearResult {
    void operator()(PGresult *result) const { PQclear(result); }
};
using Rows = std::unique_ptr<PGresult, ClearResult>;

class PostgresCursor : public SqlCursor
{
public:
    PostgresCursor(PostgresConnection &connection, QByteArray sql) : m_connection(connection), m_sql(std::move(sql)) {}

    void bindInteger(int index, qint64 value) override { at(index) = QByteArray::number(value); }
    void bindReal(int index, double value) override { at(index) = QByteArray::number(value, 'g', 17); }
    void bindText(int index, QByteArrayView utf8) override { at(index) = utf8.isEmpty() ? QByteArray("") : utf8.toByteArray(); }
    void bindNull(int index) override { at(index).reset(); }

    Result<bool> step() override
    {
        if (!m_rows) {
            auto result = m_connection.run(m_sql, m_parameters);
            if (!result)
                return result.error();
            m_rows.reset(*result);
        }
        return ++m_row < PQntuples(m_rows.get());
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
    PostgresConnection::Parameter &at(int index)
    {
        if (m_parameters.size() < index)
            m_parameters.resize(index);
        return m_parameters[index - 1];
    }

    PostgresConnection &m_connection;
    QByteArray m_sql;
    QList<PostgresConnection::Parameter> m_parameters;
    Rows m_rows;
    int m_row = -1;
};

/** The same number in every program of ours: who holds it migrates. */
constexpr auto migrationLock = "SELECT pg_advisory_xact_lock(4847364210)";

constexpr qsizetype mostPrepared = 400;

} // namespace

QByteArray numberedPlaceholders(const QByteArray &sql)
{
    QByteArray numbered;
    numbered.reserve(sql.size() + 32);
    int count = 0;
    bool literal = false;
    for (const char letter : sql) {
        literal = literal != (letter == '\'');
        if (letter == '?' && !literal)
            numbered += '$' + QByteArray::number(++count);
        else
            numbered += letter;
    }
    return numbered;
}

Error postgresError(const QByteArray &state, const QString &detail)
{
    const auto error = [&](Error::Code code, const QString &message, bool retryable) {
        return Error{code, message, QString(QString::fromUtf8(state) % u": "_s % detail.trimmed().section(u'\n', 0, 0)), retryable};
    };
    // A row that somebody made at the same moment: looked at again, it is there.
    if (state == "40001" || state == "40P01" || state == "55P03" || state == "23505")
        return error(Error::Code::Busy, u"Others are writing the same data. Try again."_s, true);
    if (state.isEmpty() || state.startsWith("08") || state.startsWith("57"))
        return error(Error::Code::Io, u"The database is not reachable. Try again shortly."_s, true);
    if (state.startsWith("53"))
        return error(state == "53100" ? Error::Code::DiskFull : Error::Code::Busy, u"The database has no room or no connection left."_s, true);
    if (state == "42501" || state == "28P01" || state == "28000" || state == "25006")
        return error(Error::Code::ReadOnly, u"The database refuses this: check the role and its rights."_s, false);
    if (state == "3D000")
        return error(Error::Code::NotFound, u"There is no such database. Create it first."_s, false);
    return error(Error::Code::Io, u"The database refused a statement (%1)."_s.arg(QString::fromUtf8(state)), false);
}

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
    const Rows result(PQexec(m_handle, sql.constData()));
    const ExecStatusType status = PQresultStatus(result.get());
    // A step of the schema may have nothing to do here.
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY)
        return error(result.get());
    // COMMIT of a transaction that failed rolls it back and calls that a success.
    if (sql == "COMMIT" && qstrcmp(PQcmdStatus(result.get()), "COMMIT") != 0)
        return Error{Error::Code::Io, u"The database rolled the change back."_s, {}, true};
    return Done{};
}

bool PostgresConnection::isBroken() const
{
    // A database that went away while nothing was asked shows as an end of file that waits to be read.
    pollfd look{PQsocket(m_handle), POLLIN, 0};
    const bool waiting = look.fd >= 0 && ::poll(&look, 1, 0) > 0;
    return (waiting && PQconsumeInput(m_handle) == 0) || PQstatus(m_handle) != CONNECTION_OK;
}

Error PostgresConnection::error(pg_result *result) const
{
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
    const char *words = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : nullptr;
    return postgresError(isBroken() ? QByteArray() : QByteArray(state), QString::fromUtf8(words ? words : PQerrorMessage(m_handle)));
}

Result<QByteArray> PostgresConnection::nameOf(const QByteArray &sql)
{
    if (const auto known = m_names.constFind(sql); known != m_names.cend())
        return *known;
    // Statements that are put together from what somebody filters by are many: nobody shall fill the server's memory with them.
    if (m_names.size() >= mostPrepared) {
        if (Verdict done = execute("DEALLOCATE ALL"); !done)
            return done.error();
        m_names.clear();
    }
    const QByteArray name = "s" + QByteArray::number(m_names.size());
    const Rows prepared(PQprepare(m_handle, name.constData(), numberedPlaceholders(sql).constData(), 0, nullptr));
    if (PQresultStatus(prepared.get()) != PGRES_COMMAND_OK)
        return error(prepared.get());
    m_names.insert(sql, name);
    return name;
}

Result<pg_result *> PostgresConnection::run(const QByteArray &sql, const QList<Parameter> &parameters)
{
    const auto name = nameOf(sql);
    if (!name)
        return name.error();
    QVarLengthArray<const char *, 48> values;
    for (const Parameter &parameter : parameters)
        values.append(parameter ? parameter->constData() : nullptr);
    Rows result(PQexecPrepared(m_handle, name->constData(), static_cast<int>(values.size()), values.constData(), nullptr, nullptr, 0));
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        return error(result.get());
    return result.release();
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
        return error(nullptr);
    if (isBroken())
        return error(nullptr);
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
