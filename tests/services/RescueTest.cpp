#include "EncryptedFixture.h"
#include "StoreChild.h"
#include "database/Cipher.h"
#include "demo/Chance.h"
#include "store/DraftRows.h"
#include "store/FeedRows.h"
#include "store/OutboxRows.h"
#include "store/Rescue.h"
#include "sync/CallState.h"

#include <QFileInfo>
#include <QJsonArray>
#include <csignal>

using namespace calldeck;
using namespace calldeck::test;
using namespace Qt::StringLiterals;

namespace
{

using Texts = QList<QStringList>;

Texts rowsOf(Database &database, const QByteArray &select, int columns)
{
    Texts rows;
    Statement statement = database.prepare(select);
    while (statement.step()) {
        QStringList row;
        for (int i = 0; i < columns; ++i)
            row.append(statement.text(i));
        rows.append(row);
    }
    EXPECT_FALSE(statement.failed()) << database.lastError().detail.toStdString();
    return rows;
}

/** What exists in one cache alone, to the letter. */
struct Unsent {
    Texts waiting;
    Texts acked;
    Texts refused;
    Texts drafts;

    static Unsent of(Database &database, const QByteArray &drafts = "drafts")
    {
        return {rowsOf(database, "SELECT mid, kind, id, op, args_json, base_ver, schema_ver, created_ms FROM outbox WHERE state = 'pending' ORDER BY lseq", 8),
                rowsOf(database, "SELECT mid, kind, id, op, args_json, base_ver, schema_ver, created_ms FROM outbox WHERE state <> 'pending' ORDER BY lseq", 8),
                rowsOf(database, "SELECT mid, kind, id, op, args_json, base_ver, schema_ver, created_ms FROM dead ORDER BY lseq", 8),
                rowsOf(database, "SELECT record, body, updated_at FROM " + drafts + " ORDER BY record", 3)};
    }
};

/** `some` stands in `all` in the same order. */
bool isPartOf(const Texts &some, const Texts &all)
{
    qsizetype at = 0;
    for (const QStringList &row : some) {
        at = all.indexOf(row, at);
        if (at < 0)
            return false;
        ++at;
    }
    return true;
}

/** A cache with calls and a lot that was not sent, and its bytes; plain or encrypted. */
class RescueTest : public EncryptedFixture, public testing::WithParamInterface<bool>
{
protected:
    void SetUp() override
    {
        if (GetParam() && !canEncrypt())
            GTEST_SKIP() << "built without encryption";
        used = GetParam() ? key : DatabaseKey();
        openWith(used);
        fill();
        before = Unsent::of(file->database());
        ASSERT_EQ(before.waiting.size(), 90);
        ASSERT_EQ(before.refused.size(), 20);
        ASSERT_EQ(before.drafts.size(), 25);
        file.reset();
        whole = bytesOf(cache());
    }
    void fill()
    {
        QList<CallKey> calls;
        for (int i = 0; i < 60; ++i)
            calls.append(put(missedCall(u"n%1"_s.arg(i), u"+1415555%1"_s.arg(2000 + i))));
        Transaction transaction(file->database());
        for (int i = 0; i < 120; ++i)
            addEdit(i);
        for (int i = 0; i < 25; ++i) {
            const DraftRow draft{file->call(calls[i])->call_id, u"{\"notes\":\"%1\"}"_s.arg(QString(600, QChar(u'a' + i % 20))), now + i};
            EXPECT_TRUE(storeDraft(file->database(), calls[i], draft));
        }
        EXPECT_TRUE(transaction.commit());
    }
    void addEdit(int number)
    {
        Edit edit;
        edit.mid = midOf(number);
        edit.kind = u"call"_s;
        edit.id = u"record %1"_s.arg(number);
        edit.op = u"note"_s;
        edit.args = {{u"text"_s, QString(u"note %1 "_s.arg(number) + QString(500, QChar(u'A' + number % 26)))}};
        edit.at = now + number;
        EXPECT_TRUE(insertOutgoing(file->database(), edit, edit.mid));
        Verdict done = Done{};
        if (number % 6 == 0)
            done = bury(file->database(), edit.mid, {edit.mid, PushResult::Status::Rejected, 7, u"gone"_s, u"It is gone."_s}, now);
        else if (number % 12 == 1)
            done = takeResults(file->database(), {{edit.mid, PushResult::Status::Applied, 5, {}, {}}}, now);
        EXPECT_TRUE(done);
    }
    static QString midOf(int number) { return u"018f3a5c-7e1d-7000-8000-%1"_s.arg(number, 12, 10, QChar(u'0')); }

