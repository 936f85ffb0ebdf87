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
        steps = cacheMigrations();
        next = steps.last().version + 1;
    }
    Result<std::unique_ptr<Database>> openWith(const QByteArray &step)
    {
        return openCache(dir.path(), Database::Access::ReadWrite, steps + QList<Migration>{{next, step}});
    }

    QList<Migration> steps;
    int next = 0;
    CallKey key = 0;
};

} // namespace

TEST_F(StoreMigrationTest, stepsAreNumberedWithoutGaps)
{
    for (int i = 0; i < steps.size(); ++i)
        EXPECT_EQ(steps[i].version, i + 1);
}

TEST_F(StoreMigrationTest, newStepKeepsTheCalls)
{
    {
        const auto upgraded = openWith("ALTER TABLE calls ADD COLUMN mood TEXT");
        ASSERT_TRUE(upgraded) << upgraded.error().message.toStdString();
        EXPECT_EQ((*upgraded)->singleInteger("PRAGMA user_version"), next);
        EXPECT_EQ((*upgraded)->singleInteger("SELECT count(*) FROM calls WHERE mood IS NULL"), 1);
    }
    EXPECT_EQ(CacheFile::open(dir.path(), CacheFile::Mode::ReadWrite).error().code, Error::Code::NewerVersion);
}

TEST_F(StoreMigrationTest, failingStepLeavesTheFileAsItWas)
{
    const QByteArray before = bytesOf(cachePath(dir.path()));
    const auto failed = openWith("DELETE FROM calls; DROP TABLE outbox; CREATE TABLE later (id INTEGER); SELECT no_such_function()");
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
    const auto failed = openCache(dir.path(), Database::Access::ReadWrite,
                                  steps + QList<Migration>{{next, "CREATE TABLE later (id INTEGER)"}, {next + 1, "CREATE TABLE later (id INTEGER)"}});
    ASSERT_FALSE(failed);
    const auto again = openCache(dir.path(), Database::Access::ReadWrite, steps + QList<Migration>{{next, "CREATE TABLE later (id INTEGER)"}});
    ASSERT_TRUE(again) << again.error().message.toStdString();
    EXPECT_EQ((*again)->singleInteger("PRAGMA user_version"), next);
}

TEST_F(StoreMigrationTest, readOnlyDoesNotMigrate)
{
    const QByteArray before = bytesOf(cachePath(dir.path()));
    const auto refused = openCache(dir.path(), Database::Access::ReadOnly, steps + QList<Migration>{{next, "CREATE TABLE later (id INTEGER)"}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Error::Code::Conflict);
    EXPECT_EQ(bytesOf(cachePath(dir.path())), before);
}

TEST_F(StoreMigrationTest, stepThatAnotherProgramDidMeanwhileIsNotDoneTwice)
{
    auto mine = Database::open(cachePath(dir.path()), Database::Access::ReadWrite);
    ASSERT_TRUE(mine);
    // The step itself stands in for the other program: by the time this one holds the write lock, the version has moved.
    const QList<Migration> twice{{next, "CREATE TABLE later (id INTEGER)"}, {next, "CREATE TABLE later (id INTEGER)"}};
    EXPECT_TRUE(migrate(**mine, twice));
}

TEST_F(StoreMigrationTest, failedCreationLeavesNoDatabase)
{
    QTemporaryDir empty;
    EXPECT_FALSE(openCache(empty.path(), Database::Access::Create, {{1, "CREATE TABLE calls (id INTEGER PRIMARY KEY); nonsense"}}));
    EXPECT_FALSE(QFile::exists(cachePath(empty.path())));
    EXPECT_TRUE(CacheFile::open(empty.path(), CacheFile::Mode::Create));
}
