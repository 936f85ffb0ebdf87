#pragma once

#include "database/Database.h"
#include "sql/SqlConnection.h"

namespace calldeck
{

/** The store in one file: WAL, every commit on the disk before it is answered, writers one after another. */
class SqliteConnection : public SqlConnection
{
public:
    static Result<std::unique_ptr<SqlConnection>> open(const QString &file, SqlSchema schema);

    SqlEngine engine() const override { return SqlEngine::Sqlite; }
    SqlStatement prepare(const QByteArray &sql) override;
    Verdict execute(const QByteArray &sql) override { return m_database->execute(sql); }
    bool isBroken() const override { return false; }
    Verdict begin(SqlMode mode) override { return execute(mode == SqlMode::Read ? "BEGIN" : "BEGIN IMMEDIATE"); }
    Verdict commit() override { return execute("COMMIT"); }
    void rollback() override { (void)execute("ROLLBACK"); }

    /** For what only a file can: a copy of it. */
    Database &database() { return *m_database; }

private:
    explicit SqliteConnection(std::unique_ptr<Database> database) : m_database(std::move(database)) {}
    std::unique_ptr<Database> m_database;
};

} // namespace calldeck
