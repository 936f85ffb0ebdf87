#include "EncryptedFixture.h"
#include "MemoryKeyStore.h"
#include "StoreChild.h"
#include "database/Cipher.h"
#include "database/DatabaseEncryption.h"
#include "secrets/DataKey.h"
#include "secrets/Keys.h"

#include <QFileInfo>
#include <csignal>

using namespace calldeck;
using namespace calldeck::test;

namespace
{

/** A directory from before encryption, with calls in it. */
class EncryptionConversionTest : public EncryptedFixture
{
protected:
    void SetUp() override
    {
        if (!canEncrypt())
            GTEST_SKIP() << "built without encryption";
        openWith({});
        writeCanaries();
        for (int i = 0; i < 30; ++i)
            put(missedCall(QStringLiteral("n%1").arg(i)));
        file.reset();
        ASSERT_FALSE(found(dir.path()).isEmpty());
    }
    void expectEncryptedAndWhole(const DatabaseKey &used)
    {
        EXPECT_EQ(found(dir.path()), QStringList());
        EXPECT_FALSE(QFileInfo::exists(cache() + QStringLiteral(".encrypting")));
        EXPECT_FALSE(QFileInfo::exists(cache() + QStringLiteral(".plain")));
        EXPECT_FALSE(QFile::permissions(cache()) & (QFile::ReadGroup | QFile::ReadOther));
        openWith(used, CacheFile::Mode::ReadWrite);
        ASSERT_TRUE(file);
        EXPECT_EQ(file->verify()->calls, 31);
        expectSound();
        file.reset();
    }
    void expectPlainAndWhole()
    {
        openWith({}, CacheFile::Mode::ReadWrite);
        ASSERT_TRUE(file);
        EXPECT_EQ(file->verify()->calls, 31);
        expectSound();
        file.reset();
    }

    MemoryKeyStore keyring;
    KeyWishes wishes;
};

} // namespace

TEST_F(EncryptionConversionTest, deskEncryptsOldDataOnce)
{
    const auto first = keyForDesk(dir.path(), wishes, keyring);
    ASSERT_TRUE(first) << first.error().message.toStdString();
    EXPECT_EQ(first->notice, QString());
    expectEncryptedAndWhole(first->key);
    const auto second = keyForDesk(dir.path(), wishes, keyring);
    ASSERT_TRUE(second);
    EXPECT_EQ(second->key, first->key);
    EXPECT_EQ(keyring.writes, 1);
}

TEST_F(EncryptionConversionTest, commandsReadOldDataAsItIs)
{
    const auto before = contentOf(dir.path());
    for (const auto ask : {keyOfData, keyForData}) {
        const auto key = ask(dir.path(), wishes, keyring);
        ASSERT_TRUE(key);
        EXPECT_EQ(key->notice, QStringLiteral("Not encrypted: made before encryption"));
    }
    EXPECT_TRUE(contentOf(dir.path()) == before);
}

TEST_F(EncryptionConversionTest, withoutAKeyringOldDataOpensAndSaysSo)
{
    keyring.absent = true;
    const auto before = contentOf(dir.path());
    const auto key = keyForDesk(dir.path(), wishes, keyring);
    ASSERT_TRUE(key);
    EXPECT_EQ(key->notice, QStringLiteral("Not encrypted: no keyring"));
    EXPECT_TRUE(contentOf(dir.path()) == before);
    EXPECT_EQ(encryptData(dir.path(), wishes, keyring).error().code, Error::Code::NoKey) << "asked for, it is an error";
    EXPECT_TRUE(contentOf(dir.path()) == before);
}

TEST_F(EncryptionConversionTest, dataThatIsPlainByWishIsEncryptedWhenAsked)
{
    KeyRecord byWish;
    byWish.kept = KeyRecord::Kept::Nowhere;
    ASSERT_TRUE(writeKeyRecord(dir.path(), byWish));
    ASSERT_TRUE(keyForDesk(dir.path(), wishes, keyring)->key.isEmpty());
    const auto key = encryptData(dir.path(), wishes, keyring);
    ASSERT_TRUE(key) << key.error().message.toStdString();
    expectEncryptedAndWhole(key->key);
    EXPECT_EQ(encryptData(dir.path(), wishes, keyring).error().code, Error::Code::InvalidInput);
}

