#include "CommandFixture.h"
#include "backend/FeedCodec.h"
#include "store/Mutation.h"

#include <QJsonDocument>

using namespace calldeck;
using namespace Qt::StringLiterals;

namespace
{

/** A desk whose cache follows an invented backend: rows are made here as the backend would send them. */
class FeedRowsTest : public CommandFixture
{
protected:
    void SetUp() override
    {
        CommandFixture::SetUp();
        feed = std::make_unique<FeedRows>(file->database(), file->workspace(), u"Dana"_s);
        SnapshotPage first;
        first.epoch = 1;
        first.s = 10;
        first.rows = {row(u"a"_s, 3), row(u"b"_s, 4)};
        taken(feed->takeSnapshotPage(first, now));
    }
    static CallState stateOf(const QString &id)
    {
        CallState state;
        state.call.call_id = id;
        state.call.provider = u"test"_s;
        state.call.provider_call_id = id;
        state.call.caller_name = u"Marisol Vega"_s;
        state.call.customer_number = u"+14155552671"_s;
        state.call.status = CallStatus::MISSED;
        state.call.started_at = now - 60'000;
        state.call.ended_at = now - 30'000;
        state.call.outcome_required = true;
        state.call.in_triage = true;
        return state;
    }
    static FeedRow row(const QString &id, qint64 ver) { return rowOf(stateOf(id), ver); }
    static FeedRow rowOf(const CallState &state, qint64 ver) { return {u"call"_s, state.call.call_id, ver, callRow(state)}; }
    ChangeSet taken(const Result<ChangeSet> &result)
    {
        EXPECT_TRUE(result) << (result ? "" : QString(result.error().message + result.error().detail).toStdString());
        return result ? *result : ChangeSet{};
    }
    ChangeSet page(qint64 from, qint64 to, const QList<FeedRow> &rows) { return taken(feed->takePage({1, from, to, rows}, now)); }
    CallKey keyOf(const QString &id) { return **file->findCall(id); }
    qint64 cursor() { return syncPosition(file->database())->cursor; }
    QString midOf(const QString &mutation) { return file->database().singleText("SELECT mid FROM outbox WHERE mutation = '" + mutation.toLatin1() + "'"); }
    void acknowledge(const QString &mid, qint64 seq)
    {
        Transaction transaction(file->database());
        ASSERT_TRUE(takeResults(file->database(), {{mid, PushResult::Status::Applied, seq, {}, {}}}, now));
        ASSERT_TRUE(transaction.commit());
    }

    std::unique_ptr<FeedRows> feed;
};

} // namespace

TEST_F(FeedRowsTest, snapshotFillsTheDeskAndSetsTheCursor)
{
    EXPECT_EQ(rows("calls"), 2);
    EXPECT_EQ(cursor(), 10);
    EXPECT_EQ(callAt(keyOf(u"a"_s)).caller_name, u"Marisol Vega"_s);
    expectSound();
}

TEST_F(FeedRowsTest, pageMovesRowsAndCursorTogether)
{
    CallState state = stateOf(u"a"_s);
    state.call.queue = u"Boilers"_s;
    const ChangeSet changes = page(10, 12, {rowOf(state, 12), row(u"c"_s, 11)});
    EXPECT_EQ(changes.changed, QList<CallKey>{keyOf(u"a"_s)});
    EXPECT_EQ(changes.added, QList<CallKey>{keyOf(u"c"_s)});
    EXPECT_EQ(callAt(keyOf(u"a"_s)).queue, u"Boilers"_s);
    EXPECT_EQ(cursor(), 12);
}

TEST_F(FeedRowsTest, pageThatDoesNotFitIsThrownAway)
{
    for (const auto &[epoch, from] : {std::pair<qint64, qint64>{1, 9}, {1, 11}, {2, 10}}) {
        taken(feed->takePage({epoch, from, from + 5, {row(u"z"_s, from + 5)}}, now));
        EXPECT_EQ(cursor(), 10);
        EXPECT_EQ(rows("calls"), 2);
    }
}

TEST_F(FeedRowsTest, sameRowTwiceAndOlderRowsChangeNothing)
{
    CallState state = stateOf(u"a"_s);
    state.call.queue = u"Boilers"_s;
    page(10, 12, {rowOf(state, 12)});
    const ChangeSet changes = page(12, 13, {rowOf(state, 12), row(u"b"_s, 2)});
    EXPECT_TRUE(changes.changed.isEmpty());
    EXPECT_EQ(callAt(keyOf(u"a"_s)).queue, u"Boilers"_s);
}

