#include "CommandFixture.h"

#include <QJsonDocument>

using namespace calldeck;

namespace
{

/** After each command the row, its audit entry and its outbox row tell the same story. */
class CommandAgreementTest : public CommandFixture
{
protected:
    void SetUp() override
    {
        CommandFixture::SetUp();
        key = put(missedCall(QStringLiteral("a")));
    }
    void expectOneOf(const QString &mutation, const QString &op)
    {
        Statement audit = file->database().prepare("SELECT count(*) FROM audit WHERE mutation_id = ? AND call_id = ? AND actor = 'Dana' AND at = ?");
        ASSERT_TRUE(audit.bindAll(mutation, key, now).step());
        EXPECT_EQ(audit.integer(0), 1);
        Statement outbox = file->database().prepare("SELECT id, op, args_json, state FROM outbox WHERE mutation = ? ORDER BY lseq DESC");
        ASSERT_TRUE(outbox.bindAll(mutation).step());
        EXPECT_EQ(outbox.text(0), callAt(key).call_id);
        EXPECT_EQ(outbox.text(1), op);
        EXPECT_EQ(outbox.text(3), QStringLiteral("pending"));
        args = QJsonDocument::fromJson(outbox.text(2).toUtf8()).object();
        EXPECT_EQ(rows("search_queue"), 1);
        expectSound();
    }
    QString arg(const char *name) { return args.value(QLatin1String(name)).toVariant().toString(); }

    CallKey key = 0;
    QJsonObject args;
};

} // namespace

TEST_F(CommandAgreementTest, disposition)
{
    const TimeMs later = now + 3'600'000;
    expectOneOf(done(disposition({key}, QStringLiteral("callback_requested"), QStringLiteral("after five"), later)), QStringLiteral("disposition"));
    EXPECT_EQ(arg("follow_up_at"), isoUtc(later));
    EXPECT_EQ(arg("notes"), QStringLiteral("after five"));
    EXPECT_EQ(callAt(key).follow_up_date, later);
    EXPECT_TRUE(callAt(key).follow_up_required);
    const auto history = file->outcomes(key);
    ASSERT_EQ(history->size(), 1);
    EXPECT_EQ(history->first().notes, callAt(key).last_outcome_notes);
    EXPECT_EQ(history->first().disposition, callAt(key).disposition);
    EXPECT_EQ(history->first().at, callAt(key).outcome_at);
    EXPECT_EQ(rows("follow_ups WHERE state = 'OPEN' AND owner = 'Dana'"), 1);
}

TEST_F(CommandAgreementTest, skip)
{
    expectOneOf(done(SkipTriage{key, QStringLiteral(" line was bad ")}), QStringLiteral("skip"));
    EXPECT_EQ(arg("reason"), QStringLiteral("line was bad"));
}

TEST_F(CommandAgreementTest, fields)
{
    expectOneOf(done(SetFields{{key}, {{CallField::value_cents, QStringLiteral("15000")}, {CallField::queue, QStringLiteral("Boilers")}}}), QStringLiteral("set"));
    EXPECT_EQ(arg("value_cents"), QStringLiteral("15000"));
    EXPECT_EQ(arg("queue"), callAt(key).queue);
}

TEST_F(CommandAgreementTest, tags)
{
    expectOneOf(done(ChangeTags{{key}, {QStringLiteral(" vip ")}, {}}), QStringLiteral("tag+"));
    EXPECT_EQ(arg("tag"), QStringLiteral("vip"));
    EXPECT_EQ(callAt(key).tags, QStringList{QStringLiteral("vip")});
}

TEST_F(CommandAgreementTest, followUpFromMakingToClosing)
{
    const TimeMs first = now + 3'600'000;
    const TimeMs second = now + 7'200'000;
    expectOneOf(done(ScheduleFollowUp{key, first, QStringLiteral("quote")}), QStringLiteral("follow_up"));
    const QString task = openTask();
    EXPECT_EQ(callAt(key).follow_up_date, first);
    expectOneOf(done(MoveFollowUp{task, second}), QStringLiteral("follow_up_move"));
    EXPECT_EQ(callAt(key).follow_up_date, second);
    EXPECT_EQ(file->database().singleInteger("SELECT due_at FROM follow_ups WHERE uid = '" + task.toLatin1() + "'"), second);
    expectOneOf(done(CloseFollowUp{task, FollowUpState::DONE}), QStringLiteral("follow_up_close"));
    EXPECT_FALSE(callAt(key).follow_up_required);
    EXPECT_FALSE(run(CloseFollowUp{task, FollowUpState::DONE}));
    EXPECT_FALSE(run(MoveFollowUp{task, second + 1}));
    EXPECT_FALSE(run(ScheduleFollowUp{key, now, {}}));
}

