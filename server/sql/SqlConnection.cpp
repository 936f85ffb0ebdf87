#include "sql/SqlConnection.h"

#include "sql/PostgresConnection.h"
#include "sql/SqliteConnection.h"

#include <QUrl>

namespace calldeck
{

using namespace Qt::StringLiterals;

Result<SqlTarget> SqlTarget::parse(const QString &url)
{
    if (url.startsWith("sqlite:"_L1) && url.size() > 7)
        return SqlTarget{SqlEngine::Sqlite, url.mid(7), {}};
    if (url.startsWith("postgres://"_L1) || url.startsWith("postgresql://"_L1))
        return SqlTarget{SqlEngine::Postgres, {}, url.toUtf8()};
    return Error{Error::Code::InvalidInput, u"The store is sqlite:FILE or postgres://user:password@host:port/database."_s, {}, false};
}

QString SqlTarget::describe() const
{
    if (engine == SqlEngine::Sqlite)
        return u"sqlite:"_s + file;
    const QUrl parsed(QString::fromUtf8(url), QUrl::StrictMode);
    return u"postgres://%1/%2"_s.arg(parsed.host(), parsed.path().mid(1));
}

Result<std::unique_ptr<SqlConnection>> SqlConnection::open(const SqlTarget &target, SqlSchema schema)
{
    auto connection = target.engine == SqlEngine::Sqlite ? SqliteConnection::open(target.file, schema, target.key) : PostgresConnection::open(target.url, schema);
    if (connection)
        (*connection)->m_secret = target.secret;
    return connection;
}

SqlTransaction::SqlTransaction(SqlConnection &connection, Mode mode)
    : m_connection(connection), m_begun(connection.begin(mode)), m_open(bool(m_begun))
{
}

SqlTransaction::~SqlTransaction()
{
    if (m_open)
        m_connection.rollback();
}

Verdict SqlTransaction::commit()
{
    Verdict done = m_connection.commit();
    m_open = !done;
    return done;
}

} // namespace calldeck
