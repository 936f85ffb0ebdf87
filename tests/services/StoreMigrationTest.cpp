#include "Files.h"
#include "StoreFixture.h"
#include "store/DataDirectory.h"

using namespace calldeck;
using namespace calldeck::test;

namespace
{

class StoreMigrationTest : public StoreFixture
{
protected:
    void SetUp() override
    {
        StoreFixture::SetUp();
        key = put(missedCall(QStringLiteral("a")));
        file.reset();
        next = cacheFormat().newestVersion() + 1;
    }
    static DatabaseFormat extended(const QList<Migration> &more) { return {cacheFormat().application_id, cacheFormat().steps + more}; }
    Result<std::unique_ptr<Database>> openWith(const QList<Migration> &more, Database::Access access = Database::Access::ReadWrite)
    {
        return openCache(dir.path(), access, extended(more));
    }

    int next = 0;
    CallKey key = 0;
};

} // namespace

TEST_F(StoreMigrationTest, stepsAreNumberedWithoutGaps)
{
    for (int i = 0; i < cacheFormat().steps.size(); ++i)
        EXPECT_EQ(cacheFormat().steps[i].version, i + 1);
}

TEST_F(StoreMigrationTest, newStepKeepsTheCalls)
{
    {
        const auto upgraded = openWith({{next, "ALTER TABLE calls ADD COLUMN mood TEXT"}});
        ASSERT_TRUE(upgraded) << upgraded.error().message.toStdString();
        EXPECT_EQ((*upgraded)->singleInteger("PRAGMA user_version"), next);
        EXPECT_EQ((*upgraded)->singleInteger("SELECT count(*) FROM calls WHERE mood IS NULL"), 1);
    }
    EXPECT_EQ(CacheFile::open(dir.path(), CacheFile::Mode::ReadWrite).error().code, Error::Code::NewerVersion);
}

TEST_F(StoreMigrationTest, failingStepLeavesTheFileAsItWas)
{
    const QByteArray before = bytesOf(cachePath(dir.path()));
    const auto failed = openWith({{next, "DELETE FROM calls; DROP TABLE outbox; CREATE TABLE later (id INTEGER); SELECT no_such_function()"}});
    ASSERT_FALSE(failed);
    EXPECT_TRUE(failed.error().message.contains(QString::number(next))) << failed.error().message.toStdString();
    EXPECT_EQ(bytesOf(cachePath(dir.path())), before);
    reopen(CacheFile::Mode::ReadWrite);
    EXPECT_EQ(file->call(key)->caller_name, QStringLiteral("Marisol Vega"));
    EXPECT_EQ(file->schemaVersion(), next - 1);
    expectSound();
}

TEST_F(StoreMigrationTest, secondOfTwoStepsFailingKeepsTheFirst)
{
    const auto failed = openWith({{next, "CREATE TABLE later (id INTEGER)"}, {next + 1, "CREATE TABLE later (id INTEGER)"}});
    ASSERT_FALSE(failed);
    const auto again = openWith({{next, "CREATE TABLE later (id INTEGER)"}});
    ASSERT_TRUE(again) << again.error().message.toStdString();
    EXPECT_EQ((*again)->singleInteger("PRAGMA user_version"), next);
}

TEST_F(StoreMigrationTest, cacheOfTheTimeBeforeTheSyncKeepsEverything)
{
    QTemporaryDir old;
    {
        const auto first = openCache(old.path(), Database::Access::Create, DatabaseFormat{cacheFormat().application_id, cacheFormat().steps.first(1)});
        ASSERT_TRUE(first) << first.error().message.toStdString();
        ASSERT_TRUE((*first)->execute(
            "INSERT INTO contacts (name, number) VALUES ('Vega', '+14155552671');"
            "INSERT INTO calls (call_id, provider, provider_call_id, status, customer_number, contact_id, started_at, outcome, disposition, outcome_at, last_outcome_agent_id) "
            "VALUES ('k1', 't', '1', 'MISSED', '+14155552671', 1, 1795546800000, 'BOOKED', 'booked', 1795546900000, 'Dana');"
            "INSERT INTO call_outcomes (call_id, mutation_id, disposition, outcome, notes, agent_id, at) VALUES (1, 'm1', 'booked', 'BOOKED', '', 'Dana', 1795546900000);"
            "INSERT INTO follow_ups (call_id, number, due_at, created_at, automatic) VALUES (1, '+14155552671', 1795546999000, 1795546900000, 1);"
            "INSERT INTO audit (mutation_id, call_id, at, actor, action, changes) VALUES ('m1', 1, 1795546900000, 'Dana', 'disposition', '{}');"
            "INSERT INTO outbox (mid, kind, id, op, args_json, schema_ver, created_ms) VALUES ('m1', 'call', 'k1', 'disposition', '{}', 1, 1795546900000);"
            "INSERT INTO search_queue VALUES (1)"));
    }
    const auto opened = CacheFile::open(old.path(), CacheFile::Mode::ReadWrite);
    ASSERT_TRUE(opened) << opened.error().message.toStdString();
    const auto detail = (*opened)->detail(1);
    ASSERT_TRUE(detail);
    ASSERT_TRUE(detail->contact) << "the call keeps its contact";
    EXPECT_EQ(detail->contact->name, QStringLiteral("Vega"));
    ASSERT_EQ(detail->follow_ups.size(), 1);
    EXPECT_FALSE(detail->follow_ups.first().id.isEmpty());
    EXPECT_EQ((*opened)->database().singleInteger("SELECT count(*) FROM kept"), 1) << "what was queued before there was a backend";
    EXPECT_EQ((*opened)->database().singleInteger("SELECT count(*) FROM outbox"), 0);
    const auto report = (*opened)->verify();
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->problems.isEmpty()) << report->problems.join(u'\n').toStdString();
}

TEST_F(StoreMigrationTest, readOnlyDoesNotMigrate)
{
    const QByteArray before = bytesOf(cachePath(dir.path()));
    const auto refused = openWith({{next, "CREATE TABLE later (id INTEGER)"}}, Database::Access::ReadOnly);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Error::Code::Conflict);
    EXPECT_EQ(bytesOf(cachePath(dir.path())), before);
}

TEST_F(StoreMigrationTest, stepThatAnotherProgramDidMeanwhileIsNotDoneTwice)
{
    auto mine = Database::open(cachePath(dir.path()), Database::Access::ReadWrite);
    ASSERT_TRUE(mine);
    // The step itself stands in for the other program: by the time this one holds the write lock, the version has moved.
    const DatabaseFormat twice = extended({{next, "CREATE TABLE later (id INTEGER)"}, {next, "CREATE TABLE later (id INTEGER)"}});
    EXPECT_TRUE(migrate(**mine, twice));
}

TEST_F(StoreMigrationTest, failedCreationLeavesNoDatabase)
{
    QTemporaryDir empty;
    EXPECT_FALSE(openCache(empty.path(), Database::Access::Create, {cacheFormat().application_id, {{1, "CREATE TABLE calls (id INTEGER PRIMARY KEY); nonsense"}}}));
    EXPECT_FALSE(QFile::exists(cachePath(empty.path())));
    EXPECT_TRUE(CacheFile::open(empty.path(), CacheFile::Mode::Create));
}