TEST_F(CommandAgreementTest, closingNeedsAClosedState)
{
    const QString before = everything();
    EXPECT_FALSE(run(CloseFollowUp{openTask(), FollowUpState::OPEN}));
    EXPECT_EQ(everything(), before);
}

TEST_F(CommandAgreementTest, doNotContact)
{
    expectOneOf(done(SetDoNotContact{{key}, true, QStringLiteral("asked twice")}), QStringLiteral("flag+"));
    EXPECT_EQ(arg("reason"), QStringLiteral("asked twice"));
    EXPECT_EQ(file->database().singleText("SELECT reason FROM do_not_contact"), QStringLiteral("asked twice"));
    expectOneOf(done(SetDoNotContact{{key}, false, QStringLiteral("changed mind")}), QStringLiteral("flag-"));
    EXPECT_EQ(rows("do_not_contact"), 0);
    EXPECT_FALSE(callAt(key).do_not_contact);
}

TEST_F(CommandAgreementTest, contact)
{
    expectOneOf(done(LinkContact{key, {}, true}), QStringLiteral("link"));
    EXPECT_EQ(file->detail(key)->contact->name, QStringLiteral("Marisol Vega"));
    EXPECT_EQ(arg("contact"), callAt(key).contact_id);
    const QString before = everything();
    const auto unknown = run(LinkContact{key, QStringLiteral("nobody")});
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, Error::Code::NotFound);
    EXPECT_EQ(everything(), before);
}

TEST_F(CommandAgreementTest, sayingWhatIsAlreadySoSendsNothing)
{
    done(set({key}, CallField::queue, QStringLiteral("Boilers")));
    done(ChangeTags{{key}, {QStringLiteral("vip")}, {}});
    const QString before = everything();
    done(set({key}, CallField::queue, QStringLiteral("Boilers")));
    done(ChangeTags{{key}, {QStringLiteral("vip")}, {QStringLiteral("never there")}});
    EXPECT_EQ(everything(), before);
}

TEST_F(CommandAgreementTest, everyRequiredPartIsAskedForByTheStoreToo)
{
    const QString before = everything();
    const RecordDisposition incomplete[] = {disposition({key}, QString()),
                                            disposition({key}, QStringLiteral("unheard_of")),
                                            disposition({key}, QStringLiteral("estimate_given")),
                                            disposition({key}, QStringLiteral("callback_requested")),
                                            disposition({key}, QStringLiteral("transferred")),
                                            disposition({key}, QStringLiteral("insurance_billing"), QStringLiteral("  ")),
                                            disposition({key}, QStringLiteral("payment_plan")),
                                            disposition({key}, QStringLiteral("wrong_number_spam")),
                                            disposition({key}, QStringLiteral("other")),
                                            disposition({key}, QStringLiteral("booked"), {}, now - 1),
                                            disposition({key}, QStringLiteral("booked"), {}, {}, -5)};
    for (const RecordDisposition &command : incomplete) {
        const auto refused = run(command);
        ASSERT_FALSE(refused) << command.entry.disposition.toStdString();
        EXPECT_EQ(refused.error().code, Error::Code::InvalidInput);
    }
    EXPECT_EQ(everything(), before);
}

TEST_F(CommandAgreementTest, contactDemandedByTheWorkspace)
{
    Workspace workspace = file->workspace();
    workspace.dispositions.first().contact_required = true;
    ASSERT_TRUE(file->setWorkspace(workspace));
    EXPECT_FALSE(run(disposition({key}, QStringLiteral("booked"))));
    done(LinkContact{key, {}, true});
    done(disposition({key}, QStringLiteral("booked")));
    expectSound();
}

TEST_F(CommandAgreementTest, aCallThatIsGoneIsAnErrorForEveryCommand)
{
    const QString before = everything();
    const CallKey gone = 4711;
    const Command commands[] = {disposition({key, gone}, QStringLiteral("booked")),
                                SkipTriage{gone, QStringLiteral("why")},
                                set({key, gone}, CallField::queue, QStringLiteral("x")),
                                ChangeTags{{key, gone}, {QStringLiteral("x")}, {}},
                                ScheduleFollowUp{gone, now + 1000, {}},
                                CloseFollowUp{QStringLiteral("gone"), FollowUpState::DONE},
                                MoveFollowUp{QStringLiteral("gone"), now + 1000},
                                SetDoNotContact{{key, gone}, true, {}},
                                LinkContact{gone, {}, true},
                                Undo{QStringLiteral("no such mutation")}};
    for (const Command &command : commands) {
        EXPECT_FALSE(run(command)) << command.index();
        EXPECT_EQ(everything(), before) << command.index();
    }
    Draft draft;
    draft.notes = QStringLiteral("for nobody");
    EXPECT_FALSE(runner->saveDraft(gone, draft, now));
    EXPECT_EQ(everything(), before);
}