TEST_F(FeedRowsTest, ownOpenEditsStayInTheViewOverWhatComes)
{
    done(set({keyOf(u"a"_s)}, CallField::queue, u"Mine"_s));
    done(ChangeTags{{keyOf(u"a"_s)}, {u"vip"_s}, {}});
    done(disposition({keyOf(u"a"_s)}, u"booked"_s));
    CallState state = stateOf(u"a"_s);
    state.call.queue = u"Theirs"_s;
    state.call.priority = 2;
    page(10, 12, {rowOf(state, 12)});
    const Call call = callAt(keyOf(u"a"_s));
    EXPECT_EQ(call.queue, u"Mine"_s);
    EXPECT_EQ(call.priority, 2);
    EXPECT_EQ(call.tags, QStringList{u"vip"_s});
    EXPECT_EQ(call.disposition, u"booked"_s);
    EXPECT_FALSE(call.in_triage);
    expectSound();
}

TEST_F(FeedRowsTest, editThatTheRowShowsIsNotAppliedTwice)
{
    const QString mutation = done(disposition({keyOf(u"a"_s)}, u"booked"_s));
    CallState state = stateOf(u"a"_s);
    const Edit sent{midOf(mutation), 1, u"call"_s, u"a"_s, u"disposition"_s, {{u"disposition"_s, u"booked"_s}}, 3, now};
    ASSERT_TRUE(applyEdit(state, sent, {file->workspace(), u"Dana"_s, now}));
    page(10, 12, {rowOf(state, 12)}); // its acknowledgement was lost
    EXPECT_EQ(file->outcomes(keyOf(u"a"_s))->size(), 1);
    acknowledge(sent.mid, 12);
    page(12, 13, {});
    EXPECT_EQ(rows("outbox"), 0);
    EXPECT_EQ(rows("kept"), 1);
    expectSound();
}

TEST_F(FeedRowsTest, acknowledgedEditWaitsForItsRow)
{
    const QString mid = midOf(done(set({keyOf(u"a"_s)}, CallField::queue, u"Mine"_s)));
    acknowledge(mid, 15);
    CallState older = stateOf(u"a"_s);
    older.call.queue = u"Theirs"_s;
    page(10, 12, {rowOf(older, 12)});
    EXPECT_EQ(callAt(keyOf(u"a"_s)).queue, u"Mine"_s);
    EXPECT_EQ(rows("outbox"), 1);
}

/** The row came before the answer, and with the edit over it: that the edit lost is known only now. */
TEST_F(FeedRowsTest, editThatLostIsTakenOutOfTheViewThoughItsRowIsThereAlready)
{
    const QString mid = midOf(done(ChangeTags{{keyOf(u"a"_s)}, {u"vip"_s}, {}}));
    acknowledge(mid, 11);
    CallState theirs = stateOf(u"a"_s);
    theirs.call.tags = {u"vip"_s};
    page(10, 12, {rowOf(theirs, 12)});
    const QString lost = midOf(done(ChangeTags{{keyOf(u"a"_s)}, {}, {u"vip"_s}}));
    page(12, 14, {rowOf(theirs, 14)});
    EXPECT_TRUE(callAt(keyOf(u"a"_s)).tags.isEmpty()) << "an own open edit";
    EXPECT_FALSE(*staleRecords(file->database()));
    acknowledge(lost, 14);
    const auto stale = staleRecords(file->database());
    ASSERT_TRUE(stale && *stale);
    taken(feed->takeRows(1, {rowOf(theirs, 14)}));
    EXPECT_EQ(callAt(keyOf(u"a"_s)).tags, QStringList{u"vip"_s});
    EXPECT_FALSE(*staleRecords(file->database()));
    expectSound();
}

