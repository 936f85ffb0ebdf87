#include "EncryptedFixture.h"
#include "StoreChild.h"
#include "database/Cipher.h"
#include "demo/Chance.h"
#include "store/DeskStore.h"

#include <QFileInfo>
#include <cstdio>

using namespace calldeck;
using namespace calldeck::test;

namespace
{

class EncryptionFileTest : public EncryptedFixture
{
protected:
    void SetUp() override
    {
        if (!canEncrypt())
            GTEST_SKIP() << "built without encryption";
        EncryptedFixture::SetUp();
    }
    void expectRefused(const DatabaseKey &used, Error::Code code)
    {
        const auto before = contentOf(dir.path());
        for (const auto mode : {CacheFile::Mode::ReadOnly, CacheFile::Mode::ReadWrite, CacheFile::Mode::Create}) {
            const auto opened = CacheFile::open(dir.path(), mode, used);
            ASSERT_FALSE(opened) << static_cast<int>(mode);
            EXPECT_EQ(opened.error().code, code) << opened.error().message.toStdString();
            EXPECT_TRUE(opened.error().message.endsWith(u'.')) << opened.error().message.toStdString();
            auto after = contentOf(dir.path());
            if (after.value(QStringLiteral("calldeck.db-wal")).isEmpty())
                after.remove(QStringLiteral("calldeck.db-wal")); // whose file can be read has been opened, and an empty journal may stay
            EXPECT_TRUE(after == before) << static_cast<int>(mode) << after.keys().join(u' ').toStdString();
        }
    }
};

} // namespace

TEST_F(EncryptionFileTest, noWordIsReadableOnTheDisk)
{
    writeCanaries();
    EXPECT_EQ(found(dir.path()), QStringList()) << "while open, with the journal";
    ASSERT_GT(QFileInfo(cache() + QStringLiteral("-wal")).size(), 0) << "the journal is what was looked at";
    QTemporaryDir elsewhere;
    ASSERT_TRUE(file->backupTo(elsewhere.filePath(QStringLiteral("copy.db"))));
    EXPECT_EQ(found(elsewhere.path()), QStringList());
    file.reset();
    EXPECT_EQ(found(dir.path()), QStringList());
    EXPECT_FALSE(looksPlain(cache()));
    openWith(key, CacheFile::Mode::ReadOnly);
    EXPECT_EQ(file->call(**file->findCall(QStringLiteral("canary")))->caller_name, QStringLiteral("Zebulon Vega"));
}

TEST_F(EncryptionFileTest, theSameWordsAreFoundWithoutAKey)
{
    file.reset();
    dir.remove();
    ASSERT_TRUE(QDir().mkpath(dir.path()));
    openWith({});
    writeCanaries();
    file.reset();
    EXPECT_EQ(found(dir.path()).size(), canaries.size()) << found(dir.path()).join(u' ').toStdString();
    EXPECT_TRUE(looksPlain(cache()));
}

TEST_F(EncryptionFileTest, anotherKeyOrNoneTouchesNothing)
{
    writeCanaries();
    file.reset();
    expectRefused(otherKey, Error::Code::WrongKey);
    expectRefused({}, Error::Code::Foreign);
    openWith(key, CacheFile::Mode::ReadWrite);
    expectSound();
}

TEST_F(EncryptionFileTest, anotherKeyLeavesTheJournalOfAKillAlone)
{
    writeCanaries();
    QTemporaryDir after;
    ASSERT_TRUE(QFile::copy(cache(), cachePath(after.path())));
    ASSERT_TRUE(QFile::copy(cache() + QStringLiteral("-wal"), cachePath(after.path()) + QStringLiteral("-wal")));
    const auto before = contentOf(after.path());
    EXPECT_EQ(CacheFile::open(after.path(), CacheFile::Mode::ReadWrite, otherKey).error().code, Error::Code::WrongKey);
    EXPECT_FALSE(CacheFile::open(after.path(), CacheFile::Mode::ReadWrite));
    EXPECT_TRUE(contentOf(after.path()) == before);
    const auto rescued = CacheFile::open(after.path(), CacheFile::Mode::ReadWrite, key);
    ASSERT_TRUE(rescued);
    EXPECT_EQ((*rescued)->verify()->calls, 1);
}

TEST_F(EncryptionFileTest, plainFileIsNotOpenedWithAKey)
{
    QTemporaryDir plain;
    { ASSERT_TRUE(CacheFile::open(plain.path(), CacheFile::Mode::Create)); }
    const auto before = contentOf(plain.path());
    const auto opened = CacheFile::open(plain.path(), CacheFile::Mode::Create, key);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Error::Code::WrongKey);
    EXPECT_TRUE(contentOf(plain.path()) == before);
}

TEST_F(EncryptionFileTest, newerEncryptedFileIsUntouched)
{
    ASSERT_TRUE(file->database().execute("PRAGMA user_version = 9999"));
    file.reset();
    expectRefused(key, Error::Code::NewerVersion);
}