    /** Rescues these bytes in a folder of their own and looks at what came of it. */
    RescueReport rescued(const QByteArray &bytes, const QString &folder)
    {
        EXPECT_TRUE(writeBytes(cachePath(folder), bytes));
        const auto report = rescueCache(folder, used);
        EXPECT_TRUE(report) << (report ? "" : report.error().message.toStdString());
        if (!report)
            return {};
        EXPECT_EQ(bytesOf(cachePath(report->aside)), bytes) << "the damaged file goes aside as it is";
        EXPECT_TRUE(report->sentence().contains(report->aside));
        auto opened = CacheFile::open(folder, CacheFile::Mode::ReadWrite, used);
        EXPECT_TRUE(opened) << (opened ? "" : opened.error().message.toStdString());
        if (!opened)
            return *report;
        const auto sound = (*opened)->verify();
        EXPECT_TRUE(sound && sound->problems.isEmpty()) << (sound ? sound->problems.join(u'\n').toStdString() : "");
        expectNothingInvented(Unsent::of((*opened)->database(), "rescued_drafts"), *report);
        return *report;
    }
    void expectNothingInvented(const Unsent &after, const RescueReport &report)
    {
        Texts sent = after.waiting;
        // That the backend had one already may be what was damaged: it knows the id.
        sent.removeIf([&](const QStringList &row) { return before.acked.contains(row); });
        EXPECT_TRUE(isPartOf(sent, before.waiting));
        EXPECT_TRUE(isPartOf(after.refused, before.refused));
        EXPECT_TRUE(isPartOf(after.drafts, before.drafts));
        EXPECT_EQ(after.waiting.size(), report.edits.carried);
        EXPECT_EQ(after.refused.size(), report.refused.carried);
        EXPECT_EQ(after.drafts.size(), report.drafts.carried);
        EXPECT_LE(report.edits.carried, report.edits.known);
        EXPECT_EQ(after.acked.size(), 0);
        EXPECT_TRUE(!report.whole || report.edits.known >= before.waiting.size());
    }

    DatabaseKey used;
    Unsent before;
    QByteArray whole;
};

} // namespace

INSTANTIATE_TEST_SUITE_P(Files, RescueTest, testing::Bool(), [](const auto &kind) { return kind.param ? "encrypted" : "plain"; });

TEST_P(RescueTest, allIsCarriedOverFromAFileThatIsWhole)
{
    QTemporaryDir other;
    const RescueReport report = rescued(whole, other.path());
    EXPECT_EQ(report.edits.carried, 90);
    EXPECT_EQ(report.edits.known, 90);
    EXPECT_EQ(report.refused.carried, 20);
    EXPECT_EQ(report.drafts.carried, 25);
    EXPECT_TRUE(report.whole);
    EXPECT_TRUE(report.sentence().startsWith(u"90 of 90 unsent changes, 20 of 20 refused changes and 25 of 25 unfinished forms were carried over."_s));
}

TEST_P(RescueTest, whatWasWrittenBeforeThereWereDigestsGetsThem)
{
    openWith(used, CacheFile::Mode::ReadWrite);
    ASSERT_TRUE(file->database().execute("UPDATE outbox SET digest = ''; UPDATE dead SET digest = ''; UPDATE drafts SET digest = '', record = ''"));
    openWith(used, CacheFile::Mode::ReadWrite);
    file.reset();
    const auto report = rescueCache(dir.path(), used);
    ASSERT_TRUE(report) << report.error().message.toStdString();
    EXPECT_EQ(report->edits.carried, before.waiting.size());
    EXPECT_EQ(report->refused.carried, before.refused.size());
    EXPECT_EQ(report->drafts.carried, before.drafts.size());
}

