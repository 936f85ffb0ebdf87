#include "StoreFixture.h"

using namespace calldeck;
using namespace calldeck::test;
using Status = EditOutcome::Status;

class PushTest : public StoreFixture
{
};
CALLDECK_ON_BOTH_ENGINES(PushTest);

TEST_P(PushTest, editIsAppliedOnceHoweverOftenItComes)
{
    const Edit made = edit(u"create"_s, missedCall());
    const EditOutcome first = one(u"ana"_s, made);
    EXPECT_EQ(first.status, Status::Applied);
    const Edit note = edit(u"note"_s, {{u"text"_s, u"called \u00fcber\U0001F600"_s}});
    EXPECT_EQ(one(u"ana"_s, note).seq, first.seq + 1);
    for (int i = 0; i < 3; ++i) {
        const EditOutcome again = one(u"ana"_s, note);
        EXPECT_EQ(again.status, Status::Duplicate);
        EXPECT_EQ(again.seq, first.seq + 1);
    }
    EXPECT_EQ(row(u"c1"_s).value(u"notes"_s).toArray().size(), 1);
    EXPECT_EQ(row(u"c1"_s).value(u"notes"_s)[0][u"text"_s].toString(), u"called \u00fcber\U0001F600"_s);
}

TEST_P(PushTest, midOfAnotherEditIsRefusedAndALoweredBaseIsNot)
{
    Edit made = edit(u"create"_s, missedCall());
    one(u"ana"_s, made);
    made.base_ver = 5;
    EXPECT_EQ(one(u"ana"_s, made).status, Status::Duplicate);
    made.args.insert(u"caller_name"_s, u"Zoe"_s);
    EXPECT_EQ(one(u"ana"_s, made).code, u"mid_reused"_s);
}

TEST_P(PushTest, olderEditOfADeviceIsLeftOutAndOthersPass)
{
    one(u"ana"_s, edit(u"create"_s, missedCall()));
    const Edit early = edit(u"tag+"_s, {{u"tag"_s, u"early"_s}});
    const Edit late = edit(u"tag+"_s, {{u"tag"_s, u"late"_s}});
    one(u"ana"_s, late);
    const auto outcomes = push(u"ana"_s, {early, edit(u"create"_s, missedCall(u"212 555 0100"_s), u"c2"_s)});
    ASSERT_TRUE(outcomes);
    ASSERT_EQ(outcomes->size(), 1);
    EXPECT_EQ(outcomes->first().id, u"c2"_s);
    EXPECT_EQ(row(u"c1"_s).value(u"tags"_s).toArray(), QJsonArray{u"late"_s});
}

TEST_P(PushTest, badEditIsRejectedAndTheRestIsWritten)
{
    const auto outcomes = push(u"ana"_s, {edit(u"create"_s, missedCall()), edit(u"set"_s, {{u"cost_cents"_s, 1}}), edit(u"fly"_s), edit(u"tag+"_s, {{u"tag"_s, u"leak"_s}}),
                                          edit(u"tag+"_s, {{u"tag"_s, u"x"_s}}, u"no such"_s), edit(u"tag+"_s, {{u"tag"_s, u"x"_s}}, u"none"_s),
                                          edit(u"create"_s, missedCall(), u"c2,c3"_s)}); // ids stand in lists
    ASSERT_TRUE(outcomes);
    ASSERT_EQ(outcomes->size(), 7);
    QStringList codes;
    for (const EditOutcome &outcome : *outcomes)
        codes.append(outcome.code);
    EXPECT_EQ(codes, (QStringList{QString(), u"invalid"_s, u"invalid"_s, QString(), u"invalid"_s, u"gone"_s, u"invalid"_s}));
    EXPECT_EQ((*outcomes)[1].ver, (*outcomes)[0].seq);
    EXPECT_EQ(row(u"c1"_s).value(u"tags"_s).toArray(), QJsonArray{u"leak"_s});
}