TEST_F(EncryptionConversionTest, dataThatAnotherProgramHasOpenStaysPlain)
{
    openWith({}, CacheFile::Mode::ReadWrite);
    (void)file->findCall(QStringLiteral("canary"));
    const auto key = encryptData(dir.path(), wishes, keyring);
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().code, Error::Code::Busy) << key.error().message.toStdString();
    EXPECT_FALSE(QFileInfo::exists(keyRecordPath(dir.path()))) << "what failed must not look interrupted";
    expectPlainAndWhole();
}

TEST_F(EncryptionConversionTest, copyThatCannotBeMadeLeavesThePlainFile)
{
    ASSERT_TRUE(QDir(dir.path()).mkpath(QStringLiteral("calldeck.db.encrypting/full")));
    EXPECT_FALSE(encryptDatabaseFile(cache(), cacheFormat(), key));
    expectPlainAndWhole();
}

TEST_F(EncryptionConversionTest, journalOfAKillComesAlong)
{
    openWith({}, CacheFile::Mode::ReadWrite);
    put(missedCall(QStringLiteral("late")));
    QTemporaryDir after;
    ASSERT_TRUE(QFile::copy(cache(), cachePath(after.path())));
    ASSERT_TRUE(QFile::copy(cache() + QStringLiteral("-wal"), cachePath(after.path()) + QStringLiteral("-wal")));
    ASSERT_TRUE(encryptDatabaseFile(cachePath(after.path()), cacheFormat(), key));
    EXPECT_EQ(found(after.path()), QStringList());
    const auto opened = CacheFile::open(after.path(), CacheFile::Mode::ReadWrite, key);
    ASSERT_TRUE(opened);
    EXPECT_EQ((*opened)->verify()->calls, 32);
}

/** Encrypts its folder and dies at the step that the folder's file "step" names. */
TEST(EncryptionConversionChild, DISABLED_diesAtAStep)
{
    if (childFolder().isEmpty())
        GTEST_SKIP() << "runs as a child of EncryptionConversionTest only";
    const int last = bytesOf(childFolder() + QStringLiteral("/step")).toInt();
    const auto key = readKeyFile(childFolder() + QStringLiteral("/key"));
    ASSERT_TRUE(key);
    const auto die = [last](EncryptionStep step) {
        if (static_cast<int>(step) == last)
            ::raise(SIGKILL);
    };
    (void)encryptDatabaseFile(cachePath(childFolder()), cacheFormat(), *key, die);
    std::printf("survived\n");
}

TEST_F(EncryptionConversionTest, killedAtAnyStepItIsFinishedAtTheNextStart)
{
    const auto plain = contentOf(dir.path());
    for (const auto step : {EncryptionStep::Copied, EncryptionStep::Encrypted, EncryptionStep::Verified, EncryptionStep::OldKept, EncryptionStep::Swapped, EncryptionStep::OldGone}) {
        SCOPED_TRACE(static_cast<int>(step));
        const QStringList left = QDir(dir.path()).entryList(QDir::Files);
        for (const QString &name : left)
            QFile::remove(dir.filePath(name));
        for (auto file = plain.begin(); file != plain.end(); ++file)
            ASSERT_TRUE(writeBytes(dir.filePath(file.key()), file.value()));
        wishes.key_file = dir.filePath(QStringLiteral("key"));
        const DatabaseKey used = randomKey();
        ASSERT_TRUE(writeKeyFile(wishes.key_file, used));
        KeyRecord record;
        record.kept = KeyRecord::Kept::File;
        record.key_id = randomKeyId();
        record.check = keyCheck(used);
        ASSERT_TRUE(writeKeyRecord(dir.path(), record));
        ASSERT_TRUE(writeBytes(dir.filePath(QStringLiteral("step")), QByteArray::number(static_cast<int>(step))));
        StoreChild child(QStringLiteral("EncryptionConversionChild.*"), dir.path());
        EXPECT_EQ(child.next("survived"), QByteArray()) << "it was not killed";
        child.kill();
        const bool swapped = step >= EncryptionStep::Swapped;
        EXPECT_EQ(looksPlain(cache()), !swapped);
        if (!swapped) {
            EXPECT_EQ(keyOfData(dir.path(), wishes, keyring).error().code, Error::Code::WrongKey) << "a command does not go on in the plain";
        }
        const auto key = keyForDesk(dir.path(), wishes, keyring);
        ASSERT_TRUE(key) << key.error().message.toStdString();
        EXPECT_EQ(key->key, used);
        expectEncryptedAndWhole(used);
    }
}
