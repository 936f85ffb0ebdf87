#include "StoreFixture.h"
#include "store/CommandRunner.h"
#include "database/Database.h"

using namespace calldeck;

namespace
{

class CommandRunnerTest : public StoreFixture
{
protected:
    void SetUp() override
    {
        StoreFixture::SetUp();
        runner = std::make_unique<CommandRunner>(file->database(), file->workspace(), QStringLiteral("Dana"));
    }
    Result<Effect> record(CallKey key, const QString &disposition, const QString &notes = {}, std::optional<TimeMs> followUp = {})
    {
        DispositionEntry entry;
        entry.disposition = disposition;
        entry.notes = notes;
        entry.follow_up_at = followUp;
        return runner->run(RecordDisposition{{key}, entry}, now);
    }
    qint64 rows(const QByteArray &table) { return file->database().singleInteger("SELECT count(*) FROM " + table).value_or(-1); }

    std::unique_ptr<CommandRunner> runner;
};

} // namespace

TEST_F(CommandRunnerTest, dispositionMovesCallHistoryAuditAndOutboxTogether)
{
    const CallKey key = put(missedCall(QStringLiteral("a")));
    ASSERT_TRUE(file->call(key)->in_triage);
    ASSERT_TRUE(record(key, QStringLiteral("booked"), QStringLiteral("Tomorrow at nine")));
    const Call call = *file->call(key);
    EXPECT_FALSE(call.in_triage);
    EXPECT_EQ(call.outcome, Outcome::BOOKED);
    EXPECT_EQ(call.last_outcome_notes, QStringLiteral("Tomorrow at nine"));
    EXPECT_TRUE(call.sla_met_at);
    EXPECT_EQ(rows("call_outcomes"), 1);
    EXPECT_EQ(rows("audit"), 1);
    EXPECT_EQ(rows("outbox"), 1);
    expectSound();
}

TEST_F(CommandRunnerTest, incompleteDispositionChangesNothing)
{
    const CallKey key = put(missedCall(QStringLiteral("a")));
    const auto refused = record(key, QStringLiteral("callback_requested"));
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().message.contains(QStringLiteral("follow-up time")));
    EXPECT_TRUE(file->call(key)->in_triage);
    EXPECT_EQ(rows("call_outcomes") + rows("audit") + rows("outbox"), 0);
}

TEST_F(CommandRunnerTest, bulkDispositionIsAllOrNothing)
{
    const CallKey first = put(missedCall(QStringLiteral("a")));
    DispositionEntry entry;
    entry.disposition = QStringLiteral("booked");
    EXPECT_FALSE(runner->run(RecordDisposition{{first, 99}, entry}, now));
    EXPECT_TRUE(file->call(first)->in_triage);
}

TEST_F(CommandRunnerTest, missedCallMakesOneTaskPerNumberAndSavingClosesIt)
{
    const CallKey first = put(missedCall(QStringLiteral("a")));
    put(missedCall(QStringLiteral("b")));
    EXPECT_EQ(rows("follow_ups WHERE state = 'OPEN'"), 1);
    ASSERT_TRUE(record(first, QStringLiteral("callback_requested"), {}, now + 3'600'000));
    EXPECT_EQ(rows("follow_ups WHERE state = 'OPEN' AND automatic = 0"), 1);
    EXPECT_EQ(rows("follow_ups WHERE state = 'OPEN' AND automatic = 1"), 0);
}

TEST_F(CommandRunnerTest, undoRestoresEverythingOnceAndKeepsHistory)
{
    const CallKey key = put(missedCall(QStringLiteral("a")));
    const Call before = *file->call(key);
    const auto saved = record(key, QStringLiteral("callback_requested"), QStringLiteral("soon"), now + 3'600'000);
    ASSERT_TRUE(saved);
    ASSERT_TRUE(runner->run(Undo{saved->receipt.mutation_id}, now));
    Call after = *file->call(key);
    after.updated_at = before.updated_at;
    EXPECT_TRUE(after == before);
    EXPECT_EQ(rows("call_outcomes WHERE retracted_at IS NOT NULL"), 1);
    EXPECT_EQ(rows("follow_ups WHERE state = 'OPEN' AND automatic = 1"), 1);
    EXPECT_FALSE(runner->run(Undo{saved->receipt.mutation_id}, now));
    expectSound();
}

