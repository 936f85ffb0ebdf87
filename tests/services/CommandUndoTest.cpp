#include "CommandFixture.h"

using namespace calldeck;

namespace
{

class CommandUndoTest : public CommandFixture
{
protected:
    void SetUp() override
    {
        CommandFixture::SetUp();
        key = put(missedCall(QStringLiteral("a")));
    }
    void expectUndone(const Command &command)
    {
        const QString before = picture();
        const QString mutation = done(command);
        EXPECT_NE(picture(), before) << command.index();
        ASSERT_TRUE(undo(mutation)) << command.index();
        EXPECT_EQ(picture(), before) << command.index();
        const QString after = everything();
        const auto twice = undo(mutation);
        ASSERT_FALSE(twice) << command.index();
        EXPECT_EQ(twice.error().code, Error::Code::Conflict);
        EXPECT_EQ(everything(), after) << command.index();
        expectSound();
    }

    CallKey key = 0;
};

} // namespace

TEST_F(CommandUndoTest, eachCommandIsTakenBackOnce)
{
    const CallKey other = put(missedCall(QStringLiteral("b")));
    const TimeMs later = now + 3'600'000;
    expectUndone(disposition({key, other}, QStringLiteral("callback_requested"), QStringLiteral("note"), later, 500));
    expectUndone(SkipTriage{key, QStringLiteral("why")});
    expectUndone(SetFields{{key, other}, {{CallField::emergency, QStringLiteral("true")}, {CallField::caller_name, QString()}}});
    expectUndone(set({key}, CallField::spam, QStringLiteral("true")));
    expectUndone(ChangeTags{{key, other}, {QStringLiteral("vip")}, {}});
    done(ChangeTags{{key}, {QStringLiteral("kept")}, {}});
    expectUndone(ChangeTags{{key, other}, {QStringLiteral("kept"), QStringLiteral("x")}, {}});
    expectUndone(ChangeTags{{key}, {}, {QStringLiteral("kept")}});
    expectUndone(ScheduleFollowUp{key, later, QStringLiteral("n")});
    expectUndone(MoveFollowUp{openTask(), later});
    expectUndone(CloseFollowUp{openTask(), FollowUpState::CANCELLED});
    expectUndone(SetDoNotContact{{key}, true, QStringLiteral("asked")});
    expectUndone(LinkContact{key, {}, true});
}

TEST_F(CommandUndoTest, doNotContactComesBackWithItsReason)
{
    done(SetDoNotContact{{key}, true, QStringLiteral("asked")});
    expectUndone(SetDoNotContact{{key}, false, QString()});
    EXPECT_EQ(file->database().singleText("SELECT reason FROM do_not_contact"), QStringLiteral("asked"));
}

TEST_F(CommandUndoTest, secondDoNotContactTakenBackLeavesTheFirst)
{
    done(SetDoNotContact{{key}, true, QStringLiteral("asked")});
    const QString again = done(SetDoNotContact{{key}, true, QStringLiteral("asked again")});
    (void)undo(again);
    EXPECT_EQ(rows("do_not_contact"), 1);
    EXPECT_TRUE(callAt(key).do_not_contact);
    EXPECT_TRUE(callAt(put(missedCall(QStringLiteral("later")))).do_not_contact);
}

TEST_F(CommandUndoTest, anUndoIsNotTakenBack)
{
    const QString mutation = done(disposition({key}, QStringLiteral("booked")));
    const auto undone = undo(mutation);
    ASSERT_TRUE(undone);
    const QString before = everything();
    EXPECT_FALSE(undo(undone->receipt.mutation_id));
    EXPECT_EQ(everything(), before);
    expectSound();
}

TEST_F(CommandUndoTest, earlierDispositionUndoneUnderALaterOne)
{
    const QString first = done(disposition({key}, QStringLiteral("callback_requested"), QStringLiteral("one"), now + 3'600'000));
    done(disposition({key}, QStringLiteral("booked"), QStringLiteral("two")), now + 10);
    ASSERT_TRUE(undo(first));
    EXPECT_EQ(callAt(key).disposition, QStringLiteral("booked"));
    EXPECT_EQ(callAt(key).last_outcome_notes, QStringLiteral("two"));
    EXPECT_FALSE(callAt(key).in_triage);
    EXPECT_TRUE(callAt(key).sla_met_at);
    EXPECT_FALSE(callAt(key).follow_up_required) << "the callback was the first one's promise";
    EXPECT_EQ(rows("follow_ups WHERE state = 'OPEN' AND automatic = 0"), 0);
    expectSound();
}

TEST_F(CommandUndoTest, sameDispositionTwiceAndTheFirstUndone)
{
    const QString first = done(disposition({key}, QStringLiteral("estimate_given"), QStringLiteral("same"), {}, 5000));
    done(disposition({key}, QStringLiteral("estimate_given"), QStringLiteral("same"), {}, 5000));
    ASSERT_TRUE(undo(first));
    EXPECT_EQ(callAt(key).disposition, QStringLiteral("estimate_given"));
    EXPECT_EQ(callAt(key).value_cents, 5000);
    EXPECT_FALSE(callAt(key).in_triage);
    expectSound();
}

