#pragma once

#include "database/Database.h"
#include "sql/SqlConnection.h"
#include "sql/WriteTurns.h"

namespace calldeck
{

/** The store in one file: WAL, every commit on the disk before it is answered, writers one after another. */
class SqliteConnection : public SqlConnection
{
public:
    static Result<std::unique_ptr<SqlConnection>> open(const QString &file, SqlSchema schema, const DatabaseKey &key = {});

    SqlEngine engine() const override { return SqlEngine::Sqlite; }
    SqlStatement prepare(const QByteArray &sql) override;
    Verdict execute(const QByteArray &sql) override { return m_database->execute(sql); }
    bool isBroken() const override { return false; }
    std::optional<Error> damage() const override { return m_damage; }
    Verdict begin(SqlMode mode) override;
    Verdict commit() override;
    void rollback() override;
    ~SqliteConnection() override;

    /**
     * Moves the journal into the file, so that no push has to: most of it beside the writers, and when it has grown long the rest in a turn of its own, after which the journal
     * begins anew.
     */
    Verdict checkpoint();
    /** For what only a file can: a copy of it. */
    Database &database() { return *m_database; }

private:
    explicit SqliteConnection(std::unique_ptr<Database> database);
    void giveTurn();
    Result<qint64> moveJournal();

    std::unique_ptr<Database> m_database;
    std::shared_ptr<WriteTurns> m_turns;
    std::optional<Error> m_damage;
    bool m_writes = false;
};

} // namespace calldeck
