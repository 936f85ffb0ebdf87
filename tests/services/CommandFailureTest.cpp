#include "CommandFixture.h"

using namespace calldeck;

namespace
{

/** A disk that has no room left: SQLite refuses to let the file grow. */
class CommandFailureTest : public CommandFixture
{
protected:
    void fillDisk()
    {
        const qint64 pages = *file->database().singleInteger("PRAGMA page_count");
        ASSERT_EQ(file->database().singleInteger("PRAGMA max_page_count = " + QByteArray::number(pages)), pages);
    }
    void makeRoom() { (void)file->database().singleInteger("PRAGMA max_page_count = 1000000"); }
    static QString long_text() { return QString(20'000, u'n'); }
};

} // namespace

TEST_F(CommandFailureTest, fullDiskChangesNothingAndWorksAgainAfterwards)
{
    const CallKey key = put(missedCall(QStringLiteral("a")));
    const QString before = everything();
    const Command commands[] = {disposition({key}, QStringLiteral("other"), long_text()), SkipTriage{key, long_text()}, set({key}, CallField::call_notes, long_text()),
                                ScheduleFollowUp{key, now + 1000, long_text()}, SetDoNotContact{{key}, true, long_text()}};
    fillDisk();
    for (const Command &command : commands) {
        const auto refused = run(command);
        ASSERT_FALSE(refused) << command.index();
        EXPECT_EQ(refused.error().code, Error::Code::DiskFull) << refused.error().detail.toStdString();
        EXPECT_TRUE(refused.error().retryable);
        EXPECT_EQ(everything(), before) << command.index();
    }
    Draft draft;
    draft.notes = long_text();
    EXPECT_EQ(runner->saveDraft(key, draft, now).error().code, Error::Code::DiskFull);
    EXPECT_EQ(everything(), before);
    makeRoom();
    done(commands[0]);
    EXPECT_EQ(callAt(key).last_outcome_notes.size(), 20'000);
    expectSound();
}

TEST_F(CommandFailureTest, fullDiskInTheMiddleOfABulkChangeTakesAllOfItBack)
{
    QList<CallKey> keys;
    for (int i = 0; i < 300; ++i)
        keys.append(put(missedCall(QStringLiteral("n%1").arg(i))));
    const QString before = everything();
    const qint64 pages = *file->database().singleInteger("PRAGMA page_count");
    ASSERT_TRUE(file->database().singleInteger("PRAGMA max_page_count = " + QByteArray::number(pages + 20)));
    EXPECT_EQ(run(disposition(keys, QStringLiteral("other"), QString(400, u'x'))).error().code, Error::Code::DiskFull);
    EXPECT_EQ(everything(), before);
    makeRoom();
    done(disposition(keys, QStringLiteral("other"), QString(400, u'x')));
    expectSound();
}

TEST_F(CommandFailureTest, fullDiskDuringAnImportKeepsWhatWasThere)
{
    put(missedCall(QStringLiteral("a")));
    const QString before = everything();
    const qint64 pages = *file->database().singleInteger("PRAGMA page_count");
    ASSERT_TRUE(file->database().singleInteger("PRAGMA max_page_count = " + QByteArray::number(pages + 4)));
    ASSERT_TRUE(CacheSink(*file).begin());
    Workspace renamed = file->workspace();
    renamed.name = QStringLiteral("Half imported");
    ASSERT_TRUE(file->setWorkspace(renamed));
    Result<Applied> applied = Applied::Added;
    for (int i = 0; applied && i < 1000; ++i)
        applied = CacheSink(*file).put(missedCall(QStringLiteral("n%1").arg(i)), now);
    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().code, Error::Code::DiskFull);
    EXPECT_TRUE(CacheSink(*file).rollback());
    EXPECT_NE(file->workspace().name, renamed.name);
    EXPECT_EQ(everything(), before);
    makeRoom();
    put(missedCall(QStringLiteral("b")));
    EXPECT_EQ(rows("calls"), 2);
    expectSound();
}

TEST_F(CommandFailureTest, writerThatWaitsTooLongIsToldSo)
{
    const CallKey key = put(missedCall(QStringLiteral("a")));
    auto other = Database::open(file->database().file(), Database::Access::ReadWrite);
    ASSERT_TRUE(other);
    Transaction held(**other);
    ASSERT_TRUE(held.begun());
    ASSERT_TRUE(file->database().execute("PRAGMA busy_timeout = 1"));
    const auto refused = run(set({key}, CallField::queue, QStringLiteral("x")));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Error::Code::Busy);
    EXPECT_TRUE(refused.error().retryable);
}