TEST_P(PushTest, twoDecisionsStandBesideEachOtherUntilOneIsChosen)
{
    one(u"ana"_s, edit(u"create"_s, missedCall()));
    one(u"ana"_s, edit(u"disposition"_s, decision(u"booked"_s)));
    const Edit losing = edit(u"disposition"_s, decision(u"other"_s));
    const EditOutcome second = one(u"ben"_s, losing);
    EXPECT_EQ(second.status, Status::Conflict);
    EXPECT_EQ(row(u"c1"_s).value(u"disposition"_s), u"booked"_s);
    EXPECT_EQ(row(losing.mid, u"conflict"_s).value(u"state"_s), u"OPEN"_s);
    EXPECT_EQ(one(u"cem"_s, edit(u"resolve"_s, {{u"conflict"_s, losing.mid}, {u"replace"_s, true}}), UserRole::AGENT).code, u"forbidden"_s);
    EXPECT_EQ(one(u"ben"_s, edit(u"resolve"_s, {{u"conflict"_s, losing.mid}, {u"replace"_s, true}}), UserRole::AGENT).status, Status::Applied);
    EXPECT_EQ(row(u"c1"_s).value(u"disposition"_s), u"other"_s);
    EXPECT_EQ(row(losing.mid, u"conflict"_s).value(u"state"_s), u"REPLACED"_s);
}

TEST_P(PushTest, doNotContactGoesToAllCallsOfTheNumberAndOnlyWhoKnowsTheLatestMayClearIt)
{
    for (const QString &id : {u"c1"_s, u"c2"_s, u"c3"_s})
        one(u"ana"_s, edit(u"create"_s, missedCall(), id));
    const QJsonObject flag{{u"flag"_s, u"do_not_contact"_s}, {u"reason"_s, u"asked"_s}};
    one(u"ana"_s, edit(u"flag+"_s, flag, u"c1"_s));
    EXPECT_TRUE(row(u"c3"_s).value(u"do_not_contact"_s).toBool());
    EXPECT_EQ(row(u"+14155552671"_s, u"number"_s).value(u"set_by"_s), u"ana"_s);
    const qint64 known = ver(u"c1"_s);
    // Set once more elsewhere: who knows only the first setting must not clear the second.
    one(u"ben"_s, edit(u"flag+"_s, flag, u"c2"_s));
    EXPECT_EQ(one(u"cem"_s, edit(u"flag-"_s, flag, u"c1"_s, known)).status, Status::Conflict);
    EXPECT_TRUE(row(u"c1"_s).value(u"do_not_contact"_s).toBool());
    EXPECT_EQ(one(u"cem"_s, edit(u"flag-"_s, flag, u"c1"_s, ver(u"c1"_s)), UserRole::AGENT).code, u"forbidden"_s);
    EXPECT_EQ(one(u"cem"_s, edit(u"flag-"_s, flag, u"c1"_s, ver(u"c1"_s))).status, Status::Applied);
    EXPECT_FALSE(row(u"c2"_s).value(u"do_not_contact"_s).toBool());
    EXPECT_TRUE(row(u"+14155552671"_s, u"number"_s).isEmpty());
}

TEST_P(PushTest, callEnteredForAListedNumberIsMarked)
{
    one(u"ana"_s, edit(u"create"_s, missedCall()));
    one(u"ana"_s, edit(u"flag+"_s, {{u"flag"_s, u"do_not_contact"_s}}));
    one(u"ben"_s, edit(u"create"_s, missedCall(), u"c9"_s));
    EXPECT_TRUE(row(u"c9"_s).value(u"do_not_contact"_s).toBool());
}

