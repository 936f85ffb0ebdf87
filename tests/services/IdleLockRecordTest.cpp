#include "secrets/IdleLockRecord.h"

#include "Files.h"
#include "Printers.h"
#include "secrets/Keys.h"

#include <QTemporaryDir>
#include <gtest/gtest.h>
#include <random>
#include <sys/stat.h>

using namespace calldeck;
using namespace calldeck::test;
using namespace Qt::StringLiterals;

namespace
{

const QByteArray passphrase = "a marmalade of letters";

/** A directory with the lock of a desk in it. Made once: a hash takes its time. */
class IdleLockRecordTest : public testing::Test
{
protected:
    void SetUp() override
    {
        static const Result<QByteArray> hash = passphraseHash(passphrase);
        ASSERT_TRUE(hash);
        record = {*hash, 600};
        ASSERT_TRUE(writeIdleLock(dir.path(), record));
        written = bytesOf(path());
    }
    QString path() const { return idleLockPath(dir.path()); }
    /** These bytes in place of the file: never a desk without a lock, nor with another passphrase. True when they are told as damage. */
    bool isDamage(const QByteArray &bytes)
    {
        EXPECT_TRUE(writeBytes(path(), bytes));
        const auto read = readIdleLock(dir.path());
        EXPECT_EQ(bytesOf(path()), bytes) << "the file is left as it was";
        if (read) {
            EXPECT_TRUE(*read && (*read)->hash == record.hash) << bytes.toStdString();
            return false;
        }
        EXPECT_EQ(read.error().code, Error::Code::Damaged);
        EXPECT_TRUE(read.error().message.contains(path()) && read.error().message.contains(u"remove that file"_s)) << read.error().message.toStdString();
        return true;
    }

    QTemporaryDir dir;
    IdleLockRecord record;
    QByteArray written;
};

} // namespace

TEST_F(IdleLockRecordTest, whatIsWrittenIsReadAgain)
{
    const auto read = readIdleLock(dir.path());
    ASSERT_TRUE(read && *read);
    EXPECT_TRUE(**read == record);
    record.idle_seconds = 2;
    ASSERT_TRUE(writeIdleLock(dir.path(), record));
    EXPECT_EQ((*readIdleLock(dir.path()))->idle_seconds, 2);
    ASSERT_TRUE(removeIdleLock(dir.path()));
    const auto gone = readIdleLock(dir.path());
    EXPECT_TRUE(gone && !*gone);
    EXPECT_TRUE(contentOf(dir.path()).isEmpty());
    EXPECT_TRUE(removeIdleLock(dir.path())) << "where there is none";
}

TEST_F(IdleLockRecordTest, onlyThePassphraseFitsAndItStandsNowhere)
{
    EXPECT_TRUE(checkPassphrase(record.hash, passphrase));
    for (const QByteArray &other : {QByteArray(), passphrase.toUpper(), passphrase.chopped(1), QByteArray(passphrase + ' ')}) {
        const Verdict fits = checkPassphrase(record.hash, other);
        ASSERT_FALSE(fits) << other.toStdString();
        EXPECT_EQ(fits.error().code, Error::Code::WrongKey);
    }
    const auto again = passphraseHash(passphrase);
    EXPECT_TRUE(again && *again != record.hash) << "with a salt of its own";
    for (const QByteArray &form : {passphrase, passphrase.toHex(), passphrase.toBase64(QByteArray::OmitTrailingEquals)})
        EXPECT_FALSE(written.contains(form));
    EXPECT_EQ(contentOf(dir.path()).size(), 1) << "and nothing beside it";
}

TEST_F(IdleLockRecordTest, theFileIsItsOwnersAlone)
{
    struct stat facts {
    };
    ASSERT_EQ(::stat(QFile::encodeName(path()).constData(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777U, 0600U);
    // Nor does one that was open to others stay so.
    ASSERT_EQ(::chmod(QFile::encodeName(path()).constData(), 0644), 0);
    ASSERT_TRUE(writeIdleLock(dir.path(), record));
    ASSERT_EQ(::stat(QFile::encodeName(path()).constData(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777U, 0600U);
}

TEST_F(IdleLockRecordTest, flippedBitsNeverOpenTheDesk)
{
    int told = 0;
    for (qsizetype place = 0; place < written.size(); ++place) {
        for (int bit = 0; bit < 8; ++bit) {
            QByteArray flipped = written;
            flipped[place] = static_cast<char>(flipped[place] ^ (1 << bit));
            told += isDamage(flipped);
        }
    }
    EXPECT_GT(told, written.size() * 6) << "all but the figure of the time and the blanks";
}

TEST_F(IdleLockRecordTest, aCutOffFileNeverOpensTheDesk)
{
    for (qsizetype size = 0; size < written.lastIndexOf('}'); ++size)
        EXPECT_TRUE(isDamage(written.left(size))) << size;
}

TEST_F(IdleLockRecordTest, foreignBytesNeverOpenTheDesk)
{
    std::mt19937 random(7);
    QByteArray noise(300, '\0');
    for (char &byte : noise)
        byte = static_cast<char>(random());
    QByteArray newer = written;
    newer.replace("\"version\": 1", "\"version\": 2");
    QByteArray never = written;
    never.replace("600", "1e99");
    QByteArray negative = written;
    negative.replace("600", "-600");
    for (const QByteArray &bytes : {QByteArray("null"), QByteArray("[]"), QByteArray("{}"), QByteArray("{\"version\": 1}"), noise, newer, never, negative,
                                    QByteArray(written + QByteArray(20'000'000, ' ')), QByteArray(20'000'000, '[')})
        EXPECT_TRUE(isDamage(bytes)) << bytes.left(400).toStdString();
}

TEST_F(IdleLockRecordTest, aHashOfAnotherCostIsNoneOfOurs)
{
    QByteArray costly = record.hash;
    costly.replace("t=3", "t=4000000000");
    QByteArray cheap = record.hash;
    cheap.replace("m=131072", "m=8");
    ASSERT_TRUE(costly != record.hash && cheap != record.hash);
    for (const QByteArray &hash : {costly, cheap, QByteArray(), QByteArray("x"), QByteArray(200, '$')}) {
        ASSERT_TRUE(writeIdleLock(dir.path(), {hash, 600}));
        EXPECT_TRUE(isDamage(bytesOf(path()))) << hash.toStdString();
    }
}

TEST_F(IdleLockRecordTest, whatIsNoFileNeverOpensTheDesk)
{
    ASSERT_TRUE(QFile::remove(path()));
    ASSERT_TRUE(QFile::link(dir.filePath(u"nowhere"_s), path()));
    EXPECT_FALSE(readIdleLock(dir.path()));
    ASSERT_TRUE(QFile::remove(path()));
    ASSERT_TRUE(QDir().mkdir(path()));
    EXPECT_FALSE(readIdleLock(dir.path()));
    ASSERT_TRUE(QDir().rmdir(path()));
    ASSERT_EQ(::mkfifo(QFile::encodeName(path()).constData(), 0600), 0);
    EXPECT_FALSE(readIdleLock(dir.path())) << "and does not wait for somebody to write into it";
}