TEST_F(FeedRowsTest, refusedEditIsShownAndItsEffectTakenBack)
{
    const QString mid = midOf(done(set({keyOf(u"a"_s)}, CallField::queue, u"Mine"_s)));
    {
        Transaction transaction(file->database());
        ASSERT_TRUE(takeResults(file->database(), {{mid, PushResult::Status::Rejected, 10, u"forbidden"_s, u"You may not."_s}}, now));
        ASSERT_TRUE(transaction.commit());
    }
    const auto stale = staleRecords(file->database());
    ASSERT_TRUE(stale && *stale);
    EXPECT_EQ((*stale)->second, QStringList{u"a"_s});
    taken(feed->takeRows(1, {row(u"a"_s, 3)}));
    EXPECT_EQ(callAt(keyOf(u"a"_s)).queue, QString());
    EXPECT_FALSE(*staleRecords(file->database()));
    const auto letters = deadLetters(file->database());
    ASSERT_EQ(letters->size(), 1);
    EXPECT_EQ(letters->first().message, u"You may not."_s);
    EXPECT_EQ(letters->first().edit.args.value(u"queue"_s), u"Mine"_s);
}

TEST_F(FeedRowsTest, refusedEditThatIsTriedAgainIsANewOne)
{
    const QString mid = midOf(done(set({keyOf(u"a"_s)}, CallField::queue, u"Mine"_s)));
    Transaction transaction(file->database());
    ASSERT_TRUE(bury(file->database(), mid, {mid, PushResult::Status::Rejected, 10, u"x"_s, u"x"_s}, now));
    ASSERT_TRUE(retryDead(file->database(), deadLetters(file->database())->first().lseq, u"again"_s, now));
    ASSERT_TRUE(transaction.commit());
    const auto next = nextPush(file->database(), 10, 100'000, now);
    ASSERT_EQ(next->size(), 1);
    EXPECT_EQ(next->first().mid, u"again"_s);
    EXPECT_EQ(rows("dead"), 0);
}

TEST_F(FeedRowsTest, deletedCallGoesWithAllThatHangsOnIt)
{
    const CallKey key = keyOf(u"a"_s);
    done(disposition({key}, u"callback_requested"_s, u"after five"_s, now + 3'600'000));
    page(10, 12, {{u"call"_s, u"a"_s, 12, std::nullopt}});
    EXPECT_EQ(rows("calls"), 1);
    for (const QByteArray table : {"call_outcomes", "follow_ups", "call_tags"})
        EXPECT_EQ(rows(table + " WHERE call_id = " + QByteArray::number(key)), 0) << table.toStdString();
}

TEST_F(FeedRowsTest, whatWasBeingTypedOnADeletedCallIsKeptAmongTheRefused)
{
    Draft draft;
    draft.disposition = u"booked"_s;
    draft.notes = u"gate code 4411"_s;
    ASSERT_TRUE(runner->saveDraft(keyOf(u"a"_s), draft, now));
    page(10, 12, {{u"call"_s, u"a"_s, 12, std::nullopt}});
    EXPECT_EQ(rows("drafts"), 0);
    const auto letters = deadLetters(file->database());
    ASSERT_EQ(letters->size(), 1);
    EXPECT_TRUE(letters->first().edit.args.value(u"text"_s).toString().contains(u"gate code 4411"_s));
    EXPECT_EQ(rows("outbox"), 0);
    expectSound();
}

TEST_F(FeedRowsTest, snapshotRemovesWhatTheBackendNoLongerHas)
{
    ASSERT_TRUE(feed->beginSnapshot());
    SnapshotPage one;
    one.epoch = 1;
    one.s = 20;
    one.rows = {row(u"b"_s, 4)};
    one.next_kind = u"call"_s;
    one.next_after = u"b"_s;
    taken(feed->takeSnapshotPage(one, now));
    EXPECT_EQ(rows("calls"), 2) << "nothing goes before the last page";
    EXPECT_EQ(cursor(), -1);
    SnapshotPage last;
    last.epoch = 1;
    last.s = 20;
    last.asked_kind = u"call"_s;
    last.asked_after = u"b"_s;
    taken(feed->takeSnapshotPage(last, now));
    EXPECT_EQ(rows("calls"), 1);
    EXPECT_EQ(cursor(), 20);
    taken(feed->takeSnapshotPage(last, now)); // came twice
    EXPECT_EQ(cursor(), 20);
}

TEST_F(FeedRowsTest, restoredBackendGetsThisDesksWorkAgainUnderTheSameIds)
{
    const QString early = midOf(done(set({keyOf(u"a"_s)}, CallField::queue, u"Early"_s)));
    const QString late = midOf(done(set({keyOf(u"b"_s)}, CallField::queue, u"Late"_s)));
    acknowledge(early, 11);
    acknowledge(late, 14);
    page(10, 14, {});
    ASSERT_EQ(rows("kept"), 2);
    ASSERT_TRUE(feed->changeEpoch(2, 12));
    EXPECT_EQ(syncPosition(file->database())->epoch, 2);
    EXPECT_EQ(cursor(), -1);
    const auto next = nextPush(file->database(), 10, 100'000, now);
    ASSERT_EQ(next->size(), 1);
    EXPECT_EQ(next->first().mid, late);
    ASSERT_TRUE(feed->changeEpoch(2, 0)); // said twice
    EXPECT_EQ(nextPush(file->database(), 10, 100'000, now)->size(), 1);
}

TEST_F(FeedRowsTest, doNotContactGoesFirstWithWhatItsCallHasBefore)
{
    done(set({keyOf(u"a"_s)}, CallField::queue, u"one"_s));
    done(set({keyOf(u"b"_s)}, CallField::queue, u"two"_s));
    done(SetDoNotContact{{keyOf(u"b"_s)}, true, u"asked"_s});
    const auto next = nextPush(file->database(), 10, 100'000, now);
    ASSERT_EQ(next->size(), 3);
    EXPECT_EQ(next->at(0).id, u"b"_s);
    EXPECT_EQ(next->at(0).op, u"set"_s);
    EXPECT_EQ(next->at(1).op, u"flag+"_s);
    EXPECT_EQ(next->at(2).id, u"a"_s);
}

TEST_F(FeedRowsTest, recordThatWaitsForItsNextTryHoldsUpNoOther)
{
    done(set({keyOf(u"a"_s)}, CallField::queue, u"one"_s));
    done(set({keyOf(u"a"_s)}, CallField::queue, u"two"_s));
    done(set({keyOf(u"b"_s)}, CallField::queue, u"three"_s));
    const auto first = nextPush(file->database(), 1, 100'000, now);
    ASSERT_TRUE(noteFailedTry(file->database(), first->first().mid, true, u"500"_s, now + 5000));
    const auto next = nextPush(file->database(), 10, 100'000, now);
    ASSERT_EQ(next->size(), 1);
    EXPECT_EQ(next->first().id, u"b"_s);
    EXPECT_EQ(nextPush(file->database(), 10, 100'000, now + 6000)->size(), 3);
}

TEST_F(FeedRowsTest, unreadableRowChangesNothing)
{
    const QString before = everything();
    FeedRow bad = row(u"a"_s, 12);
    bad.row->insert(u"priority"_s, u"high"_s);
    const auto result = feed->takePage({1, 10, 12, {row(u"c"_s, 11), bad}}, now);
    ASSERT_FALSE(result);
    EXPECT_EQ(everything(), before);
    EXPECT_EQ(cursor(), 10);
}

TEST_F(FeedRowsTest, otherRecordsFollow)
{
    const QJsonObject conflict{{u"id"_s, u"m1"_s},      {u"call_id"_s, u"a"_s}, {u"part"_s, u"disposition"_s}, {u"kept"_s, u"booked"_s}, {u"losing"_s, u"other"_s},
                               {u"kept_by"_s, u"Ana"_s}, {u"losing_by"_s, u"Ben"_s}, {u"at"_s, isoUtc(now)},   {u"state"_s, u"OPEN"_s}};
    page(10, 15,
         {{u"contact"_s, u"k1"_s, 11, QJsonObject{{u"id"_s, u"k1"_s}, {u"name"_s, u"Vega"_s}}},
          {u"number"_s, u"+14155552671"_s, 12, QJsonObject{{u"number"_s, u"+14155552671"_s}, {u"reason"_s, u"STOP"_s}, {u"set_at"_s, isoUtc(now)}, {u"set_by"_s, u"Ana"_s}}},
          {u"conflict"_s, u"m1"_s, 13, conflict},
          {u"view"_s, u"v1"_s, 14, QJsonObject{{u"name"_s, u"Boilers"_s}, {u"filter"_s, u"queue:Boilers"_s}}},
          {u"turns"_s, u"a"_s, 15, QJsonObject{{u"turns"_s, QJsonArray{QJsonObject{{u"speaker"_s, u"CUSTOMER"_s}, {u"content"_s, u"the boiler leaks"_s}, {u"at_ms"_s, 0}}}}}}});
    EXPECT_EQ(rows("contacts WHERE name = 'Vega'"), 1);
    EXPECT_EQ(rows("do_not_contact WHERE reason = 'STOP'"), 1);
    EXPECT_EQ(rows("conflicts WHERE state = 'OPEN'"), 1);
    EXPECT_EQ(rows("saved_views WHERE name = 'Boilers'"), 1);
    EXPECT_EQ(file->turns(keyOf(u"a"_s))->size(), 1);
    EXPECT_EQ(outboxCounts(file->database())->conflicts, 1);
}

TEST(FeedCodec, documentsThatAreNotAsTheyMustBeAreRefusedWhole)
{
    const QJsonObject good{{u"epoch"_s, 1}, {u"from"_s, 1}, {u"to"_s, 2}, {u"head"_s, 2}, {u"rows"_s, QJsonArray{QJsonObject{{u"kind"_s, u"call"_s}, {u"id"_s, u"a"_s}, {u"ver"_s, 2}, {u"row"_s, QJsonObject{}}}}}};
    ASSERT_TRUE(readChanges(good));
    for (const QString &key : good.keys()) {
        for (const QJsonValue &wrong : {QJsonValue(QJsonValue::Undefined), QJsonValue(), QJsonValue(u"x"_s), QJsonValue(1.5), QJsonValue(1e300), QJsonValue(QJsonArray{QJsonArray{}})}) {
            QJsonObject bad = good;
            wrong.isUndefined() ? bad.remove(key) : (void)bad.insert(key, wrong);
            EXPECT_FALSE(readChanges(bad)) << key.toStdString() << QJsonDocument(bad).toJson().toStdString();
        }
    }
}

TEST_F(FeedRowsTest, whatWasErasedTakesTheTextsOfThisDeskWithIt)
{
    const CallKey key = keyOf(u"a"_s);
    // A note that waits, one that was refused, a draft, and the number on the list.
    done(AddNote{key, u"waits Wolpertinger"_s});
    done(AddNote{key, u"refused Wolpertinger"_s});
    {
        Transaction transaction(file->database());
        const QString mid = file->database().singleText("SELECT mid FROM outbox ORDER BY lseq DESC LIMIT 1");
        ASSERT_TRUE(takeResults(file->database(), {{mid, PushResult::Status::Rejected, 11, u"forbidden"_s, u"no"_s}}, now));
        ASSERT_TRUE(transaction.commit());
    }
    Draft draft;
    draft.notes = u"typing Wolpertinger"_s;
    ASSERT_TRUE(runner->saveDraft(key, draft, now));
    ASSERT_TRUE(file->database().execute("INSERT INTO do_not_contact VALUES ('+14155552671', 'asked Wolpertinger', 1, 'Dana')"));
    ASSERT_EQ(rows("outbox"), 1);
    ASSERT_EQ(rows("dead"), 1);

    page(10, 12, {{u"call"_s, u"a"_s, 12, std::nullopt, true}});
    EXPECT_EQ(rows("calls WHERE call_id = 'a'"), 0);
    for (const QByteArray table : {"outbox", "dead", "drafts", "do_not_contact", "stale"})
        EXPECT_EQ(rows(table), 0) << table.toStdString();
    expectSound();
}

TEST_F(FeedRowsTest, anEditOfAnErasedRecordIsNoDeadLetter)
{
    done(AddNote{keyOf(u"a"_s), u"Wolpertinger"_s});
    Transaction transaction(file->database());
    const QString mid = file->database().singleText("SELECT mid FROM outbox");
    ASSERT_TRUE(takeResults(file->database(), {{mid, PushResult::Status::Rejected, 11, u"erased"_s, u"erased"_s}}, now));
    ASSERT_TRUE(transaction.commit());
    EXPECT_EQ(rows("outbox"), 0);
    EXPECT_EQ(rows("dead"), 0);
}

namespace
{

/** A call that was made at this desk; gives the id of the edit. */
QString makeCall(CacheFile &file, const QString &id, TimeMs now)
{
    Transaction transaction(file.database());
    Mutation mutation(file.database(), file.workspace(), u"Dana"_s, now);
    EXPECT_TRUE(mutation.makeCall(id, {{u"call_type"_s, u"INBOUND"_s}, {u"status"_s, u"MISSED"_s}}));
    EXPECT_TRUE(mutation.finish(u"create"_s));
    EXPECT_TRUE(transaction.commit());
    return file.database().singleText("SELECT mid FROM outbox WHERE op = 'create'");
}

} // namespace

TEST_F(FeedRowsTest, callMadeHereThatSomebodyDeletedBeforeItWasSeenAgainGoes)
{
    acknowledge(makeCall(*file, u"mine"_s, now), 11);
    page(10, 12, {{u"call"_s, u"mine"_s, 12, std::nullopt}});
    EXPECT_EQ(rows("calls WHERE call_id = 'mine'"), 0);
    expectSound();
}

TEST_F(FeedRowsTest, callMadeHereThatASnapshotNoLongerHasGoes)
{
    acknowledge(makeCall(*file, u"mine"_s, now), 11);
    ASSERT_TRUE(feed->beginSnapshot());
    SnapshotPage all;
    all.epoch = 1;
    all.s = 12;
    all.rows = {row(u"a"_s, 3), row(u"b"_s, 4)};
    taken(feed->takeSnapshotPage(all, now));
    EXPECT_EQ(rows("calls"), 2);
}

/** What others had made of it went with the backend's history; what was done here is on its way again. */
TEST_F(FeedRowsTest, callMadeHereThatARestoreTookBackShowsWhatThisDeskDid)
{
    acknowledge(makeCall(*file, u"mine"_s, now), 11);
    acknowledge(midOf(done(set({keyOf(u"mine"_s)}, CallField::customer_ref, u"ours"_s))), 12);
    acknowledge(midOf(done(disposition({keyOf(u"mine"_s)}, u"booked"_s, u"after five"_s, now + 3'600'000, 12'500))), 13);
    const QString task = openTask();
    CallState theirs = stateOf(u"mine"_s);
    theirs.call.customer_ref = u"theirs"_s;
    theirs.call.queue = u"Boilers"_s;
    page(10, 14, {rowOf(theirs, 14)});
    ASSERT_EQ(callAt(keyOf(u"mine"_s)).customer_ref, u"theirs"_s);
    EXPECT_EQ(taken(feed->changeEpoch(2, 10)).changed, QList<CallKey>{keyOf(u"mine"_s)});
    SnapshotPage all;
    all.epoch = 2;
    all.s = 10;
    all.rows = {row(u"a"_s, 3), row(u"b"_s, 4)};
    taken(feed->takeSnapshotPage(all, now));
    EXPECT_EQ(callAt(keyOf(u"mine"_s)).customer_ref, u"ours"_s);
    EXPECT_EQ(callAt(keyOf(u"mine"_s)).disposition, u"booked"_s);
    EXPECT_EQ(openTask(), task);
    EXPECT_EQ(rows("call_outcomes WHERE retracted_at IS NULL"), 1);
    EXPECT_EQ(callAt(keyOf(u"mine"_s)).queue, QString());
    EXPECT_EQ(callAt(keyOf(u"mine"_s)).status, CallStatus::MISSED);
    expectSound();
}

TEST_F(FeedRowsTest, contactMadeHereThatARestoreTookBackStays)
{
    done(LinkContact{keyOf(u"a"_s), {}, true});
    const QString id = file->database().singleText("SELECT id FROM outbox WHERE kind = 'contact'");
    const QString mid = file->database().singleText("SELECT mid FROM outbox WHERE kind = 'contact'");
    const QString name = file->database().singleText("SELECT name FROM contacts");
    acknowledge(mid, 11);
    page(10, 12, {{u"contact"_s, id, 11, QJsonObject{{u"id"_s, id}, {u"name"_s, u"Others wrote this"_s}}}});
    ASSERT_EQ(rows("contacts WHERE name = 'Others wrote this'"), 1);
    ASSERT_TRUE(feed->changeEpoch(2, 10));
    SnapshotPage all;
    all.epoch = 2;
    all.s = 10;
    all.rows = {row(u"a"_s, 3), row(u"b"_s, 4)};
    taken(feed->takeSnapshotPage(all, now));
    EXPECT_EQ(file->database().singleText("SELECT name FROM contacts"), name);
    EXPECT_FALSE(name.isEmpty());
    expectSound();
}

TEST_F(FeedRowsTest, callThatWasNeverSentStaysAsItIsThroughASnapshot)
{
    makeCall(*file, u"mine"_s, now);
    done(disposition({keyOf(u"mine"_s)}, u"booked"_s, u"after five"_s, now + 3'600'000, 12'500));
    const QString before = picture();
    for (const bool isRestored : {false, true}) {
        ASSERT_TRUE(isRestored ? (feed->changeEpoch(2, 10) ? Verdict(Done{}) : Verdict(Error{})) : feed->beginSnapshot());
        SnapshotPage all;
        all.epoch = isRestored ? 2 : 1;
        all.s = 12;
        all.rows = {row(u"a"_s, 3), row(u"b"_s, 4)};
        taken(feed->takeSnapshotPage(all, now));
        EXPECT_EQ(picture(), before);
    }
}

/** Made here, taken by the backend, deleted there by somebody, and the answer to the making comes last. */
TEST_F(FeedRowsTest, contactThatIsGoneBeforeItsMakingIsAnsweredGoes)
{
    done(LinkContact{keyOf(u"a"_s), {}, true});
    const QString id = file->database().singleText("SELECT id FROM outbox WHERE kind = 'contact'");
    page(10, 14, {{u"contact"_s, id, 14, std::nullopt}});
    EXPECT_EQ(rows("contacts"), 1) << "its making is on its way";
    acknowledge(file->database().singleText("SELECT mid FROM outbox WHERE kind = 'contact'"), 12);
    const auto stale = staleRecords(file->database());
    ASSERT_TRUE(stale && *stale);
    EXPECT_EQ((*stale)->second, QStringList{id});
    ASSERT_TRUE(retireShown(file->database(), cursor(), now));
    taken(feed->takeRows(1, {{u"contact"_s, id, 0, std::nullopt}}));
    EXPECT_EQ(rows("contacts"), 0);
    EXPECT_FALSE(*staleRecords(file->database()));
}

TEST_F(FeedRowsTest, contactThatWasDeletedHereDoesNotComeBackOnTheWay)
{
    page(10, 11, {{u"contact"_s, u"k1"_s, 11, QJsonObject{{u"id"_s, u"k1"_s}, {u"name"_s, u"Vega"_s}}}});
    Edit gone;
    gone.mid = u"m1"_s;
    gone.kind = u"contact"_s;
    gone.id = u"k1"_s;
    gone.op = u"del"_s;
    gone.at = now;
    ASSERT_TRUE(insertOutgoing(file->database(), gone, {}));
    page(11, 12, {{u"contact"_s, u"k1"_s, 12, QJsonObject{{u"id"_s, u"k1"_s}, {u"name"_s, u"Vega-Ruiz"_s}}}});
    EXPECT_EQ(rows("contacts"), 0);
}

TEST_F(FeedRowsTest, settingsAreToldOnlyWhenTheyAreOthers)
{
    Workspace workspace = file->workspace();
    const auto settings = [&](qint64 ver) { return FeedRow{u"workspace"_s, u"settings"_s, ver, workspaceToJson(workspace)}; };
    EXPECT_FALSE(page(10, 11, {settings(11)}).settings);
    workspace.name = u"Bayline Plumbing"_s;
    EXPECT_TRUE(page(11, 12, {settings(12)}).settings);
    EXPECT_FALSE(page(12, 13, {row(u"a"_s, 13)}).settings);
}

TEST_F(FeedRowsTest, callMadeHereThatTheBackendDoesNotKnowYetStays)
{
    makeCall(*file, u"waits"_s, now);
    page(10, 12, {{u"call"_s, u"waits"_s, 12, std::nullopt}});
    EXPECT_EQ(rows("calls WHERE call_id = 'waits'"), 1);
    makeCall(*file, u"later"_s, now + 1);
    acknowledge(file->database().singleText("SELECT mid FROM outbox WHERE id = 'later'"), 20);
    SnapshotPage old;
    old.epoch = 1;
    old.s = 15;
    old.rows = {row(u"a"_s, 3), row(u"b"_s, 4)};
    ASSERT_TRUE(feed->beginSnapshot());
    taken(feed->takeSnapshotPage(old, now));
    EXPECT_EQ(rows("calls"), 4);
}