TEST_F(CommandUndoTest, bothDispositionsUndoneInEitherOrder)
{
    for (const bool newestFirst : {true, false}) {
        SCOPED_TRACE(newestFirst);
        const QString before = picture();
        const QString first = done(disposition({key}, QStringLiteral("estimate_given"), QStringLiteral("one"), {}, 5000));
        const QString second = done(disposition({key}, QStringLiteral("booked"), QStringLiteral("two")), now + 10);
        ASSERT_TRUE(undo(newestFirst ? second : first));
        expectSound();
        ASSERT_TRUE(undo(newestFirst ? first : second));
        EXPECT_EQ(picture(), before);
        expectSound();
    }
}

TEST_F(CommandUndoTest, undoOfADispositionAfterSomebodyChangedOtherThings)
{
    const QString saved = done(disposition({key}, QStringLiteral("estimate_given"), QStringLiteral("n"), {}, 5000));
    done(SetFields{{key}, {{CallField::value_cents, QStringLiteral("9900")}, {CallField::caller_name, QStringLiteral("Rosa")}}});
    ASSERT_TRUE(undo(saved));
    EXPECT_EQ(callAt(key).value_cents, 9900);
    EXPECT_EQ(callAt(key).caller_name, QStringLiteral("Rosa"));
    EXPECT_TRUE(callAt(key).in_triage);
    expectSound();
}

TEST_F(CommandUndoTest, spamMarkedMeanwhileKeepsTheCallOutOfTriage)
{
    const QString saved = done(disposition({key}, QStringLiteral("booked")));
    done(set({key}, CallField::spam, QStringLiteral("true")));
    ASSERT_TRUE(undo(saved));
    EXPECT_FALSE(callAt(key).in_triage);
    expectSound();
}

TEST_F(CommandUndoTest, taskDoneMeanwhileStaysDone)
{
    const QString made = done(ScheduleFollowUp{key, now + 3'600'000, {}});
    const QString task = openTask();
    done(CloseFollowUp{task, FollowUpState::DONE});
    ASSERT_TRUE(undo(made));
    EXPECT_EQ(file->database().singleText("SELECT state FROM follow_ups WHERE uid = '" + task.toLatin1() + "'"), QStringLiteral("DONE"));
}

TEST_F(CommandUndoTest, taskMovedAgainStaysWhereItIs)
{
    done(ScheduleFollowUp{key, now + 3'600'000, {}});
    const QString task = openTask();
    const QString moved = done(MoveFollowUp{task, now + 7'200'000});
    done(MoveFollowUp{task, now + 9'000'000});
    ASSERT_TRUE(undo(moved));
    EXPECT_EQ(file->database().singleInteger("SELECT due_at FROM follow_ups WHERE uid = '" + task.toLatin1() + "'"), now + 9'000'000);
    EXPECT_EQ(callAt(key).follow_up_date, now + 9'000'000);
}

TEST_F(CommandUndoTest, noTaskIsReopenedForANumberThatAskedNotToBeCalled)
{
    const QString saved = done(disposition({key}, QStringLiteral("booked")));
    done(SetDoNotContact{{key}, true, QStringLiteral("asked")});
    ASSERT_TRUE(undo(saved));
    EXPECT_EQ(rows("follow_ups WHERE state = 'OPEN'"), 0);
    expectSound();
}

TEST_F(CommandUndoTest, contactThatOthersUseStays)
{
    const CallKey other = put(missedCall(QStringLiteral("b")));
    const QString made = done(LinkContact{key, {}, true});
    done(LinkContact{other, callAt(key).contact_id});
    ASSERT_TRUE(undo(made));
    EXPECT_TRUE(callAt(key).contact_id.isEmpty());
    EXPECT_EQ(rows("contacts"), 1);
}

TEST_F(CommandUndoTest, bulkOfTwoThousandThereAndBack)
{
    ASSERT_TRUE(CacheSink(*file).begin());
    QList<CallKey> keys{key};
    for (int i = 1; i < 2000; ++i)
        ASSERT_TRUE(CacheSink(*file).put(missedCall(QStringLiteral("n%1").arg(i), i % 4 ? QStringLiteral("+1415555%1").arg(1000 + i) : QStringLiteral("(415) 555-2671")), now));
    ASSERT_TRUE(CacheSink(*file).commit());
    for (CallKey i = 2; i <= 2000; ++i)
        keys.append(i);
    const QString before = picture();
    for (const Command &command : {Command(disposition(keys, QStringLiteral("no_answer"), QStringLiteral("storm day"))), Command(SetDoNotContact{keys, true, QStringLiteral("asked")})}) {
        const auto effect = run(command);
        ASSERT_TRUE(effect);
        EXPECT_EQ(effect->receipt.calls, 2000);
        const QByteArray id = effect->receipt.mutation_id.toLatin1();
        // The mark is the number's, so that each of the 1,500 numbers needs one edit.
        EXPECT_EQ(rows("outbox WHERE mutation = '" + id + "'"), std::holds_alternative<SetDoNotContact>(command) ? 1500 : 2000);
        ASSERT_TRUE(undo(effect->receipt.mutation_id));
        EXPECT_EQ(picture(), before);
    }
    expectSound();
}

TEST_F(CommandUndoTest, oneCallNamedTwiceIsRecordedOnce)
{
    done(disposition({key, key}, QStringLiteral("booked")));
    EXPECT_EQ(rows("call_outcomes"), 1);
    EXPECT_EQ(rows("outbox"), 1);
    expectSound();
}
