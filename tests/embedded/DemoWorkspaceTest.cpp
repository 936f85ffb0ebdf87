#include "Files.h"
#include "StoreChild.h"
#include "StoreFixture.h"
#include "embedded/DemoWorkspace.h"
#include "store/DataDirectory.h"

#include <QFileInfo>
#include <QTest>
#include <cstdio>

using namespace calldeck;
using namespace calldeck::test;

namespace
{

constexpr TimeMs now = 1'795'546'800'000;

} // namespace

TEST(DemoWorkspaceTest, isWholeAndMarked)
{
    QTemporaryDir dir;
    ASSERT_TRUE(makeDemoWorkspace(dir.path(), 800, now));
    EXPECT_EQ(QDir(dir.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot), (QStringList{QStringLiteral("backend"), QStringLiteral("calldeck.db"), QStringLiteral("calldeck.lock")}));
    const auto file = CacheFile::open(dir.path(), CacheFile::Mode::ReadWrite);
    ASSERT_TRUE(file);
    EXPECT_TRUE((*file)->workspace().is_demo);
    const auto report = (*file)->verify();
    EXPECT_EQ(report->calls, 800);
    EXPECT_TRUE(report->problems.isEmpty()) << report->problems.join(u'\n').toStdString();
}

TEST(DemoWorkspaceTest, neverMixesWithRealData)
{
    QTemporaryDir dir;
    { ASSERT_TRUE(CacheFile::open(dir.path(), CacheFile::Mode::Create)); }
    const auto before = bytesOf(cachePath(dir.path()));
    const Verdict refused = makeDemoWorkspace(dir.path(), 50, now);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Error::Code::Conflict);
    EXPECT_TRUE(bytesOf(cachePath(dir.path())) == before);
}

TEST(DemoWorkspaceTest, leavesADirectoryAloneThatIsOpen)
{
    QTemporaryDir dir;
    const auto lock = DirectoryLock::take(dir.path());
    const Verdict refused = makeDemoWorkspace(dir.path(), 50, now);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Error::Code::Locked);
    EXPECT_FALSE(QFileInfo::exists(cachePath(dir.path())));
}

TEST(DemoWorkspaceChild, DISABLED_fillsUntilKilled)
{
    if (childFolder().isEmpty())
        GTEST_SKIP() << "runs as a child of DemoWorkspaceTest only";
    EXPECT_TRUE(makeDemoWorkspace(childFolder(), 5'000'000, now));
}

TEST(DemoWorkspaceTest, killedOnTheWayLeavesNoDesk)
{
    QTemporaryDir dir;
    {
        StoreChild child(QStringLiteral("DemoWorkspaceChild.*"), dir.path());
        ASSERT_TRUE(QTest::qWaitFor([&] { return QFileInfo::exists(ownStorePath(dir.filePath(QStringLiteral("demo.filling")))); }, 60'000));
    }
    EXPECT_FALSE(QFileInfo::exists(cachePath(dir.path())));
    ASSERT_TRUE(makeDemoWorkspace(dir.path(), 60, now));
    const auto file = CacheFile::open(dir.path(), CacheFile::Mode::ReadWrite);
    ASSERT_TRUE(file);
    EXPECT_EQ((*file)->verify()->calls, 60);
    EXPECT_FALSE(QFileInfo::exists(dir.filePath(QStringLiteral("demo.filling"))));
}