TEST_F(CommandRunnerTest, undoLeavesLaterChangesAlone)
{
    const CallKey key = put(missedCall(QStringLiteral("a")));
    const auto first = runner->run(SetFields{{key}, {{CallField::value_cents, QStringLiteral("15000")}}}, now);
    ASSERT_TRUE(first && runner->run(SetFields{{key}, {{CallField::value_cents, QStringLiteral("99000")}}}, now));
    ASSERT_TRUE(runner->run(Undo{first->receipt.mutation_id}, now));
    EXPECT_EQ(file->call(key)->value_cents, 99000);
}

TEST_F(CommandRunnerTest, factsCannotBeTyped)
{
    const CallKey key = put(missedCall(QStringLiteral("a")));
    EXPECT_FALSE(runner->run(SetFields{{key}, {{CallField::duration_seconds, QStringLiteral("5")}}}, now));
    EXPECT_FALSE(runner->run(SetFields{{key}, {{CallField::value_cents, QStringLiteral("much")}}}, now));
}

TEST_F(CommandRunnerTest, doNotContactReachesEveryCallOfTheNumberAndLaterOnes)
{
    const CallKey first = put(missedCall(QStringLiteral("a")));
    const CallKey second = put(missedCall(QStringLiteral("b")));
    ASSERT_TRUE(runner->run(SetDoNotContact{{first}, true, QStringLiteral("asked")}, now));
    EXPECT_TRUE(file->call(second)->do_not_contact);
    EXPECT_EQ(rows("follow_ups WHERE state = 'OPEN'"), 0);
    EXPECT_TRUE(file->call(put(missedCall(QStringLiteral("c"))))->do_not_contact);
}

TEST_F(CommandRunnerTest, draftSurvivesReopeningAndEndsWithTheSave)
{
    const CallKey key = put(missedCall(QStringLiteral("a")));
    Draft draft;
    draft.disposition = QStringLiteral("estimate_given");
    draft.notes = QStringLiteral("Zürich “quotes”\nsecond line");
    draft.amount_cents = 35000;
    ASSERT_TRUE(runner->saveDraft(key, draft, now));
    runner.reset();
    reopen(CacheFile::Mode::ReadWrite);
    runner = std::make_unique<CommandRunner>(file->database(), file->workspace(), QStringLiteral("Dana"));
    auto restored = file->detail(key)->draft;
    ASSERT_TRUE(restored);
    restored->updated_at = 0;
    EXPECT_TRUE(*restored == draft);
    ASSERT_TRUE(runner->run(RecordDisposition{{key}, draft}, now));
    EXPECT_FALSE(file->detail(key)->draft);
}

TEST_F(CommandRunnerTest, skipNeedsAReasonAndLeavesTheCallOwed)
{
    const CallKey key = put(missedCall(QStringLiteral("a")));
    EXPECT_FALSE(runner->run(SkipTriage{key, QStringLiteral("  ")}, now));
    ASSERT_TRUE(runner->run(SkipTriage{key, QStringLiteral("line was bad")}, now));
    EXPECT_TRUE(file->call(key)->in_triage);
    EXPECT_EQ(file->call(key)->outcome_owed_reason, QStringLiteral("line was bad"));
}

TEST_F(CommandRunnerTest, bulkTagsAndTheirUndo)
{
    QList<CallKey> keys;
    for (int i = 0; i < 50; ++i)
        keys.append(put(missedCall(QStringLiteral("call %1").arg(i))));
    const auto tagged = runner->run(ChangeTags{keys, {QStringLiteral("storm")}, {}}, now);
    ASSERT_TRUE(tagged);
    EXPECT_EQ(tagged->receipt.calls, 50);
    EXPECT_EQ(rows("call_tags"), 50);
    ASSERT_TRUE(runner->run(Undo{tagged->receipt.mutation_id}, now));
    EXPECT_EQ(rows("call_tags"), 0);
}

TEST_F(CommandRunnerTest, dispositionOfAnOlderCallLeavesTheCallbackOfANewerOne)
{
    IncomingCall older = missedCall(QStringLiteral("older"));
    older.call.status = CallStatus::COMPLETED;
    older.call.started_at = now - 3'600'000;
    older.call.ended_at = now - 3'000'000;
    const CallKey answered = put(older);
    put(missedCall(QStringLiteral("newer")));
    ASSERT_TRUE(record(answered, QStringLiteral("booked")));
    EXPECT_EQ(rows("follow_ups WHERE state = 'OPEN' AND automatic = 1"), 1);
}

