#include "EncryptedFixture.h"
#include "MemoryKeyStore.h"
#include "database/Cipher.h"
#include "secrets/DataKey.h"
#include "secrets/Keys.h"

#include <QFileInfo>

using namespace calldeck;
using namespace calldeck::test;

namespace
{

/** A folder, a keyring, and what is asked of both. */
class EncryptionKeyTest : public testing::Test
{
protected:
    void SetUp() override
    {
        if (!canEncrypt())
            GTEST_SKIP() << "built without encryption";
    }
    Result<DataKey> desk() { return keyForDesk(dir.path(), wishes, keyring); }
    /** As the desk starts: a key, and the file under it. */
    void start()
    {
        const auto key = desk();
        ASSERT_TRUE(key) << key.error().message.toStdString();
        const auto file = CacheFile::open(dir.path(), CacheFile::Mode::Create, key->key);
        ASSERT_TRUE(file) << file.error().message.toStdString();
    }
    /** Every way to ask is refused alike; no byte changes and no key is made. */
    Error expectRefused(Error::Code code)
    {
        const auto before = contentOf(dir.path());
        const int writes = keyring.writes;
        Error last;
        for (const auto ask : {keyOfData, keyForData, keyForDesk}) {
            const auto key = ask(dir.path(), wishes, keyring);
            EXPECT_FALSE(key);
            if (key)
                continue;
            last = key.error();
            EXPECT_EQ(last.code, code) << last.message.toStdString();
            EXPECT_TRUE(last.message.endsWith(u'.')) << last.message.toStdString();
            EXPECT_TRUE(contentOf(dir.path()) == before);
            EXPECT_EQ(keyring.writes, writes) << "no new key while a database exists";
        }
        return last;
    }
    QString makeKeyFile(const QString &name)
    {
        const QString path = keys.filePath(name);
        EXPECT_TRUE(writeKeyFile(path, randomKey()));
        return path;
    }

    QTemporaryDir dir;
    QTemporaryDir keys;
    MemoryKeyStore keyring;
    KeyWishes wishes;
};

} // namespace

TEST_F(EncryptionKeyTest, newDirectoryGetsAKeyInTheKeyring)
{
    start();
    EXPECT_EQ(keyring.secrets.size(), 1);
    EXPECT_FALSE(looksPlain(cachePath(dir.path())));
    const auto again = desk();
    ASSERT_TRUE(again);
    EXPECT_EQ(again->key.bytes().toByteArray(), keyring.secrets.first());
    EXPECT_EQ(again->notice, QString());
    EXPECT_EQ(keyring.writes, 1);
    EXPECT_FALSE(bytesOf(keyRecordPath(dir.path())).contains(keyring.secrets.first().toHex())) << "the record holds no secret";
}

TEST_F(EncryptionKeyTest, keyringThatKeepsNothingIsFoundOutBeforeAnythingIsEncrypted)
{
    keyring.forgetful = true;
    const auto key = desk();
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().code, Error::Code::NoKey);
    EXPECT_TRUE(contentOf(dir.path()).isEmpty());
}

TEST_F(EncryptionKeyTest, missingKeyTouchesNothing)
{
    start();
    keyring.secrets.clear();
    EXPECT_TRUE(expectRefused(Error::Code::NoKey).message.contains(QStringLiteral("not found")));
}

TEST_F(EncryptionKeyTest, lockedKeyringThatSaysItIsEmptyTouchesNothing)
{
    start();
    keyring.blind = true;
    EXPECT_TRUE(expectRefused(Error::Code::NoKey).message.contains(QStringLiteral("locked")));
    keyring.blind = false;
    EXPECT_TRUE(desk());
}

TEST_F(EncryptionKeyTest, absentKeyringTouchesNothing)
{
    start();
    keyring.absent = true;
    EXPECT_TRUE(expectRefused(Error::Code::NoKey).message.contains(QStringLiteral("did not answer")));
    wishes.plain_without_keyring = true;
    expectRefused(Error::Code::NoKey);
}

