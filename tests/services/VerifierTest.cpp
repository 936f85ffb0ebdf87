#include "CommandFixture.h"
#include "store/CallSearch.h"

using namespace calldeck;

namespace
{

/** A sound file with a bulk disposition in it; each test breaks one thing and expects one sentence about it. */
class VerifierTest : public CommandFixture
{
protected:
    void SetUp() override
    {
        CommandFixture::SetUp();
        for (int i = 0; i < 6; ++i) {
            IncomingCall incoming = missedCall(QStringLiteral("n%1").arg(i), QStringLiteral("+1415555%1").arg(2000 + i));
            incoming.turns = {{Speaker::CUSTOMER, QStringLiteral("The furnace rattles"), 0, 0.9}};
            keys.append(put(incoming));
        }
        done(disposition(keys.mid(0, 4), QStringLiteral("callback_requested"), QStringLiteral("n"), now + 3'600'000));
        done(ChangeTags{keys, {QStringLiteral("vip")}, {}});
        expectSound();
    }
    void breakWith(const QByteArray &sql) { ASSERT_TRUE(file->database().execute(sql)) << file->database().lastError().detail.toStdString(); }
    void expectFinding(const char *words)
    {
        const auto report = file->verify();
        ASSERT_TRUE(report);
        EXPECT_TRUE(report->problems.join(u'\n').contains(QLatin1String(words))) << report->problems.join(u'\n').toStdString();
    }

    QList<CallKey> keys;
};

} // namespace

TEST_F(VerifierTest, countsWhatIsThere)
{
    const auto report = file->verify();
    EXPECT_EQ(report->calls, 6);
    EXPECT_EQ(report->outcomes, 4);
    EXPECT_EQ(report->outbox, 10);
    EXPECT_TRUE(report->full_text_checked);
}

TEST_F(VerifierTest, callWronglyInTriage)
{
    breakWith("UPDATE calls SET in_triage = 1 WHERE id = 1");
    expectFinding("triage");
}

TEST_F(VerifierTest, callWronglyOutOfTriage)
{
    breakWith("UPDATE calls SET in_triage = 0 WHERE id = 6");
    expectFinding("triage");
}

TEST_F(VerifierTest, outcomeWithoutItsCall)
{
    breakWith("UPDATE call_outcomes SET call_id = 99 WHERE id = 2");
    expectFinding("outcomes belong to no call");
}

TEST_F(VerifierTest, outcomeThatTheCallDoesNotShow)
{
    breakWith("UPDATE calls SET disposition = 'booked', outcome = 'BOOKED' WHERE id = 1");
    expectFinding("another outcome");
}

TEST_F(VerifierTest, callThatShowsAnOutcomeTakenBack)
{
    breakWith("UPDATE call_outcomes SET retracted_at = 5 WHERE call_id = 1");
    expectFinding("taken back");
}

TEST_F(VerifierTest, firstOutboxRowOfAMutationLost)
{
    breakWith("DELETE FROM outbox WHERE lseq = 1");
    expectFinding("not on their way");
}

TEST_F(VerifierTest, laterOutboxRowOfABulkMutationLost)
{
    breakWith("DELETE FROM outbox WHERE lseq = 3");
    expectFinding("not on their way");
}

TEST_F(VerifierTest, gapInTheOutbox)
{
    breakWith("DELETE FROM outbox WHERE op = 'tag+' AND lseq = 7");
    expectFinding("missing from the outbox");
}

TEST_F(VerifierTest, endOfTheOutboxCutOff)
{
    breakWith("DELETE FROM outbox WHERE lseq > 8");
    expectFinding("missing from the outbox");
}

TEST_F(VerifierTest, changeWithoutAnAuditEntry)
{
    breakWith("DELETE FROM audit WHERE call_id = 2 AND action = 'disposition'");
    expectFinding("no audit entry");
}

TEST_F(VerifierTest, thingsBesideTheCallThatIsGone)
{
    Draft draft;
    draft.notes = QStringLiteral("typed");
    ASSERT_TRUE(runner->saveDraft(6, draft, now));
    breakWith("DELETE FROM calls WHERE id = 6");
    for (const char *words : {"follow-ups belong", "tags belong", "drafts belong", "transcript"})
        expectFinding(words);
}

TEST_F(VerifierTest, brokenFullText)
{
    breakWith("INSERT INTO call_search (call_search, rowid, party, numbers, notes, tags, summary) SELECT 'delete', call_id, party, numbers, notes, tags, summary "
              "FROM search_text WHERE call_id = 3");
    expectFinding("call_search");
}

TEST_F(VerifierTest, brokenFullTextOfTheTranscripts)
{
    breakWith("INSERT INTO turn_search (turn_search, rowid, content) SELECT 'delete', id, content FROM conversation_turns LIMIT 1");
    expectFinding("turn_search");
}

TEST_F(VerifierTest, callThatSearchHasNeverSeen)
{
    breakWith("DELETE FROM search_queue WHERE call_id = 3; DELETE FROM search_text WHERE call_id = 3");
    expectFinding("cannot be found");
}

TEST_F(VerifierTest, doNotContactNumberWithACallThatMayBeCalled)
{
    done(SetDoNotContact{{keys[0]}, true, QStringLiteral("asked")});
    breakWith("UPDATE calls SET do_not_contact = 0 WHERE id = 1");
    expectFinding("do-not-contact");
}
