#include "sql/SqliteConnection.h"

#include "database/DatabaseFile.h"
#include "sql/ServerSchema.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

class SqliteCursor : public SqlCursor
{
public:
    SqliteCursor(Database &database, const QByteArray &sql) : m_database(database), m_statement(database.prepare(sql)) {}

    void bindInteger(int index, qint64 value) override { m_statement.bind(index, value); }
    void bindReal(int index, double value) override { m_statement.bind(index, value); }
    void bindText(int index, QByteArrayView utf8) override { m_statement.bindUtf8(index, utf8); }
    void bindNull(int index) override { m_statement.bindNull(index); }
    Result<bool> step() override
    {
        auto row = m_statement.found();
        m_changed = m_database.changedRows();
        return row;
    }
    bool isNull(int column) const override { return m_statement.isNull(column); }
    qint64 integer(int column) const override { return m_statement.integer(column); }
    double real(int column) const override { return m_statement.real(column); }
    QByteArrayView utf8(int column) const override { return m_statement.utf8(column); }
    qint64 changedRows() const override { return m_changed; }

private:
    Database &m_database;
    Statement m_statement;
    qint64 m_changed = 0;
};

/** Without touching the file: it may be of another version or nobody's. */
Verdict requireVersion(const QString &file, const DatabaseKey &key)
{
    auto looked = openDatabaseFile(file, Database::Access::ReadOnly, serverFormat(SqlEngine::Sqlite), key);
    if (looked)
        return Done{};
    Error error = looked.error();
    if (error.code == Error::Code::Conflict)
        error.message = u"The store is of an older version. Run \"calldeckd migrate\" first."_s;
    return error;
}

} // namespace

Result<std::unique_ptr<SqlConnection>> SqliteConnection::open(const QString &file, SqlSchema schema, const DatabaseKey &key)
{
    if (schema == SqlSchema::Require) {
        if (Verdict ready = requireVersion(file, key); !ready)
            return ready.error();
    }
    const auto access = schema == SqlSchema::Create ? Database::Access::Create : Database::Access::ReadWrite;
    auto database = openDatabaseFile(file, access, serverFormat(SqlEngine::Sqlite), key);
    if (!database)
        return database.error();
    return std::unique_ptr<SqlConnection>(new SqliteConnection(*std::move(database)));
}

SqlStatement SqliteConnection::prepare(const QByteArray &sql)
{
    return SqlStatement(std::make_unique<SqliteCursor>(*m_database, sql));
}

} // namespace calldeck