TEST_F(CommandRunnerTest, newPromiseReplacesTheEarlierOneOfTheCall)
{
    const CallKey key = put(missedCall(QStringLiteral("a")));
    ASSERT_TRUE(record(key, QStringLiteral("callback_requested"), {}, now + 3'600'000));
    const auto second = record(key, QStringLiteral("callback_requested"), {}, now + 7'200'000);
    ASSERT_TRUE(second);
    EXPECT_EQ(rows("follow_ups WHERE state = 'OPEN'"), 1);
    EXPECT_EQ(file->database().singleInteger("SELECT due_at FROM follow_ups WHERE state = 'OPEN'"), now + 7'200'000);
    ASSERT_TRUE(runner->run(Undo{second->receipt.mutation_id}, now));
    EXPECT_EQ(file->database().singleInteger("SELECT due_at FROM follow_ups WHERE state = 'OPEN'"), now + 3'600'000);
    expectSound();
}

TEST_F(CommandRunnerTest, bulkDispositionKeepsWhatWasTypedOnEachCall)
{
    const CallKey first = put(missedCall(QStringLiteral("a")));
    const CallKey second = put(missedCall(QStringLiteral("b")));
    Draft draft;
    draft.notes = QStringLiteral("Typed on this one");
    ASSERT_TRUE(runner->saveDraft(first, draft, now));
    DispositionEntry entry;
    entry.disposition = QStringLiteral("no_answer");
    ASSERT_TRUE(runner->run(RecordDisposition{{first, second}, entry}, now));
    EXPECT_EQ(rows("drafts"), 1);
    ASSERT_TRUE(record(first, QStringLiteral("booked"), draft.notes));
    EXPECT_EQ(rows("drafts"), 0);
}

TEST_F(CommandRunnerTest, callThatDoesNotWaitCannotBeSkipped)
{
    const CallKey key = put(missedCall(QStringLiteral("a")));
    ASSERT_TRUE(record(key, QStringLiteral("booked")));
    EXPECT_FALSE(runner->run(SkipTriage{key, QStringLiteral("why")}, now));
    EXPECT_TRUE(file->call(key)->outcome_owed_reason.isEmpty());
}

TEST_F(CommandRunnerTest, emergencyRaisedByHandStartsItsClockThen)
{
    const CallKey key = put(missedCall(QStringLiteral("a")));
    const TimeMs later = now + 3'600'000;
    ASSERT_TRUE(runner->run(SetFields{{key}, {{CallField::emergency, QStringLiteral("true")}}}, later));
    EXPECT_EQ(file->call(key)->sla_trigger, SlaTrigger::EMERGENCY);
    EXPECT_EQ(file->call(key)->sla_started_at, later);
    EXPECT_EQ(file->call(key)->sla_due_at, later + 5 * 60'000);
}

TEST_F(CommandRunnerTest, decisionWithoutATimeTakesThePromiseFromTheCall)
{
    const CallKey key = put(missedCall(QStringLiteral("a")));
    ASSERT_TRUE(record(key, QStringLiteral("callback_requested"), {}, now + 3'600'000));
    const auto booked = record(key, QStringLiteral("booked"));
    ASSERT_TRUE(booked);
    EXPECT_FALSE(file->call(key)->follow_up_required);
    EXPECT_FALSE(file->call(key)->follow_up_date);
    EXPECT_EQ(rows("follow_ups WHERE state = 'OPEN'"), 0);
    ASSERT_TRUE(runner->run(Undo{booked->receipt.mutation_id}, now));
    EXPECT_TRUE(file->call(key)->follow_up_required);
    EXPECT_EQ(file->call(key)->follow_up_date, now + 3'600'000);
    EXPECT_EQ(rows("follow_ups WHERE state = 'OPEN'"), 1);
    expectSound();
}

TEST_F(CommandRunnerTest, promisesTakenBackInTheWrongOrderStayTakenBack)
{
    const CallKey key = put(missedCall(QStringLiteral("a")));
    const auto first = record(key, QStringLiteral("callback_requested"), {}, now + 3'600'000);
    const auto second = record(key, QStringLiteral("booked"));
    ASSERT_TRUE(first && second);
    ASSERT_TRUE(runner->run(Undo{first->receipt.mutation_id}, now + 1));
    ASSERT_TRUE(runner->run(Undo{second->receipt.mutation_id}, now + 2));
    EXPECT_EQ(rows("follow_ups WHERE state = 'OPEN' AND automatic = 0"), 0);
    expectSound();
}
