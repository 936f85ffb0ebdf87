#include "StoreFixture.h"
#include "store/CommandRunner.h"
#include "database/Database.h"

using namespace calldeck;

namespace
{

/** One call that comes again and again from outside, while a person works on it. */
class CallIntakeTest : public StoreFixture
{
protected:
    void SetUp() override
    {
        StoreFixture::SetUp();
        runner = std::make_unique<CommandRunner>(file->database(), file->workspace(), QStringLiteral("Dana"));
        incoming = missedCall(QStringLiteral("a"));
        key = put(incoming);
    }
    Applied again()
    {
        const auto applied = CacheSink(*file).put(incoming, now + 1000);
        EXPECT_TRUE(applied) << (applied ? "" : applied.error().detail.toStdString());
        return applied ? *applied : Applied::Unchanged;
    }
    Call call() { return *file->call(key); }
    qint64 rows(const QByteArray &table) { return file->database().singleInteger("SELECT count(*) FROM " + table).value_or(-1); }

    std::unique_ptr<CommandRunner> runner;
    IncomingCall incoming;
    CallKey key = 0;
};

} // namespace

TEST_F(CallIntakeTest, sameCallAgainChangesNothing)
{
    const Call before = call();
    EXPECT_EQ(again(), Applied::Unchanged);
    EXPECT_TRUE(call() == before);
    EXPECT_EQ(rows("calls"), 1);
    EXPECT_EQ(rows("follow_ups"), 1);
}

