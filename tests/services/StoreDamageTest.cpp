#include "Files.h"
#include "StoreFixture.h"
#include "demo/Chance.h"
#include "store/DataDirectory.h"

#include <QFileInfo>

using namespace calldeck;
using namespace calldeck::test;

namespace
{

/** A closed cache file with forty calls in one piece, and its bytes. */
class StoreDamageTest : public StoreFixture
{
protected:
    void SetUp() override
    {
        StoreFixture::SetUp();
        for (int i = 0; i < 40; ++i)
            put(missedCall(QStringLiteral("n%1").arg(i), QStringLiteral("+1415555%1").arg(2000 + i)));
        file.reset();
        whole = bytesOf(cache());
        ASSERT_FALSE(QFileInfo::exists(cache() + QStringLiteral("-wal")));
    }
    QString cache() const { return cachePath(dir.path()); }
    /** Whatever is wrong with the file: an error, findings, or every call still there. Never fewer calls and no word about it. */
    void expectNoSilentLoss(const QByteArray &bytes)
    {
        ASSERT_TRUE(writeBytes(cache(), bytes));
        auto opened = CacheFile::open(dir.path(), CacheFile::Mode::Create);
        if (!opened)
            return expectKept(bytes);
        const auto report = (*opened)->verify();
        if (!report || !report->problems.isEmpty())
            return;
        EXPECT_EQ(report->calls, 40);
    }
    void expectKept(const QByteArray &bytes)
    {
        EXPECT_EQ(bytesOf(cache()).size(), bytes.size()) << "a file that cannot be used stays for the person who can rescue it";
    }
    void removeJournals()
    {
        QFile::remove(cache() + QStringLiteral("-wal"));
        QFile::remove(cache() + QStringLiteral("-shm"));
    }

    QByteArray whole;
};

} // namespace

TEST_F(StoreDamageTest, truncatedFileIsNeverAnEmptyDesk)
{
    for (qsizetype size : {1, 15, 16, 59, 99, 100, 511, 512, 4095, 4096, 4097, 8192, 40960}) {
        SCOPED_TRACE(size);
        ASSERT_LT(size, whole.size());
        ASSERT_TRUE(writeBytes(cache(), whole.left(size)));
        for (const auto mode : {CacheFile::Mode::ReadOnly, CacheFile::Mode::ReadWrite, CacheFile::Mode::Create})
            EXPECT_FALSE(CacheFile::open(dir.path(), mode));
        EXPECT_EQ(bytesOf(cache()), whole.left(size));
        removeJournals();
    }
}

TEST_F(StoreDamageTest, lastPageCutOffIsRefused)
{
    ASSERT_TRUE(writeBytes(cache(), whole.chopped(4096)));
    const auto opened = CacheFile::open(dir.path(), CacheFile::Mode::Create);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Error::Code::Damaged);
}

TEST_F(StoreDamageTest, headOverwritten)
{
    QByteArray bytes = whole;
    bytes.replace(0, 100, QByteArray(100, 'Z'));
    ASSERT_TRUE(writeBytes(cache(), bytes));
    EXPECT_FALSE(CacheFile::open(dir.path(), CacheFile::Mode::Create));
    EXPECT_EQ(bytesOf(cache()), bytes);
}

TEST_F(StoreDamageTest, flippedBitsOfTheHead)
{
    for (int at = 0; at < 100; ++at) {
        SCOPED_TRACE(at);
        QByteArray bytes = whole;
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << at % 8));
        expectNoSilentLoss(bytes);
        removeJournals();
        if (HasFailure())
            return;
    }
}

TEST_F(StoreDamageTest, flippedBitsAnywhere)
{
    Chance chance(7);
    for (int i = 0; i < 100; ++i) {
        const int at = chance.below(static_cast<int>(whole.size()));
        SCOPED_TRACE(at);
        QByteArray bytes = whole;
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << chance.below(8)));
        expectNoSilentLoss(bytes);
        removeJournals();
        if (HasFailure())
            return;
    }
}

TEST_F(StoreDamageTest, journalLeftByAKillIsTakenIn)
{
    reopen(CacheFile::Mode::ReadWrite);
    put(missedCall(QStringLiteral("late")));
    // What a killed process leaves behind: the file and its journal as they are on disk now.
    QTemporaryDir after;
    ASSERT_TRUE(QFile::copy(cache(), cachePath(after.path())));
    ASSERT_TRUE(QFile::copy(cache() + QStringLiteral("-wal"), cachePath(after.path()) + QStringLiteral("-wal")));
    const auto rescued = CacheFile::open(after.path(), CacheFile::Mode::ReadWrite);
    ASSERT_TRUE(rescued);
    EXPECT_EQ((*rescued)->verify()->calls, 41);
    EXPECT_TRUE((*rescued)->verify()->problems.isEmpty());
}

TEST_F(StoreDamageTest, halfWrittenEndOfTheJournalIsIgnored)
{
    reopen(CacheFile::Mode::ReadWrite);
    put(missedCall(QStringLiteral("kept")));
    const QByteArray before = bytesOf(cache() + QStringLiteral("-wal"));
    put(missedCall(QStringLiteral("torn")));
    const QByteArray journal = bytesOf(cache() + QStringLiteral("-wal"));
    ASSERT_GT(journal.size(), before.size());
    QTemporaryDir after;
    ASSERT_TRUE(QFile::copy(cache(), cachePath(after.path())));
    for (qsizetype size = before.size(); size < journal.size(); size += (journal.size() - before.size()) / 7 + 1) {
        SCOPED_TRACE(size);
        ASSERT_TRUE(writeBytes(cachePath(after.path()) + QStringLiteral("-wal"), journal.left(size)));
        const auto rescued = CacheFile::open(after.path(), CacheFile::Mode::ReadOnly);
        ASSERT_TRUE(rescued);
        EXPECT_TRUE(*(*rescued)->findCall(QStringLiteral("kept")));
        EXPECT_FALSE(*(*rescued)->findCall(QStringLiteral("torn")));
        EXPECT_TRUE((*rescued)->database().singleText("PRAGMA integrity_check") == QStringLiteral("ok"));
    }
}