TEST_P(RescueTest, anyPageThatIsDamagedCostsWhatStoodOnItAtMost)
{
    constexpr int pageSize = 4096;
    Chance chance(11);
    int losses = 0;
    int wholes = 0;
    for (int page = 1; page < static_cast<int>(whole.size() / pageSize); ++page) {
        SCOPED_TRACE(page);
        QByteArray bytes = whole;
        for (int i = 0; i < 40; ++i)
            bytes[page * pageSize + chance.below(pageSize)] = static_cast<char>(chance.below(256));
        QTemporaryDir other;
        const RescueReport report = rescued(bytes, other.path());
        const int carried = report.edits.carried + report.refused.carried + report.drafts.carried;
        wholes += carried == 135;
        losses += carried < 135;
        // The root of a table is a page too: with it goes what it leads to, but for what the indexes know.
        EXPECT_LE(report.edits.carried, 100);
        if (HasFailure())
            return;
    }
    EXPECT_GT(wholes, 20);
    EXPECT_GT(losses, 10) << "the damage met nothing";
}

TEST_P(RescueTest, flippedBitsAnywhere)
{
    Chance chance(GetParam() ? 3 : 4);
    int losses = 0;
    for (int i = 0; i < 150; ++i) {
        SCOPED_TRACE(i);
        QByteArray bytes = whole;
        for (int flip = 0; flip <= i % 8; ++flip) {
            const int at = 4096 + chance.below(static_cast<int>(bytes.size()) - 4096);
            bytes[at] = static_cast<char>(bytes[at] ^ (1 << chance.below(8)));
        }
        QTemporaryDir other;
        losses += rescued(bytes, other.path()).edits.carried < 90;
        if (HasFailure())
            return;
    }
    EXPECT_GT(losses, 5);
}

TEST_P(RescueTest, oneFlippedLetterOfAPlainFileLosesThatEditAlone)
{
    if (GetParam())
        GTEST_SKIP() << "the seal of the page says so";
    QByteArray bytes = whole;
    const qsizetype at = bytes.indexOf("note 50 ");
    ASSERT_GT(at, 0);
    bytes[at + 5] = '7'; // "note 70": as good a sentence as the other
    QTemporaryDir other;
    const RescueReport report = rescued(bytes, other.path());
    EXPECT_EQ(report.edits.carried, 89);
    EXPECT_EQ(report.edits.known, 90);
    EXPECT_TRUE(report.sentence().startsWith(u"89 of 90 unsent changes"_s));
}

TEST_P(RescueTest, whatCannotBeReadAtAllIsToldAndKept)
{
    for (const QByteArray &bytes : QList<QByteArray>{QByteArray(8192, 'Z'), QByteArray(), QByteArray(100, '\0') + whole.mid(100), whole.left(4096)}) {
        QTemporaryDir other;
        const RescueReport report = rescued(bytes, other.path());
        EXPECT_FALSE(report.whole);
        EXPECT_TRUE(report.edits.known > 0 || report.sentence().startsWith(u"Nothing could be read"_s)) << report.sentence().toStdString();
    }
}

TEST_P(RescueTest, journalOfAKilledDeskIsReadToo)
{
    openWith(used, CacheFile::Mode::ReadWrite);
    Transaction transaction(file->database());
    addEdit(500);
    ASSERT_TRUE(transaction.commit());
    before = Unsent::of(file->database());
    QTemporaryDir other;
    const QByteArray journal = bytesOf(cache() + u"-wal"_s);
    ASSERT_GT(journal.size(), 4096);
    ASSERT_TRUE(writeBytes(cachePath(other.path()) + u"-wal"_s, journal));
    const RescueReport report = rescued(whole, other.path());
    EXPECT_EQ(report.edits.carried, 91);
    EXPECT_EQ(bytesOf(cachePath(report.aside) + u"-wal"_s), journal);
}

