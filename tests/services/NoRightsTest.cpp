#include "CommandFixture.h"
#include "Files.h"
#include "StoreChild.h"
#include "store/DataDirectory.h"
#include "store/DeskStore.h"

#include <cstdio>
#include <sys/stat.h>
#include <unistd.h>

using namespace calldeck;
using namespace calldeck::test;

namespace
{

/** A data directory in which the person may do less than they should. Root may do everything, so a child does it as nobody. */
class NoRightsTest : public StoreFixture
{
protected:
    void SetUp() override
    {
        StoreFixture::SetUp();
        put(missedCall(QStringLiteral("a")));
        file.reset();
        change("", 0755);
        change("calldeck.db", 0644);
    }
    void TearDown() override { change("", 0700); }
    void change(const char *name, mode_t mode) { ASSERT_EQ(::chmod(QFile::encodeName(dir.filePath(QLatin1String(name))).constData(), mode), 0); }
    /** What a desk says that is started there; each line of it ends. */
    void expectRefused(Error::Code code)
    {
        const auto before = contentOf(dir.path());
        StoreChild child(QStringLiteral("NoRightsChild.*"), dir.path());
        EXPECT_EQ(child.next("refused ").toInt(), static_cast<int>(code)) << child.lastWords().toStdString();
        const QByteArray words = child.next("words ");
        EXPECT_TRUE(words.endsWith('.')) << words.toStdString();
        EXPECT_EQ(child.signalAtEnd(), 0);
        EXPECT_TRUE(contentOf(dir.path()) == before) << "something was written";
    }
};

} // namespace

TEST(NoRightsChild, DISABLED_opens)
{
    if (childFolder().isEmpty())
        GTEST_SKIP() << "runs as a child of NoRightsTest only";
    constexpr unsigned nobody = 65534;
    ASSERT_TRUE(::getuid() != 0 || (::setgid(nobody) == 0 && ::setuid(nobody) == 0));
    const auto opened = DeskStore::open(childFolder(), CacheFile::Mode::Create, QStringLiteral("Dana"));
    ASSERT_FALSE(opened);
    std::printf("refused %d\nwords %s\n", static_cast<int>(opened.error().code), qPrintable(opened.error().message));
    std::fflush(stdout);
}

TEST_F(NoRightsTest, folderThatMayNotBeWritten)
{
    change("", 0555);
    expectRefused(Error::Code::ReadOnly);
}

TEST_F(NoRightsTest, folderThatMayNotBeEntered)
{
    change("", 0000);
    StoreChild child(QStringLiteral("NoRightsChild.*"), dir.path());
    EXPECT_EQ(child.next("refused ").toInt(), static_cast<int>(Error::Code::ReadOnly)) << child.lastWords().toStdString();
}

TEST_F(NoRightsTest, fileThatMayNotBeRead)
{
    change("", 0777);
    change("calldeck.db", 0000);
    if (::getuid() != 0)
        GTEST_SKIP() << "needs a file of somebody else";
    StoreChild child(QStringLiteral("NoRightsChild.*"), dir.path());
    EXPECT_EQ(child.next("refused ").toInt(), static_cast<int>(Error::Code::Io)) << child.lastWords().toStdString();
    EXPECT_TRUE(child.next("words ").contains("may not be read by you"));
}

/** Somebody tidies up while the desk runs: nothing is called saved that is gone with the next end of the program. */
TEST_F(NoRightsTest, folderThatGoesAwayWhileRunning)
{
    auto store = DeskStore::open(dir.path(), CacheFile::Mode::ReadWrite, QStringLiteral("Dana"));
    ASSERT_TRUE(store);
    ASSERT_TRUE((*store)->apply(AddNote{1, QStringLiteral("while it was there")}).result());
    ASSERT_TRUE(QDir(dir.path()).removeRecursively());
    Draft draft;
    draft.notes = QStringLiteral("typed");
    const auto saved = (*store)->apply(AddNote{1, QStringLiteral("too late")}).result();
    ASSERT_FALSE(saved);
    EXPECT_EQ(saved.error().code, Error::Code::Io);
    EXPECT_TRUE(saved.error().message.contains(QStringLiteral("moved or removed"))) << saved.error().message.toStdString();
    EXPECT_FALSE((*store)->saveDraft(1, draft).result());
    // What was read before can still be read.
    const auto detail = (*store)->detail(1).result();
    EXPECT_TRUE(detail);
    (*store)->close();
    EXPECT_FALSE(QFile::exists(cachePath(dir.path()))) << "no empty desk in its place";
    ASSERT_TRUE(QDir().mkpath(dir.path()));
}

TEST_F(NoRightsTest, fileThatIsReplacedWhileRunning)
{
    auto store = DeskStore::open(dir.path(), CacheFile::Mode::ReadWrite, QStringLiteral("Dana"));
    ASSERT_TRUE(store);
    const QByteArray other = bytesOf(cachePath(dir.path()));
    ASSERT_TRUE(QFile::rename(cachePath(dir.path()), dir.filePath(QStringLiteral("old.db"))));
    ASSERT_TRUE(writeBytes(cachePath(dir.path()), other));
    EXPECT_FALSE((*store)->apply(AddNote{1, QStringLiteral("into the old one")}).result());
}