TEST_F(EncryptionFileTest, filesAreTheOwnersAlone)
{
    const QString deep = dir.filePath(QStringLiteral("deep"));
    auto opened = CacheFile::open(deep, CacheFile::Mode::Create, key);
    ASSERT_TRUE(opened);
    EXPECT_FALSE(QFile::permissions(deep) & (QFile::ReadGroup | QFile::ReadOther | QFile::ExeGroup | QFile::ExeOther));
    for (const char *suffix : {"", "-wal", "-shm"})
        EXPECT_FALSE(QFile::permissions(cachePath(deep) + QLatin1String(suffix)) & (QFile::ReadGroup | QFile::ReadOther)) << suffix;
}

TEST_F(EncryptionFileTest, plainCopyIsForOtherPrograms)
{
    writeCanaries();
    QTemporaryDir elsewhere;
    const QString copy = elsewhere.filePath(QStringLiteral("copy.db"));
    ASSERT_TRUE(file->backupTo(copy, BackupForm::Plain));
    EXPECT_TRUE(looksPlain(copy));
    EXPECT_EQ(QDir(elsewhere.path()).entryList(QDir::Files), QStringList{QStringLiteral("copy.db")});
    auto plain = Database::open(copy, Database::Access::ReadOnly);
    ASSERT_TRUE(plain);
    EXPECT_EQ((*plain)->singleInteger("SELECT count(*) FROM calls"), 1);
    EXPECT_EQ((*plain)->singleText("PRAGMA integrity_check"), QStringLiteral("ok"));
}

TEST_F(EncryptionFileTest, everyFlippedBitIsFound)
{
    for (int i = 0; i < 40; ++i)
        put(missedCall(QStringLiteral("n%1").arg(i), QStringLiteral("+1415555%1").arg(2000 + i)));
    // A page without content may be damaged unseen.
    ASSERT_TRUE(file->database().execute("VACUUM"));
    ASSERT_EQ(file->database().singleInteger("PRAGMA freelist_count"), 0);
    file.reset();
    const QByteArray whole = bytesOf(cache());
    Chance chance(11);
    for (int i = 0; i < 60; ++i) {
        const int at = chance.below(static_cast<int>(whole.size()));
        SCOPED_TRACE(at);
        QByteArray bytes = whole;
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << chance.below(8)));
        ASSERT_TRUE(writeBytes(cache(), bytes));
        auto opened = CacheFile::open(dir.path(), CacheFile::Mode::ReadOnly, key);
        if (!opened) {
            EXPECT_TRUE(opened.error().code == Error::Code::WrongKey || opened.error().code == Error::Code::Damaged) << opened.error().message.toStdString();
            continue;
        }
        const auto report = (*opened)->verify();
        EXPECT_TRUE(!report || !report->problems.isEmpty());
        if (!report) {
            EXPECT_EQ(report.error().code, Error::Code::Damaged) << report.error().message.toStdString() << report.error().detail.toStdString();
        }
    }
    ASSERT_TRUE(writeBytes(cache(), whole));
    openWith(key, CacheFile::Mode::ReadWrite);
    expectSound();
}

/** Saves notes into an encrypted file until it is killed. */
TEST(EncryptionKillChild, DISABLED_savesUntilKilled)
{
    if (childFolder().isEmpty())
        GTEST_SKIP() << "runs as a child of EncryptionFileTest only";
    const DataKey key{*DatabaseKey::fromBytes(QByteArray("0123456789abcdef0123456789ABCDEF")), {}};
    auto opened = DeskStore::open(childFolder(), CacheFile::Mode::ReadWrite, QStringLiteral("Dana"), key);
    ASSERT_TRUE(opened) << opened.error().message.toStdString();
    EXPECT_EQ((*opened)->encryptionNotice(), QString());
    for (int i = 0;; ++i) {
        const auto receipt = (*opened)->apply(SetFields{{1}, {{CallField::call_notes, QStringLiteral("marmalade leak %1").arg(i)}}}).result();
        ASSERT_TRUE(receipt) << receipt.error().message.toStdString();
        std::printf("receipt %s\n", qPrintable(receipt->mutation_id));
        std::fflush(stdout);
    }
}

TEST_F(EncryptionFileTest, everyReceiptIsThereAfterAKill)
{
    writeCanaries();
    file.reset();
    Chance chance(5);
    QList<QByteArray> receipts;
    for (int i = 0; i < 8; ++i) {
        SCOPED_TRACE(i);
        StoreChild child(QStringLiteral("EncryptionKillChild.*"), dir.path());
        for (int wanted = 1 + chance.below(40); wanted > 0; --wanted) {
            receipts.append(child.next("receipt "));
            ASSERT_FALSE(receipts.last().isEmpty()) << "the child ended by itself";
        }
        child.kill();
        EXPECT_EQ(found(dir.path()), QStringList()) << "what a kill leaves behind";
        openWith(key, CacheFile::Mode::ReadWrite);
        {
            Statement kept = file->database().prepare("SELECT count(*) FROM audit WHERE mutation_id = ?");
            for (const QByteArray &id : receipts) {
                kept.reset();
                ASSERT_TRUE(kept.bindAll(QString::fromLatin1(id)).step());
                ASSERT_EQ(kept.integer(0), 1) << id.toStdString();
            }
        }
        expectSound();
        file.reset();
    }
}