TEST_P(RescueTest, draftsWaitForTheirCallsAndAreToldWhenThoseAreGone)
{
    QTemporaryDir other;
    ASSERT_EQ(rescued(whole, other.path()).drafts.carried, 25);
    auto opened = CacheFile::open(other.path(), CacheFile::Mode::ReadWrite, used);
    ASSERT_TRUE(opened);
    Database &database = (*opened)->database();
    EXPECT_EQ(unsentDocument(database)->value(u"drafts"_s).toArray().size(), 25);
    FeedRows feed(database, (*opened)->workspace(), u"Dana"_s);
    CallState state;
    state.call.call_id = before.drafts[3][0];
    state.call.provider = u"test"_s;
    state.call.provider_call_id = u"n"_s;
    state.call.status = CallStatus::MISSED;
    state.call.started_at = now;
    SnapshotPage page;
    page.epoch = 1;
    page.s = 10;
    page.rows = {{u"call"_s, state.call.call_id, 3, callRow(state)}};
    ASSERT_TRUE(feed.takeSnapshotPage(page, now));
    EXPECT_EQ(rowsOf(database, "SELECT record, body, updated_at FROM drafts", 3), Texts{before.drafts[3]});
    EXPECT_EQ(database.singleInteger("SELECT count(*) FROM rescued_drafts"), 0);
    EXPECT_EQ(deadLetters(database)->size(), 20 + 24) << "what was typed on calls that are no more is shown";
}

TEST_P(RescueTest, whoLeavesForGoodLeavesNothingAside)
{
    QTemporaryDir other;
    rescued(whole, other.path());
    ASSERT_TRUE(writeBytes(other.filePath(u"damaged-note.txt"_s), "mine"));
    ASSERT_TRUE(removeDamaged(other.path()));
    EXPECT_EQ(QDir(other.path()).entryList({u"damaged-*"_s}, QDir::AllEntries), QStringList{u"damaged-note.txt"_s});
    EXPECT_TRUE(QFile::exists(cachePath(other.path())));
}

TEST(RescueChild, DISABLED_rescues)
{
    if (childFolder().isEmpty())
        GTEST_SKIP() << "runs as a child of RescueTest only";
    ASSERT_TRUE(rescueCache(childFolder(), {}));
    std::printf("told \n");
    std::fflush(stdout);
}

#ifdef CALLDECK_TEST_SWITCHES
TEST_P(RescueTest, killedAnywhereItIsDoneOrCanBeDone)
{
    if (GetParam())
        GTEST_SKIP() << "the same steps";
    for (const QString &point : {u"R1"_s, u"R2"_s, u"R3"_s, u"R4"_s}) {
        SCOPED_TRACE(point.toStdString());
        QTemporaryDir other;
        QByteArray bytes = whole;
        bytes.replace(bytes.size() - 4096, 4096, QByteArray(4096, '\7'));
        ASSERT_TRUE(writeBytes(cachePath(other.path()), bytes));
        ASSERT_TRUE(writeBytes(cachePath(other.path()) + u"-wal"_s, "a journal"));
        StoreChild child(u"RescueChild.*"_s, other.path(), {{u"CRASH_AT"_s, point}});
        EXPECT_EQ(child.next("told"), QByteArray()) << "it did not die";
        EXPECT_EQ(child.signalAtEnd(), SIGKILL);
        ASSERT_TRUE(finishRescue(other.path()));
        if (point == u"R1"_s) {
            EXPECT_EQ(bytesOf(cachePath(other.path())), bytes) << "nothing was decided yet";
            ASSERT_TRUE(rescueCache(other.path(), {}));
        }
        const QStringList left = QDir(other.path()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot);
        ASSERT_EQ(left.size(), 2) << left.join(u' ').toStdString();
        EXPECT_TRUE(left.contains(u"calldeck.db"_s));
        const QString aside = other.filePath(left.filter(u"damaged-"_s).value(0));
        EXPECT_EQ(bytesOf(cachePath(aside)), bytes);
        EXPECT_EQ(bytesOf(cachePath(aside) + u"-wal"_s), "a journal");
        auto opened = CacheFile::open(other.path(), CacheFile::Mode::ReadWrite);
        ASSERT_TRUE(opened);
        EXPECT_GT(Unsent::of((*opened)->database(), "rescued_drafts").waiting.size(), 50);
        EXPECT_TRUE(finishRescue(other.path())) << "and again";
    }
}
#endif
