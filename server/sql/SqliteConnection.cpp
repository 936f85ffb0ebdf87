#include "sql/SqliteConnection.h"

#include "database/DatabaseFile.h"
#include "records/Damage.h"
#include "sql/ServerSchema.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

class SqliteCursor : public SqlCursor
{
public:
    SqliteCursor(Database &database, const QByteArray &sql, std::optional<Error> &damage) : m_database(database), m_statement(database.prepare(sql)), m_damage(damage) {}

    void bindInteger(int index, qint64 value) override { m_statement.bind(index, value); }
    void bindReal(int index, double value) override { m_statement.bind(index, value); }
    void bindText(int index, QByteArrayView utf8) override { m_statement.bindUtf8(index, utf8); }
    void bindNull(int index) override { m_statement.bindNull(index); }
    Result<bool> step() override
    {
        auto row = m_statement.found();
        m_changed = m_database.changedRows();
        if (!row && isDamage(row.error()))
            m_damage = row.error();
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
    std::optional<Error> &m_damage; ///< of the connection, which outlives its statements
    qint64 m_changed = 0;
};

using namespace std::chrono_literals;

constexpr auto longestTurn = 5s;       ///< as long as a writer of another process is waited for
constexpr qint64 longJournal = 8'000; ///< pages

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

SqliteConnection::SqliteConnection(std::unique_ptr<Database> database) : m_database(std::move(database)), m_turns(WriteTurns::of(m_database->file())) {}

SqliteConnection::~SqliteConnection() { giveTurn(); }

Verdict SqliteConnection::begin(SqlMode mode)
{
    if (mode == SqlMode::Read)
        return execute("BEGIN");
    if (!m_turns->take(longestTurn))
        return Error{Error::Code::Busy, u"Others are writing. Try again."_s, {}, true};
    m_writes = true;
    const Verdict begun = execute("BEGIN IMMEDIATE");
    if (!begun)
        giveTurn();
    return begun;
}

Verdict SqliteConnection::commit()
{
    const Verdict done = execute("COMMIT");
    if (done)
        giveTurn();
    return done;
}

void SqliteConnection::rollback()
{
    (void)execute("ROLLBACK");
    giveTurn();
}

void SqliteConnection::giveTurn()
{
    if (std::exchange(m_writes, false))
        m_turns->give();
}

/** Pages that the journal had. */
Result<qint64> SqliteConnection::moveJournal()
{
    Statement moved = m_database->prepare("PRAGMA wal_checkpoint(PASSIVE)");
    const auto found = moved.found();
    if (!found)
        return found.error();
    return moved.integer(1);
}

Verdict SqliteConnection::checkpoint()
{
    const auto pages = moveJournal();
    if (!pages)
        return pages.error();
    if (*pages < longJournal || !m_turns->take(longestTurn))
        return Done{};
    m_writes = true;
    const auto rest = moveJournal();
    giveTurn();
    return rest ? Verdict(Done{}) : rest.error();
}

SqlStatement SqliteConnection::prepare(const QByteArray &sql)
{
    return SqlStatement(std::make_unique<SqliteCursor>(*m_database, sql, m_damage));
}

} // namespace calldeck