TEST_F(CallIntakeTest, newsReplaceWhatIsKnownAndSilenceDoesNot)
{
    incoming.call.caller_name = QStringLiteral("Marisol Vega-Ruiz");
    incoming.call.started_at.reset();
    incoming.call.transcript_summary = QStringLiteral("Boiler is cold");
    EXPECT_EQ(again(), Applied::Updated);
    EXPECT_EQ(call().caller_name, QStringLiteral("Marisol Vega-Ruiz"));
    EXPECT_EQ(call().started_at, now - 60'000);
    EXPECT_EQ(call().updated_at, now + 1000);
    expectSound();
}

TEST_F(CallIntakeTest, whatAPersonTypedStands)
{
    ASSERT_TRUE(runner->run(SetFields{{key},
                                      {{CallField::caller_name, QStringLiteral("Dr. Ruiz")},
                                       {CallField::call_notes, QStringLiteral("gate code 12")},
                                       {CallField::emergency, QStringLiteral("true")}}},
                            now));
    ASSERT_TRUE(runner->run(SetFields{{key}, {{CallField::emergency, QStringLiteral("false")}}}, now));
    incoming.call.caller_name = QStringLiteral("MARISOL V");
    incoming.call.call_notes = QStringLiteral("imported note");
    incoming.call.emergency = true;
    incoming.call.customer_email = QStringLiteral("m@example.com");
    EXPECT_EQ(again(), Applied::Updated);
    EXPECT_EQ(call().caller_name, QStringLiteral("Dr. Ruiz"));
    EXPECT_EQ(call().call_notes, QStringLiteral("gate code 12"));
    EXPECT_FALSE(call().emergency);
    EXPECT_EQ(call().customer_email, QStringLiteral("m@example.com"));
}

TEST_F(CallIntakeTest, recordedOutcomeStands)
{
    DispositionEntry entry;
    entry.disposition = QStringLiteral("estimate_given");
    entry.amount_cents = 35000;
    entry.notes = QStringLiteral("two visits");
    ASSERT_TRUE(runner->run(RecordDisposition{{key}, entry}, now));
    incoming.call.outcome = Outcome::NO_ANSWER;
    incoming.call.disposition = QStringLiteral("no_answer");
    incoming.call.last_outcome_notes = QStringLiteral("auto");
    incoming.call.value_cents = 100;
    incoming.call.outcome_required = true;
    again();
    EXPECT_EQ(call().disposition, QStringLiteral("estimate_given"));
    EXPECT_EQ(call().last_outcome_notes, QStringLiteral("two visits"));
    EXPECT_EQ(call().value_cents, 35000);
    EXPECT_FALSE(call().in_triage);
    expectSound();
}

TEST_F(CallIntakeTest, removedTagStaysRemoved)
{
    incoming.call.tags = {QStringLiteral("vip"), QStringLiteral("storm")};
    again();
    ASSERT_TRUE(runner->run(ChangeTags{{key}, {QStringLiteral("mine")}, {QStringLiteral("vip")}}, now));
    incoming.call.tags.append(QStringLiteral("late"));
    again();
    EXPECT_EQ(call().tags, QStringList({QStringLiteral("late"), QStringLiteral("mine"), QStringLiteral("storm")}));
}

TEST_F(CallIntakeTest, transcriptThatComesLaterIsKept)
{
    incoming.turns = {{Speaker::CUSTOMER, QStringLiteral("My furnace rattles"), 0, 0.9}};
    EXPECT_EQ(again(), Applied::Updated);
    EXPECT_EQ(file->turns(key)->size(), 1);
    EXPECT_EQ(again(), Applied::Unchanged);
}

TEST_F(CallIntakeTest, correctedTranscriptReplacesTheOlder)
{
    incoming.turns = {{Speaker::CUSTOMER, QStringLiteral("My furnace rattles"), 0, 0.9}, {Speaker::AGENT, QStringLiteral("Since when?"), 2000, 0.9}};
    again();
    incoming.turns[0].content = QStringLiteral("My furnace battles");
    incoming.turns.append({Speaker::CUSTOMER, QStringLiteral("Since Monday"), 4000, 0.9});
    EXPECT_EQ(again(), Applied::Updated);
    EXPECT_EQ(file->turns(key)->first().content, QStringLiteral("My furnace battles"));
    EXPECT_EQ(file->turns(key)->size(), 3);
    EXPECT_EQ(rows("turn_search WHERE turn_search MATCH 'rattles'"), 0);
    EXPECT_EQ(rows("turn_search WHERE turn_search MATCH 'battles'"), 1);
    incoming.turns.clear();
    EXPECT_EQ(again(), Applied::Unchanged);
    EXPECT_EQ(file->turns(key)->size(), 3);
    expectSound();
}

TEST_F(CallIntakeTest, providersWordsAreKeptWithEachUpdate)
{
    incoming.raw = QStringLiteral("{\"status\":\"missed\",\"x\":1}");
    again();
    EXPECT_EQ(file->database().singleText("SELECT raw FROM call_payloads"), incoming.raw);
}

TEST_F(CallIntakeTest, lateMessageDoesNotReopenAFinishedCall)
{
    const Call before = call();
    incoming.call.status = CallStatus::IN_PROGRESS;
    incoming.call.live_state = LiveState::RINGING;
    incoming.call.ended_at.reset();
    again();
    EXPECT_EQ(call().status, CallStatus::MISSED);
    EXPECT_FALSE(call().live_state);
    EXPECT_TRUE(call().in_triage);
    EXPECT_EQ(call().sla_due_at, before.sla_due_at);
    EXPECT_FALSE(call().sla_met_at);
}

TEST_F(CallIntakeTest, cancelledThatComesLateDoesNotTakeAMissedCallOutOfTriage)
{
    incoming.call.status = CallStatus::CANCELLED;
    again();
    EXPECT_EQ(call().status, CallStatus::MISSED);
    EXPECT_TRUE(call().in_triage);
}

TEST_F(CallIntakeTest, ringingCallThatIsMissedEntersTriage)
{
    IncomingCall live = missedCall(QStringLiteral("live"), QStringLiteral("(212) 555-0188"));
    live.call.status = CallStatus::IN_PROGRESS;
    live.call.live_state = LiveState::RINGING;
    live.call.ended_at.reset();
    const CallKey ringing = put(live);
    EXPECT_FALSE(file->call(ringing)->in_triage);
    live.call.status = CallStatus::MISSED;
    live.call.live_state.reset();
    live.call.ended_at = now;
    put(live);
    const Call missed = *file->call(ringing);
    EXPECT_TRUE(missed.in_triage);
    EXPECT_FALSE(missed.live_state);
    EXPECT_EQ(missed.sla_trigger, SlaTrigger::MISSED_CALL);
    EXPECT_EQ(rows("follow_ups WHERE state = 'OPEN' AND automatic = 1"), 2);
}

TEST_F(CallIntakeTest, closedCallbackTaskIsNotMadeAgainByAnUpdate)
{
    const QString task = file->database().singleText("SELECT uid FROM follow_ups");
    ASSERT_TRUE(runner->run(CloseFollowUp{task, FollowUpState::DONE}, now));
    incoming.call.carrier_info = QStringLiteral("mobile");
    EXPECT_EQ(again(), Applied::Updated);
    EXPECT_EQ(rows("follow_ups"), 1);
}

TEST_F(CallIntakeTest, numberThatTurnsOutToBeListedIsMarked)
{
    const CallKey listed = put(missedCall(QStringLiteral("b"), QStringLiteral("(212) 555-0188")));
    ASSERT_TRUE(runner->run(SetDoNotContact{{listed}, true, QStringLiteral("asked")}, now));
    incoming.call.customer_number_raw = QStringLiteral("(212) 555-0188");
    again();
    EXPECT_TRUE(call().do_not_contact);
    expectSound();
}

TEST_F(CallIntakeTest, answeredCallClosesTheCallbackTask)
{
    IncomingCall answered = missedCall(QStringLiteral("b"));
    answered.call.status = CallStatus::COMPLETED;
    answered.call.answered_at = now - 10'000;
    answered.call.started_at = now - 20'000;
    put(answered);
    EXPECT_EQ(rows("follow_ups WHERE state = 'OPEN'"), 0);
}
