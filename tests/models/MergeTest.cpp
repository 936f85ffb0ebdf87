#include "rules/Triage.h"
#include "sync/Merge.h"

#include <gtest/gtest.h>

using namespace calldeck;
using namespace Qt::StringLiterals;

namespace
{

constexpr TimeMs now = 1'795'546'800'000;

/** Two desks over one call, each with its own knowledge of it. */
class MergeTest : public testing::Test
{
protected:
    void SetUp() override
    {
        state.call.call_id = u"c1"_s;
        state.call.customer_number = u"+14155552671"_s;
        state.call.status = CallStatus::MISSED;
        state.call.started_at = now - 60'000;
        state.call.outcome_required = true;
        applyTriageRules(state.call, workspace.sla, now);
    }
    Edit edit(const QString &op, const QJsonObject &args, qint64 base = 0)
    {
        ++m_made;
        return {u"m%1"_s.arg(m_made), m_made, u"call"_s, u"c1"_s, op, args, base, now};
    }
    EditContext context(const QString &actor) { return {workspace, actor, now}; }
    /** Gives the conflict, or nothing; what must be refused is tested by refuse(). */
    std::optional<Conflict> by(const QString &device, const Edit &edit)
    {
        auto merged = mergeEdit(state, stamps, {edit, device, ++seq}, context(device));
        EXPECT_TRUE(merged) << (merged ? "" : merged.error().message.toStdString());
        return merged ? *merged : std::nullopt;
    }
    static QJsonObject decision(const QString &key, const QString &notes = u"said so"_s) { return {{u"disposition"_s, key}, {u"notes"_s, notes}}; }

    Workspace workspace = Workspace::standard();
    CallState state;
    Stamps stamps;
    qint64 seq = 0;

private:
    qint64 m_made = 0;
};

} // namespace

TEST_F(MergeTest, firstDecisionStaysAndTheOtherStandsBesideIt)
{
    EXPECT_FALSE(by(u"ana"_s, edit(u"disposition"_s, decision(u"booked"_s))));
    const auto conflict = by(u"ben"_s, edit(u"disposition"_s, decision(u"other"_s, u"wrong trade"_s)));
    ASSERT_TRUE(conflict);
    EXPECT_EQ(conflict->kept, u"booked"_s);
    EXPECT_EQ(conflict->losing, u"other"_s);
    EXPECT_EQ(conflict->kept_by, u"ana"_s);
    EXPECT_EQ(state.call.disposition, u"booked"_s);
    ASSERT_EQ(state.outcomes.size(), 2);
    EXPECT_TRUE(state.outcomes[1].beside);
    EXPECT_EQ(state.outcomes[1].notes, u"wrong trade"_s);
}

TEST_F(MergeTest, sameDecisionTwiceIsNoConflict)
{
    by(u"ana"_s, edit(u"disposition"_s, decision(u"booked"_s)));
    EXPECT_FALSE(by(u"ben"_s, edit(u"disposition"_s, decision(u"booked"_s))));
    EXPECT_EQ(state.outcomes.size(), 2);
}

TEST_F(MergeTest, decisionByWhoKnewTheFirstReplacesIt)
{
    by(u"ana"_s, edit(u"disposition"_s, decision(u"booked"_s)));
    EXPECT_FALSE(by(u"ben"_s, edit(u"disposition"_s, decision(u"other"_s), seq)));
    EXPECT_EQ(state.call.disposition, u"other"_s);
}

TEST_F(MergeTest, laterDecisionOfTheSameDeskReplacesItsOwn)
{
    by(u"ana"_s, edit(u"disposition"_s, decision(u"booked"_s)));
    EXPECT_FALSE(by(u"ana"_s, edit(u"disposition"_s, decision(u"other"_s))));
    EXPECT_EQ(state.call.disposition, u"other"_s);
}

TEST_F(MergeTest, chosenDecisionTakesTheKeptOnesPlace)
{
    by(u"ana"_s, edit(u"disposition"_s, decision(u"booked"_s)));
    const auto conflict = by(u"ben"_s, edit(u"disposition"_s, decision(u"other"_s, u"wrong trade"_s)));
    ASSERT_TRUE(conflict);
    const Edit choice = edit(u"resolve"_s, {{u"conflict"_s, conflict->id}, {u"replace"_s, true}}, seq);
    EXPECT_TRUE(replaceByLosing(state, stamps, *conflict, {choice, u"ana"_s, ++seq}, context(u"ana"_s)));
    EXPECT_EQ(state.call.disposition, u"other"_s);
    EXPECT_EQ(state.call.last_outcome_agent_id, u"ben"_s);
    EXPECT_EQ(state.outcomes.size(), 2);
    EXPECT_TRUE(state.outcomes.last().stands());
}