TEST_F(EncryptionKeyTest, wrongKeyInTheKeyringTouchesNothing)
{
    start();
    keyring.secrets.first()[5] ^= 1;
    EXPECT_TRUE(expectRefused(Error::Code::WrongKey).message.contains(QStringLiteral("another key")));
    keyring.secrets.first() = "short";
    expectRefused(Error::Code::WrongKey);
}

TEST_F(EncryptionKeyTest, lostOrDamagedRecordTouchesNothing)
{
    start();
    const QByteArray record = bytesOf(keyRecordPath(dir.path()));
    for (const QByteArray &left : {QByteArray(), QByteArray("{"), record.left(record.size() / 2), QByteArray(record).replace("keyring", "pocket")}) {
        ASSERT_TRUE(writeBytes(keyRecordPath(dir.path()), left));
        expectRefused(Error::Code::Damaged);
    }
    ASSERT_TRUE(QFile::remove(keyRecordPath(dir.path())));
    expectRefused(Error::Code::Foreign);
}

TEST_F(EncryptionKeyTest, noEncryptionIsForNewDataOnly)
{
    start();
    wishes.no_encryption = true;
    expectRefused(Error::Code::InvalidInput);
    QTemporaryDir other;
    const auto plain = keyForDesk(other.path(), wishes, keyring);
    ASSERT_TRUE(plain);
    EXPECT_TRUE(plain->key.isEmpty());
    EXPECT_EQ(plain->notice, QStringLiteral("Not encrypted: as asked for"));
    { ASSERT_TRUE(CacheFile::open(other.path(), CacheFile::Mode::Create)); }
    // It stays plain without the option, keyring or not.
    const auto later = keyForDesk(other.path(), {}, keyring);
    ASSERT_TRUE(later);
    EXPECT_EQ(later->notice, QStringLiteral("Not encrypted: as asked for"));
    EXPECT_TRUE(looksPlain(cachePath(other.path())));
}

TEST_F(EncryptionKeyTest, withoutAKeyringRealDataIsNotMadeAndInventedDataIsPlain)
{
    keyring.absent = true;
    EXPECT_EQ(desk().error().code, Error::Code::NoKey);
    EXPECT_TRUE(contentOf(dir.path()).isEmpty());
    wishes.plain_without_keyring = true;
    const auto demo = desk();
    ASSERT_TRUE(demo);
    EXPECT_EQ(demo->notice, QStringLiteral("Not encrypted: no keyring"));
}

TEST_F(EncryptionKeyTest, keyFile)
{
    wishes.key_file = makeKeyFile(QStringLiteral("key"));
    start();
    EXPECT_EQ(keyring.writes, 0);
    EXPECT_TRUE(desk());
    const QString right = wishes.key_file;
    wishes.key_file = makeKeyFile(QStringLiteral("other"));
    expectRefused(Error::Code::WrongKey);
    wishes.key_file.clear();
    EXPECT_TRUE(expectRefused(Error::Code::NoKey).message.contains(QStringLiteral("--key-file")));
    // A copy of the key is enough where the record is lost.
    wishes.key_file = right;
    ASSERT_TRUE(QFile::remove(keyRecordPath(dir.path())));
    const auto key = desk();
    ASSERT_TRUE(key);
    EXPECT_TRUE(CacheFile::open(dir.path(), CacheFile::Mode::ReadWrite, key->key));
}

TEST_F(EncryptionKeyTest, keyFileThatIsNotOneOrNotPrivate)
{
    const QString path = makeKeyFile(QStringLiteral("key"));
    wishes.key_file = path;
    ASSERT_TRUE(desk());
    EXPECT_FALSE(writeKeyFile(path, randomKey())) << "a key file is never replaced";
    QFile::setPermissions(path, QFile::permissions(path) | QFile::ReadGroup);
    EXPECT_TRUE(desk().error().message.contains(QStringLiteral("chmod 600")));
    for (const QByteArray &text : {QByteArray(), QByteArray(63, 'a'), QByteArray(65, 'a'), QByteArray(64, 'x'), QByteArray(QByteArray(32, 'a') + ' ' + QByteArray(31, 'a'))}) {
        const QString bad = keys.filePath(QStringLiteral("bad"));
        ASSERT_TRUE(writeBytes(bad, text));
        QFile::setPermissions(bad, QFile::ReadOwner | QFile::WriteOwner);
        EXPECT_FALSE(readKeyFile(bad)) << text.toStdString();
    }
    EXPECT_FALSE(readKeyFile(keys.path()));
    EXPECT_FALSE(readKeyFile(keys.filePath(QStringLiteral("none"))));
}