TEST_P(PushTest, closingAFollowUpOfAnotherCallWritesThatCall)
{
    one(u"ana"_s, edit(u"create"_s, missedCall(), u"c1"_s));
    one(u"ana"_s, edit(u"create"_s, missedCall(), u"c2"_s));
    const Edit task = edit(u"follow_up"_s, {{u"due_at"_s, isoUtc(now + 3'600'000)}}, u"c1"_s);
    one(u"ana"_s, task);
    const EditOutcome closed = one(u"ben"_s, edit(u"follow_up_close"_s, {{u"task"_s, task.mid}, {u"state"_s, u"DONE"_s}}, u"c2"_s));
    EXPECT_EQ(row(u"c1"_s).value(u"follow_ups"_s)[0][u"state"_s].toString(), u"DONE"_s);
    EXPECT_EQ(ver(u"c1"_s), closed.seq + 1);
}

TEST_P(PushTest, deletedCallTakesItsCompanyAlongAndLaterEditsAreGone)
{
    one(u"ana"_s, edit(u"create"_s, missedCall()));
    EXPECT_EQ(one(u"ana"_s, edit(u"del"_s), UserRole::DISPATCHER).code, u"forbidden"_s);
    EXPECT_EQ(one(u"ana"_s, edit(u"del"_s), UserRole::MANAGER).status, Status::Applied);
    EXPECT_EQ(one(u"ben"_s, edit(u"note"_s, {{u"text"_s, u"late"_s}})).code, u"gone"_s);
    EXPECT_EQ(one(u"ben"_s, edit(u"create"_s, missedCall())).code, u"gone"_s);
}

TEST_P(PushTest, undoTakesBackOnlyOnesOwnAndNoFacts)
{
    one(u"ana"_s, edit(u"create"_s, missedCall()));
    const Edit booked = edit(u"disposition"_s, decision(u"booked"_s));
    one(u"ana"_s, booked);
    const QJsonObject back{{u"retract"_s, QJsonArray{booked.mid}}};
    EXPECT_EQ(one(u"ben"_s, edit(u"undo"_s, back, u"c1"_s, ver(u"c1"_s)), UserRole::AGENT).code, u"forbidden"_s);
    const QJsonObject facts{{u"fields"_s, QJsonObject{{u"cost_cents"_s, QJsonArray{QString(), u"5"_s}}}}};
    EXPECT_EQ(one(u"ana"_s, edit(u"undo"_s, facts), UserRole::ADMIN).code, u"invalid"_s);
    EXPECT_EQ(one(u"ana"_s, edit(u"undo"_s, back), UserRole::AGENT).status, Status::Applied);
    one(u"ana"_s, edit(u"flag+"_s, {{u"flag"_s, u"do_not_contact"_s}}));
    EXPECT_EQ(one(u"ben"_s, edit(u"undo"_s, {{u"unlist"_s, true}}, u"c1"_s, ver(u"c1"_s)), UserRole::AGENT).code, u"forbidden"_s);
}

TEST_P(PushTest, namesOfViewsAreUnique)
{
    const auto view = [&](const QString &id, const QString &name) { return edit(u"create"_s, {{u"name"_s, name}, {u"filter"_s, u"status:missed"_s}}, id, 0, u"view"_s); };
    EXPECT_EQ(one(u"ana"_s, view(u"v1"_s, u"Mine"_s)).status, Status::Applied);
    EXPECT_EQ(one(u"ben"_s, view(u"v2"_s, u"mine"_s)).code, u"invalid"_s);
    EXPECT_EQ(one(u"ben"_s, edit(u"del"_s, {}, u"v1"_s, 0, u"view"_s)).status, Status::Applied);
    EXPECT_EQ(one(u"ben"_s, view(u"v3"_s, u"MINE"_s)).status, Status::Applied);
}

TEST_P(PushTest, contactGoesToTheLastWriter)
{
    one(u"ana"_s, edit(u"create"_s, {{u"name"_s, u"Zoe"_s}, {u"number"_s, u"415 555 2671"_s}}, u"k1"_s, 0, u"contact"_s));
    one(u"ben"_s, edit(u"set"_s, {{u"name"_s, u"Zoe B"_s}}, u"k1"_s, 0, u"contact"_s));
    EXPECT_EQ(row(u"k1"_s, u"contact"_s).value(u"name"_s), u"Zoe B"_s);
    EXPECT_EQ(row(u"k1"_s, u"contact"_s).value(u"number"_s), u"+14155552671"_s);
    EXPECT_EQ(one(u"ben"_s, edit(u"set"_s, {{u"password"_s, u"x"_s}}, u"k1"_s, 0, u"contact"_s)).code, u"invalid"_s);
}

