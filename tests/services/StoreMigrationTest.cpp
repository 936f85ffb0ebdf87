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