TEST_F(EncryptionKeyTest, passphraseWhereThereIsNoKeyring)
{
    keyring.absent = true;
    QByteArray typed = "correct horse battery";
    int news = 0;
    wishes.passphrase = [&](bool isNew) { news += isNew; return std::optional(QByteArray(typed.constData(), typed.size())); };
    start();
    EXPECT_EQ(news, 1);
    EXPECT_TRUE(desk());
    typed = "correct horse batterx";
    EXPECT_TRUE(expectRefused(Error::Code::WrongKey).message.contains(QStringLiteral("passphrase")));
    wishes.passphrase = nullptr;
    expectRefused(Error::Code::NoKey);
    // What makes guessing expensive cannot be taken out of the record.
    QByteArray cheap = bytesOf(keyRecordPath(dir.path()));
    ASSERT_TRUE(cheap.contains("134217728"));
    ASSERT_TRUE(writeBytes(keyRecordPath(dir.path()), cheap.replace("134217728", "8192")));
    expectRefused(Error::Code::Damaged);
}

TEST_F(EncryptionKeyTest, keyMadeBeforeACrashIsUsedAfterIt)
{
    ASSERT_TRUE(desk()); // and the program dies before there is a database
    start();
    EXPECT_EQ(keyring.writes, 1);
    QTemporaryDir other;
    ASSERT_TRUE(keyForDesk(other.path(), wishes, keyring));
    keyring.absent = true;
    EXPECT_EQ(keyForDesk(other.path(), wishes, keyring).error().code, Error::Code::NoKey) << "nor is its record replaced while the keyring is away";
}

TEST_F(EncryptionKeyTest, forgottenKeyLeavesTheKeyringAfterItsRecord)
{
    start();
    ASSERT_TRUE(removeCache(dir.path()));
    bool asked = false;
    keyring.removing = [&] {
        asked = true;
        EXPECT_FALSE(QFile::exists(keyRecordPath(dir.path()))) << "a kill here leaves a record without its key";
    };
    ASSERT_TRUE(forgetDataKey(dir.path(), keyring));
    EXPECT_TRUE(asked);
    EXPECT_TRUE(keyring.secrets.isEmpty());
    start(); // as a new directory
    EXPECT_EQ(keyring.secrets.size(), 1);
}

TEST_F(EncryptionKeyTest, keyringThatIsAwayKeepsAKeyThatOpensNothing)
{
    start();
    ASSERT_TRUE(removeCache(dir.path()));
    keyring.absent = true;
    EXPECT_FALSE(forgetDataKey(dir.path(), keyring));
    EXPECT_FALSE(QFile::exists(keyRecordPath(dir.path())));
    keyring.absent = false;
    start();
}

TEST_F(EncryptionKeyTest, emptyOrStrayFilesAreNotNewDirectories)
{
    for (const QString &name : {QStringLiteral("calldeck.db"), QStringLiteral("calldeck.db-wal")}) {
        QTemporaryDir other;
        ASSERT_TRUE(writeBytes(other.filePath(name), name.endsWith(u'l') ? QByteArray(5000, 'x') : QByteArray()));
        const auto key = keyForDesk(other.path(), wishes, keyring);
        ASSERT_TRUE(key) << "openDatabaseFile tells what is wrong";
        EXPECT_EQ(CacheFile::open(other.path(), CacheFile::Mode::Create, key->key).error().code, Error::Code::Damaged);
        EXPECT_EQ(keyring.writes, 0);
    }
}