TEST_P(PushTest, erasedRecordIsRefusedForEver)
{
    {
        const auto tx = *WorkspaceTx::begin(*connection, ws, WorkspaceTx::Mode::Write);
        ASSERT_TRUE(tx->query("INSERT INTO erased(ws, kind, id_hash, at) VALUES (?, 'call', ?, 0)", sha256Hex("c1")).run());
        ASSERT_TRUE(tx->commit());
    }
    EXPECT_EQ(one(u"ana"_s, edit(u"create"_s, missedCall())).code, u"erased"_s);
}

TEST_P(PushTest, whatWasWrittenIsNotInTheFutureAndNothingUnseenIsKnown)
{
    Edit made = edit(u"create"_s, missedCall());
    made.at = now + 3'600'000;
    one(u"ana"_s, made);
    EXPECT_EQ(row(u"c1"_s).value(u"created_at"_s), isoUtc(now));
    one(u"ana"_s, edit(u"disposition"_s, decision(u"booked"_s)));
    // A version from the future is no knowledge of what comes.
    const Edit liar = edit(u"note"_s, {{u"text"_s, u"x"_s}}, u"c1"_s, 1'000'000);
    EXPECT_EQ(one(u"ben"_s, liar).status, Status::Applied);
}

TEST_P(PushTest, writersOnManyConnectionsLeaveNoGapForAReader)
{
    constexpr int writers = 4;
    constexpr int each = 25;
    std::vector<std::thread> threads;
    std::atomic<int> running = writers;
    for (int w = 0; w < writers; ++w) {
        threads.emplace_back([&, w] {
            const auto own = open();
            const QString who = u"w%1"_s.arg(w);
            for (int i = 0; i < each; ++i) {
                const Edit made{u"%1-%2"_s.arg(who).arg(i), i + 1, u"call"_s, u"c%1"_s.arg(i % 3), i < 3 ? u"create"_s : u"tag+"_s, i < 3 ? missedCall() : QJsonObject{{u"tag"_s, u"%1-%2"_s.arg(who).arg(i)}}, 0, now};
                const auto outcomes = push(who, {made}, UserRole::DISPATCHER, own.get());
                EXPECT_TRUE(outcomes) << problemOf(outcomes);
            }
            --running;
        });
    }
    qint64 cursor = 0;
    QHash<QString, qint64> seen;
    const auto reader = open();
    const auto follow = [&] {
        const auto tx = *WorkspaceTx::begin(*reader, ws, WorkspaceTx::Mode::Read);
        const QJsonObject page = document(readChanges(*tx, 1, cursor, 7));
        const QJsonArray rows = page.value(u"rows"_s).toArray();
        for (const QJsonValue &changed : rows)
            seen[changed[u"id"_s].toString()] = std::max(seen[changed[u"id"_s].toString()], changed[u"ver"_s].toInteger());
        cursor = page.value(u"to"_s).toInteger();
        return cursor < page.value(u"head"_s).toInteger();
    };
    while (running > 0)
        (void)follow();
    for (std::thread &thread : threads)
        thread.join();
    while (follow()) {
    }
    EXPECT_EQ(cursor, 1 + writers * each);
    for (const QString &id : {u"c0"_s, u"c1"_s, u"c2"_s})
        EXPECT_EQ(seen.value(id), ver(id));
    EXPECT_EQ(row(u"c0"_s).value(u"tags"_s).toArray().size() + row(u"c1"_s).value(u"tags"_s).toArray().size() + row(u"c2"_s).value(u"tags"_s).toArray().size(), writers * (each - 3));
}