TEST_F(MergeTest, decisionThatWasTakenBackIsNoRival)
{
    const Edit first = edit(u"disposition"_s, decision(u"booked"_s));
    by(u"ana"_s, first);
    by(u"ana"_s, edit(u"undo"_s, {{u"retract"_s, QJsonArray{first.mid}}, {u"fields"_s, QJsonObject{{u"disposition"_s, QJsonArray{u"booked"_s, u""_s}}, {u"outcome"_s, QJsonArray{u"BOOKED"_s, u""_s}}}}}));
    EXPECT_TRUE(state.call.disposition.isEmpty());
    EXPECT_TRUE(state.call.in_triage);
    EXPECT_FALSE(by(u"ben"_s, edit(u"disposition"_s, decision(u"other"_s))));
    EXPECT_EQ(state.call.disposition, u"other"_s);
}

TEST_F(MergeTest, incompleteDecisionIsRefusedEvenAsTheSecond)
{
    by(u"ana"_s, edit(u"disposition"_s, decision(u"booked"_s)));
    const CallState before = state;
    const Edit bare = edit(u"disposition"_s, decision(u"other"_s, QString()));
    const auto merged = mergeEdit(state, stamps, {bare, u"ben"_s, ++seq}, context(u"ben"_s));
    ASSERT_FALSE(merged);
    EXPECT_TRUE(merged.error().message.contains(u"notes"_s)) << merged.error().message.toStdString();
    EXPECT_EQ(state, before);
}

TEST_F(MergeTest, lastArrivalWinsAPlainValue)
{
    by(u"ana"_s, edit(u"set"_s, {{u"caller_name"_s, u"Marisol"_s}}));
    by(u"ben"_s, edit(u"set"_s, {{u"caller_name"_s, u"Marisol Vega"_s}, {u"priority"_s, 2}}));
    EXPECT_EQ(state.call.caller_name, u"Marisol Vega"_s);
    EXPECT_EQ(state.call.priority, 2);
}

TEST_F(MergeTest, tagIsRemovedOnlyByWhoHadSeenIt)
{
    by(u"ana"_s, edit(u"tag+"_s, {{u"tag"_s, u"vip"_s}}));
    by(u"ben"_s, edit(u"tag-"_s, {{u"tag"_s, u"vip"_s}}));
    EXPECT_EQ(state.call.tags, QStringList{u"vip"_s});
    by(u"ben"_s, edit(u"tag-"_s, {{u"tag"_s, u"vip"_s}}, seq));
    EXPECT_TRUE(state.call.tags.isEmpty());
}

TEST_F(MergeTest, tagAddedAgainElsewhereSurvivesARemoval)
{
    by(u"ana"_s, edit(u"tag+"_s, {{u"tag"_s, u"vip"_s}}));
    const qint64 known = seq;
    by(u"ben"_s, edit(u"tag+"_s, {{u"tag"_s, u"vip"_s}}));
    by(u"ana"_s, edit(u"tag-"_s, {{u"tag"_s, u"vip"_s}}, known));
    EXPECT_EQ(state.call.tags, QStringList{u"vip"_s});
}

TEST_F(MergeTest, doNotContactIsClearedOnlyByWhoKnewTheLatest)
{
    const QJsonObject flag{{u"flag"_s, u"do_not_contact"_s}, {u"reason"_s, u"asked by phone"_s}};
    by(u"ana"_s, edit(u"flag+"_s, flag));
    const auto conflict = by(u"ben"_s, edit(u"flag-"_s, flag));
    ASSERT_TRUE(conflict);
    EXPECT_TRUE(state.call.do_not_contact);
    EXPECT_TRUE(state.listed);
    EXPECT_FALSE(by(u"ben"_s, edit(u"flag-"_s, flag, seq)));
    EXPECT_FALSE(state.call.do_not_contact);
    EXPECT_FALSE(state.listed);
}

TEST_F(MergeTest, doNotContactOfTwoIsSetOnceAndKeepsTheFirstReason)
{
    by(u"ana"_s, edit(u"flag+"_s, {{u"flag"_s, u"do_not_contact"_s}, {u"reason"_s, u"asked by phone"_s}}));
    by(u"ben"_s, edit(u"flag+"_s, {{u"flag"_s, u"do_not_contact"_s}, {u"reason"_s, u"STOP"_s}}));
    ASSERT_TRUE(state.listed);
    EXPECT_EQ(state.listed->reason, u"asked by phone"_s);
}

