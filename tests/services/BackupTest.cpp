#include "EncryptedFixture.h"
#include "StoreChild.h"
#include "database/Cipher.h"

#include <QFileInfo>
#include <csignal>
#include <sys/file.h>
#include <sys/resource.h>

using namespace calldeck;
using namespace calldeck::test;

namespace
{

/** A cache with a few hundred calls, and a folder for its copies. */
class BackupTest : public StoreFixture
{
protected:
    void SetUp() override
    {
        StoreFixture::SetUp();
        ASSERT_TRUE(CacheSink(*file).begin());
        for (int i = 0; i < 300; ++i)
            ASSERT_TRUE(CacheSink(*file).put(missedCall(QStringLiteral("n%1").arg(i), QStringLiteral("+1415555%1").arg(2000 + i)), now));
        ASSERT_TRUE(CacheSink(*file).commit());
    }
    QString copy() const { return copies.filePath(QStringLiteral("calldeck.db")); }
    QStringList names() const { return QDir(copies.path()).entryList(QDir::Files); }
    void expectWhole()
    {
        auto opened = CacheFile::open(copies.path(), CacheFile::Mode::ReadWrite);
        ASSERT_TRUE(opened) << opened.error().message.toStdString();
        const auto report = (*opened)->verify();
        ASSERT_TRUE(report);
        EXPECT_EQ(report->calls, 300);
        EXPECT_TRUE(report->problems.isEmpty());
    }
    QTemporaryDir copies;
};

} // namespace

TEST(BackupChild, DISABLED_backsUp)
{
    if (childFolder().isEmpty())
        GTEST_SKIP() << "runs as a child of BackupTest only";
    auto opened = CacheFile::open(childFolder(), CacheFile::Mode::ReadOnly);
    ASSERT_TRUE(opened);
    ASSERT_TRUE((*opened)->backupTo(qEnvironmentVariable("CALLDECK_TEST_COPY")));
    std::printf("told \n");
    std::fflush(stdout);
}

TEST_F(BackupTest, appearsWholeAndUnderItsNameAlone)
{
    const auto done = file->backupTo(copy());
    ASSERT_TRUE(done) << done.error().message.toStdString();
    EXPECT_EQ(done->removed, QString());
    EXPECT_EQ(names(), QStringList{QStringLiteral("calldeck.db")});
    EXPECT_EQ(QFile::permissions(copy()) & (QFile::ReadGroup | QFile::ReadOther), 0);
    expectWhole();
    EXPECT_EQ(file->backupTo(copy()).error().code, Error::Code::InvalidInput) << "a backup is never replaced";
}

TEST_F(BackupTest, whatIsWrittenByAnotherIsLeftAlone)
{
    QFile other(copy() + QStringLiteral(".part"));
    ASSERT_TRUE(other.open(QIODevice::ReadWrite));
    ASSERT_EQ(other.write("half a copy"), 11);
    ASSERT_TRUE(other.flush());
    ASSERT_EQ(flock(other.handle(), LOCK_EX | LOCK_NB), 0);
    EXPECT_EQ(file->backupTo(copy()).error().code, Error::Code::Busy);
    EXPECT_EQ(bytesOf(other.fileName()), "half a copy");
    other.close();
    const auto done = file->backupTo(copy());
    ASSERT_TRUE(done);
    EXPECT_EQ(done->removed, other.fileName());
    expectWhole();
}

TEST_F(BackupTest, fullDiskLeavesNothing)
{
    // As little room as half the copy needs; the signal would end the program.
    const auto before = std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &limit), 0);
    const rlimit small{40 * 4096, limit.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    const auto done = file->backupTo(copy());
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
    std::signal(SIGXFSZ, before);
    ASSERT_FALSE(done);
    EXPECT_TRUE(names().isEmpty()) << names().join(u' ').toStdString();
    ASSERT_TRUE(file->backupTo(copy()));
    expectWhole();
}

#ifdef CALLDECK_TEST_SWITCHES
TEST_F(BackupTest, killedItLeavesNothingThatLooksWhole)
{
    for (const QString &point : {QStringLiteral("S8a"), QStringLiteral("S8")}) {
        SCOPED_TRACE(point.toStdString());
        StoreChild child(QStringLiteral("BackupChild.*"), dir.path(), {{QStringLiteral("CRASH_AT"), point}, {QStringLiteral("CALLDECK_TEST_COPY"), copy()}});
        EXPECT_EQ(child.next("told"), QByteArray()) << "it did not die";
        EXPECT_EQ(child.signalAtEnd(), SIGKILL);
        EXPECT_FALSE(QFile::exists(copy()));
        EXPECT_GT(QFileInfo(copy() + QStringLiteral(".part")).size(), 0);
        const auto done = file->backupTo(copy());
        ASSERT_TRUE(done) << done.error().message.toStdString();
        EXPECT_EQ(done->removed, QString(copy() + QStringLiteral(".part")));
        EXPECT_EQ(names(), QStringList{QStringLiteral("calldeck.db")});
        expectWhole();
        ASSERT_TRUE(QFile::remove(copy()));
        for (const QString &left : names())
            QFile::remove(copies.filePath(left));
    }
}
#endif
