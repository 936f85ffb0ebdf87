#include "CommandFixture.h"
#include "FaultDisk.h"
#include "Files.h"
#include "store/DataDirectory.h"

using namespace calldeck;
using namespace calldeck::test;

namespace
{

/** A disk that fails at its n-th read, write or sync, for every n until nothing fails any more. */
class DiskFaultTest : public CommandFixture
{
protected:
    static constexpr int most = 3000;

    void SetUp() override
    {
        CommandFixture::SetUp();
        for (int i = 0; i < 20; ++i)
            put(missedCall(QStringLiteral("n%1").arg(i), QStringLiteral("+1415555%1").arg(2000 + i)));
        close();
        whole = contentOf(dir.path());
    }
    void close()
    {
        runner.reset();
        file.reset();
    }
    void startAfresh()
    {
        close();
        for (const QString &name : {QStringLiteral("calldeck.db-wal"), QStringLiteral("calldeck.db-shm")})
            QFile::remove(dir.filePath(name));
        for (auto old = whole.cbegin(); old != whole.cend(); ++old)
            ASSERT_TRUE(writeBytes(dir.filePath(old.key()), *old));
    }
    /** As the window: opens, saves, closes. The error that a person is shown, or none. */
    std::optional<Error> openAndSave()
    {
        auto opened = CacheFile::open(dir.path(), CacheFile::Mode::ReadWrite);
        if (!opened)
            return opened.error();
        file = *std::move(opened);
        sitDown();
        const auto saved = run(AddNote{1, QString(9000, u'n')});
        return saved ? std::nullopt : std::optional(saved.error());
    }
    void expectUseful(const Error &error)
    {
        EXPECT_TRUE(error.message.endsWith(u'.')) << error.message.toStdString();
        static const QList<Error::Code> known{Error::Code::Io, Error::Code::DiskFull, Error::Code::Damaged};
        EXPECT_TRUE(known.contains(error.code)) << static_cast<int>(error.code) << ' ' << error.message.toStdString() << ' ' << error.detail.toStdString();
    }
    qint64 notes() { return file->database().singleInteger("SELECT count(*) FROM audit WHERE action = 'note'").value_or(-1); }
    /** The disk is well again and the program started anew: everything old is there, and the note when it was called saved. */
    void expectWell(bool saved, bool mayBeThere)
    {
        close();
        reopen(CacheFile::Mode::ReadWrite);
        ASSERT_TRUE(file);
        EXPECT_EQ(file->verify()->calls, 20);
        expectSound();
        const qint64 found = notes();
        EXPECT_TRUE(found == (saved ? 1 : 0) || (mayBeThere && found == 1)) << found << " notes, called saved: " << saved << ' ' << said.toStdString();
        sitDown();
        done(AddNote{2, QStringLiteral("goes on")});
        EXPECT_EQ(notes(), found + 1);
    }
    /** Every n; returns how many failed. A failed sync says nothing about what is on the disk. */
    int sweep(DiskFault::Kind kind, bool forEver)
    {
        int failures = 0;
        for (int n = 1; n < most && !HasFailure(); ++n) {
            SCOPED_TRACE(n);
            startAfresh();
            disk.fail({kind, n, forEver});
            const auto problem = openAndSave();
            const bool struck = disk.hasFailed();
            close();
            const bool later = disk.hasFailed() && !struck;
            disk.fail({});
            if (problem) {
                ++failures;
                expectUseful(*problem);
                said = problem->message + u' ' + problem->detail;
            }
            expectWell(!problem, kind == DiskFault::Kind::SyncError);
            if (!struck && !later)
                return failures;
        }
        ADD_FAILURE() << "it never came through";
        return failures;
    }

    FaultDisk disk;
    QMap<QString, QByteArray> whole;
    QString said; ///< the last error
};

} // namespace

TEST_F(DiskFaultTest, readThatFailsOnce) { EXPECT_GT(sweep(DiskFault::Kind::ReadError, false), 5); }
TEST_F(DiskFaultTest, readsThatFailForEver) { EXPECT_GT(sweep(DiskFault::Kind::ReadError, true), 5); }
TEST_F(DiskFaultTest, shortWrite) { EXPECT_GT(sweep(DiskFault::Kind::ShortWrite, false), 5); }
TEST_F(DiskFaultTest, shortWritesForEver) { EXPECT_GT(sweep(DiskFault::Kind::ShortWrite, true), 5); }
TEST_F(DiskFaultTest, fullDiskAtAnyWrite) { EXPECT_GT(sweep(DiskFault::Kind::Full, true), 5); }
TEST_F(DiskFaultTest, syncThatFailsOnce) { EXPECT_GE(sweep(DiskFault::Kind::SyncError, false), 1); }
TEST_F(DiskFaultTest, syncsThatFailForEver) { EXPECT_GE(sweep(DiskFault::Kind::SyncError, true), 1); }

/** "Not saved" may be wrong for a sync that failed. Saving again, in the same program or after a new start, is one note and not two. */
TEST_F(DiskFaultTest, savingAgainAfterAFailedSyncIsSavedOnce)
{
    reopen(CacheFile::Mode::ReadWrite);
    sitDown();
    disk.fail({DiskFault::Kind::SyncError, 1, false});
    ASSERT_FALSE(run(AddNote{1, QStringLiteral("said once")}));
    ASSERT_TRUE(disk.hasFailed());
    EXPECT_EQ(notes(), 0);
    // What a kill at this moment would leave.
    const auto left = contentOf(dir.path());
    done(AddNote{1, QStringLiteral("said once")});
    EXPECT_EQ(notes(), 1);
    close();
    reopen(CacheFile::Mode::ReadWrite);
    EXPECT_EQ(notes(), 1);
    expectSound();

    QTemporaryDir after;
    for (auto one = left.cbegin(); one != left.cend(); ++one)
        ASSERT_TRUE(writeBytes(QDir(after.path()).filePath(one.key()), *one));
    const auto rescued = CacheFile::open(after.path(), CacheFile::Mode::ReadWrite);
    ASSERT_TRUE(rescued) << rescued.error().message.toStdString();
    const auto report = (*rescued)->verify();
    EXPECT_TRUE(report && report->problems.isEmpty());
    // Whole or not at all: with its edit in the outbox, or without.
    EXPECT_EQ((*rescued)->database().singleInteger("SELECT count(*) FROM audit WHERE action = 'note'"),
              (*rescued)->database().singleInteger("SELECT count(*) FROM outbox WHERE op = 'note'"));
}