TEST_F(MergeTest, undoOfAListingLeavesWhatSomebodyElseListedSince)
{
    by(u"ana"_s, edit(u"flag+"_s, {{u"flag"_s, u"do_not_contact"_s}, {u"reason"_s, u"asked"_s}}));
    by(u"ben"_s, edit(u"flag+"_s, {{u"flag"_s, u"do_not_contact"_s}, {u"reason"_s, u"STOP"_s}}));
    by(u"ana"_s, edit(u"undo"_s, {{u"unlist"_s, true}, {u"fields"_s, QJsonObject{{u"do_not_contact"_s, QJsonArray{u"true"_s, u"false"_s}}}}}));
    EXPECT_TRUE(state.call.do_not_contact);
    EXPECT_TRUE(state.listed);
}

TEST_F(MergeTest, notesOfTwoAreBothKept)
{
    by(u"ana"_s, edit(u"note"_s, {{u"text"_s, u"gate code 4411"_s}}));
    by(u"ben"_s, edit(u"note"_s, {{u"text"_s, u"dog in the yard"_s}}));
    ASSERT_EQ(state.notes.size(), 2);
    EXPECT_EQ(state.notes[0].author, u"ana"_s);
}

TEST_F(MergeTest, secondEditOfOneNoteIsKeptAsACopy)
{
    const Edit added = edit(u"note"_s, {{u"text"_s, u"gate code"_s}});
    by(u"ana"_s, added);
    const qint64 known = seq;
    by(u"ana"_s, edit(u"note_edit"_s, {{u"note"_s, added.mid}, {u"text"_s, u"gate code 4411"_s}}));
    by(u"ben"_s, edit(u"note_edit"_s, {{u"note"_s, added.mid}, {u"text"_s, u"gate code 1144"_s}}, known));
    ASSERT_EQ(state.notes.size(), 2);
    const bool firstIsCopy = state.notes[0].id != added.mid;
    EXPECT_EQ(state.notes[firstIsCopy ? 1 : 0].text, u"gate code 4411"_s);
    EXPECT_EQ(state.notes[firstIsCopy ? 0 : 1].text, u"gate code 1144"_s);
    EXPECT_EQ(state.notes[firstIsCopy ? 0 : 1].copy_of, added.mid);
}

TEST_F(MergeTest, emergencyIsClearedOnlyByWhoKnewIt)
{
    by(u"ana"_s, edit(u"flag+"_s, {{u"flag"_s, u"emergency"_s}}));
    EXPECT_TRUE(by(u"ben"_s, edit(u"flag-"_s, {{u"flag"_s, u"emergency"_s}})));
    EXPECT_TRUE(state.call.emergency);
}

TEST_F(MergeTest, factsAreRefused)
{
    const CallState before = state;
    for (const QString &field : {u"cost_cents"_s, u"sms_sent"_s, u"status"_s, u"do_not_contact"_s, u"nonsense"_s}) {
        const Edit forged = edit(u"set"_s, {{field, u"1"_s}});
        const auto merged = mergeEdit(state, stamps, {forged, u"ben"_s, ++seq}, context(u"ben"_s));
        ASSERT_FALSE(merged) << field.toStdString();
        EXPECT_TRUE(merged.error().message.contains(field));
    }
    EXPECT_EQ(state, before);
}

TEST_F(MergeTest, stampsComeBackFromJson)
{
    by(u"ana"_s, edit(u"set"_s, {{u"priority"_s, 1}}));
    by(u"ana"_s, edit(u"tag+"_s, {{u"tag"_s, u"ünïcode"_s}}));
    EXPECT_EQ(stampsFromJson(stampsToJson(stamps)), stamps);
}

TEST_F(MergeTest, rowComesBackWhole)
{
    by(u"ana"_s, edit(u"disposition"_s, {{u"disposition"_s, u"callback_requested"_s}, {u"notes"_s, u"after five"_s}, {u"follow_up_at"_s, isoUtc(now + 3'600'000)}}));
    by(u"ben"_s, edit(u"note"_s, {{u"text"_s, u"side door"_s}}));
    by(u"ben"_s, edit(u"tag+"_s, {{u"tag"_s, u"vip"_s}}));
    const auto back = callStateFromRow(callRow(state));
    ASSERT_TRUE(back) << back.error().message.toStdString();
    CallState expected = state;
    expected.listed.reset();
    EXPECT_EQ(*back, expected);
}
