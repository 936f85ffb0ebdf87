#include "StoreFixture.h"

#include "sql/ServerSchema.h"
#include "store/CallFigures.h"
#include "store/CallList.h"
#include "store/CallTable.h"
#include "store/EntityList.h"
#include "store/FollowUpList.h"

#include <QFile>
#include <QVariant>

using namespace calldeck;
using namespace calldeck::test;
using Status = EditOutcome::Status;

namespace
{

const QString number = u"+14155552671"_s;

class RestStoreTest : public StoreFixture
{
protected:
    EditOutcome onNumber(const QString &op, const QJsonObject &args = {}, UserRole role = UserRole::DISPATCHER, const QString &id = number)
    {
        return one(u"ana"_s, edit(op, args, id, ver(number, u"number"_s) + 1000, u"number"_s), role);
    }
    QList<QVariant> indexRow(const QString &id)
    {
        const auto tx = read();
        SqlStatement found = tx->query("SELECT customer, business, agent_id, campaign_id, lead_status, lead_score, scheduled_at, is_conversion, insurance_verified, payment_plan_cents, "
                                       "collection_attempt, collection_success, collection_cents FROM call_index WHERE ws = ? AND id = ?",
                                       id);
        QList<QVariant> row;
        EXPECT_TRUE(found.step());
        for (int column = 0; column < 13; ++column)
            row.append(found.isNull(column) ? QVariant() : QVariant(found.text(column)));
        return row;
    }
};
CALLDECK_ON_BOTH_ENGINES(RestStoreTest);

} // namespace

TEST_P(RestStoreTest, numberWithoutCallsIsListedChangedAndTakenOff)
{
    EXPECT_EQ(onNumber(u"create"_s, {{u"reason"_s, u"asked"_s}}, UserRole::AGENT).status, Status::Applied);
    EXPECT_EQ(row(number, u"number"_s).value(u"reason"_s).toString(), u"asked"_s);
    EXPECT_EQ(onNumber(u"create"_s, {{u"reason"_s, u"another"_s}}).status, Status::Applied);
    EXPECT_EQ(row(number, u"number"_s).value(u"reason"_s).toString(), u"asked"_s) << "the first reason stays";
    EXPECT_EQ(onNumber(u"set"_s, {{u"reason"_s, u"by letter"_s}}).status, Status::Applied);
    EXPECT_EQ(row(number, u"number"_s).value(u"reason"_s).toString(), u"by letter"_s);
    EXPECT_EQ(onNumber(u"del"_s, {}, UserRole::AGENT).code, u"forbidden"_s);
    EXPECT_EQ(onNumber(u"del"_s).status, Status::Applied);
    EXPECT_TRUE(row(number, u"number"_s).isEmpty());
    EXPECT_EQ(onNumber(u"del"_s).code, u"gone"_s);
    EXPECT_EQ(onNumber(u"set"_s, {{u"reason"_s, u"x"_s}}).code, u"gone"_s);
}

TEST_P(RestStoreTest, listingANumberMarksItsCallsAndClosesTheirFollowUps)
{
    one(u"ana"_s, edit(u"create"_s, missedCall()));
    one(u"ana"_s, edit(u"create"_s, missedCall(), u"c2"_s));
    one(u"ana"_s, edit(u"follow_up"_s, {{u"due_at"_s, isoUtc(now + 60'000)}}, u"c2"_s));
    EXPECT_EQ(onNumber(u"create"_s, {{u"reason"_s, u"asked"_s}}).status, Status::Applied);
    for (const QString &id : {u"c1"_s, u"c2"_s})
        EXPECT_TRUE(row(id).value(u"do_not_contact"_s).toBool()) << id.toStdString();
    EXPECT_EQ(row(u"c2"_s).value(u"follow_ups"_s)[0][u"state"_s].toString(), u"CANCELLED"_s);
    EXPECT_EQ(onNumber(u"del"_s).status, Status::Applied);
    for (const QString &id : {u"c1"_s, u"c2"_s})
        EXPECT_FALSE(row(id).value(u"do_not_contact"_s).toBool()) << id.toStdString();
}

TEST_P(RestStoreTest, oddNumbersAndReasonsAreRefused)
{
    for (const QString &id : {u"4155552671"_s, u"+1"_s, u"x"_s, u"+1415555267a"_s})
        EXPECT_EQ(onNumber(u"create"_s, {}, UserRole::DISPATCHER, id).code, u"invalid"_s) << id.toStdString();
    for (const QJsonObject &args : QList<QJsonObject>{{{u"reason"_s, 1}}, {{u"why"_s, u"x"_s}}, {{u"reason"_s, QString(1001, u'x')}}})
        EXPECT_EQ(onNumber(u"create"_s, args).code, u"invalid"_s);
    EXPECT_TRUE(row(number, u"number"_s).isEmpty());
}

TEST_P(RestStoreTest, followUpsComeByTheirDueTimePageByPage)
{
    one(u"ana"_s, edit(u"create"_s, missedCall()));
    for (int i = 0; i < 12; ++i)
        one(i % 2 ? u"ana"_s : u"ben"_s, edit(u"follow_up"_s, {{u"due_at"_s, isoUtc(now + (12 - i / 2) * 60'000)}}));
    QStringList ids;
    FollowUpRequest request;
    request.limit = 5;
    TimeMs last = 0;
    do {
        const auto page = readFollowUps(*read(), request, now);
        ASSERT_TRUE(page) << problemOf(page);
        for (const FollowUpTask &task : page->tasks) {
            EXPECT_GE(task.due_at, last);
            last = task.due_at;
            ids.append(task.id);
        }
        request.cursor = page->next;
    } while (!request.cursor.isEmpty() && ids.size() < 100);
    EXPECT_EQ(ids.size(), 12);
    EXPECT_EQ(QSet<QString>(ids.cbegin(), ids.cend()).size(), 12);
    request.owner = u"ben"_s;
    EXPECT_EQ(readFollowUps(*read(), request, now)->tasks.size(), 5);
    request.limit = 50;
    EXPECT_EQ(readFollowUps(*read(), request, now)->tasks.size(), 6);
    request.overdue = true;
    EXPECT_EQ(readFollowUps(*read(), request, now)->tasks.size(), 0);
    EXPECT_EQ(readFollowUps(*read(), request, now + 8 * 60'000)->tasks.size(), 2);
    request.overdue = false;
    EXPECT_EQ(readFollowUps(*read(), request, now + 8 * 60'000)->tasks.size(), 4);
    const auto counts = countFollowUps(*read(), now + 8 * 60'000, 2 * 60'000);
    EXPECT_EQ(counts->overdue, 4);
    EXPECT_EQ(counts->due_soon, 4);
    request.cursor = u"bm9uZQ"_s;
    EXPECT_EQ(readFollowUps(*read(), request, now).error().code, Error::Code::InvalidInput);
}

TEST_P(RestStoreTest, contactsAreFoundByWordsAndDigits)
{
    const auto add = [&](const QString &id, const QString &name, const QString &phone) { one(u"ana"_s, edit(u"create"_s, {{u"name"_s, name}, {u"number"_s, phone}}, id, 0, u"contact"_s)); };
    add(u"k1"_s, u"Zoë Ünal"_s, u"(415) 555-2671"_s);
    add(u"k2"_s, u"100% Pipes_Ltd"_s, u"+442079460958"_s);
    add(u"k3"_s, u"O'Neil \"Bob\" \\ Co"_s, QString());
    const auto ids = [&](const QString &text) {
        QStringList found;
        const auto contacts = findContacts(*read(), text, 10);
        EXPECT_TRUE(contacts) << problemOf(contacts);
        for (const Entity &contact : *contacts)
            found.append(contact.id);
        return found;
    };
    EXPECT_EQ(ids(u"ZOË"_s), QStringList{u"k1"_s});
    EXPECT_EQ(ids(u"ünal zoë"_s), QStringList{u"k1"_s});
    EXPECT_EQ(ids(u"555-2671"_s), QStringList{u"k1"_s});
    EXPECT_EQ(ids(u"%"_s), QStringList{u"k2"_s});
    EXPECT_EQ(ids(u"_"_s), QStringList{u"k2"_s});
    EXPECT_EQ(ids(u"\"bob\""_s), QStringList{u"k3"_s});
    EXPECT_EQ(ids(u"\\"_s), QStringList{u"k3"_s});
    EXPECT_EQ(ids(u"' OR 1=1 --"_s), QStringList());
    EXPECT_EQ(ids(u"name"_s), QStringList()) << "keys of the row are no words of the contact";
    EXPECT_EQ(findContacts(*read(), u"o"_s, 1)->size(), 1);
}

TEST_P(RestStoreTest, figuresAreThoseOfTheCalls)
{
    struct Made {
        const char16_t *status;
        const char16_t *outcome;
        int minutes;
    };
    const QList<Made> all{{u"COMPLETED", u"booked", 1}, {u"COMPLETED", u"booked", 2}, {u"COMPLETED", u"no_answer", 3}, {u"MISSED", nullptr, 4}, {u"IN_PROGRESS", nullptr, 5}};
    for (qsizetype i = 0; i < all.size(); ++i) {
        const QString id = u"c%1"_s.arg(i);
        one(u"ana"_s, edit(u"create"_s, {{u"status"_s, QString::fromUtf16(all[i].status)}, {u"call_type"_s, u"INBOUND"_s}, {u"started_at"_s, isoUtc(now - all[i].minutes * 60'000)}, {u"duration_seconds"_s, 10 * (i + 1)}, {u"campaign_id"_s, u"spring"_s},
                                         {u"payment_plan_discussed"_s, i == 0}, {u"payment_plan_amount"_s, 5000}, {u"collection_attempt"_s, i < 2}, {u"collection_amount"_s, 700}, {u"collection_success"_s, i == 1}},
                           id));
        if (all[i].outcome)
            one(u"ana"_s, edit(u"disposition"_s, decision(QString::fromUtf16(all[i].outcome)), id));
    }
    CallListFilter filter;
    const auto figures = readFigures(*read(), filter, now);
    ASSERT_TRUE(figures) << problemOf(figures);
    EXPECT_EQ(figures->calls, 5);
    EXPECT_EQ(figures->successful, 3);
    EXPECT_EQ(figures->failed, 1);
    EXPECT_EQ(figures->unknown(), 1);
    EXPECT_EQ(figures->booked, 2);
    EXPECT_EQ(figures->duration, 150);
    EXPECT_EQ(figures->payment_plans, 5000);
    EXPECT_EQ(figures->collection_attempts, 2);
    EXPECT_EQ(figures->collection_successes, 1);
    EXPECT_EQ(figures->collected, 1400);
    filter.started_at.from = now - 2 * 60'000;
    EXPECT_EQ(readFigures(*read(), filter, now)->calls, 2);
    filter.campaign = u"winter"_s;
    EXPECT_EQ(readFigures(*read(), filter, now)->calls, 0);
    const auto counts = readOutcomeCounts(*read(), {}, now);
    ASSERT_TRUE(counts);
    qint64 total = 0;
    for (const OutcomeCount &count : *counts)
        total += count.calls;
    EXPECT_EQ(total, 5);
    EXPECT_EQ(counts->size(), 3);
}

TEST_P(RestStoreTest, deadlinesAreMetInTimeOrLateOrStillToCome)
{
    constexpr TimeMs day = 24LL * 3'600'000;
    const auto missed = [this](const QString &id, TimeMs at) {
        QJsonObject call = missedCall(u"212 555 010"_s + id.back());
        call.insert(u"started_at"_s, isoUtc(at));
        one(u"ana"_s, edit(u"create"_s, call, id));
    };
    const auto counted = [this](TimeMs at) {
        const auto figures = readFigures(*read(), {}, at);
        EXPECT_TRUE(figures) << problemOf(figures);
        return figures ? QList<qint64>{figures->in_time, figures->late, figures->running} : QList<qint64>();
    };
    missed(u"c1"_s, now - 60'000);
    missed(u"c2"_s, now - 60'000);
    missed(u"c3"_s, now - 10 * day);
    missed(u"c4"_s, now - 10 * day);
    one(u"ana"_s, edit(u"create"_s, {{u"status"_s, u"COMPLETED"_s}, {u"call_type"_s, u"OUTBOUND"_s}, {u"started_at"_s, isoUtc(now)}}, u"c5"_s));
    const qint64 owed = counted(now).at(2) - 2; // of the call that was talked
    EXPECT_EQ(counted(now), (QList<qint64>{0, 2, 2 + owed}));
    one(u"ana"_s, edit(u"disposition"_s, decision(u"no_answer"_s), u"c1"_s));
    one(u"ana"_s, edit(u"disposition"_s, decision(u"no_answer"_s), u"c3"_s));
    EXPECT_EQ(counted(now), (QList<qint64>{1, 2, 1 + owed})) << "too late is late";
    EXPECT_EQ(counted(now + 10 * day), (QList<qint64>{1, 3 + owed, 0}));
    const TimeMs due = QDateTime::fromString(row(u"c2"_s).value(u"sla_due_at"_s).toString(), Qt::ISODateWithMs).toMSecsSinceEpoch();
    ASSERT_GT(due, now);
    EXPECT_EQ(counted(due).at(1) - counted(due - 1).at(1), 1) << "over at the moment itself";
}

TEST_P(RestStoreTest, theMigrationFillsWhatWritingFills)
{
    one(u"ana"_s, edit(u"create"_s, {{u"caller_name"_s, u"Zoe O'Neil"_s}, {u"business_name"_s, u"Pipes"_s}, {u"status"_s, u"SCHEDULED"_s}, {u"scheduled_at"_s, isoUtc(now + 123)}, {u"campaign_id"_s, u"spring"_s},
                                     {u"lead_status"_s, u"NEW"_s}, {u"insurance_verified"_s, true}, {u"payment_plan_discussed"_s, true}, {u"payment_plan_amount"_s, 5000},
                                     {u"collection_attempt"_s, true}, {u"collection_success"_s, true}, {u"collection_amount"_s, 900}}));
    one(u"ana"_s, edit(u"create"_s, missedCall(), u"c2"_s));
    const auto rich = indexRow(u"c1"_s);
    const auto plain = indexRow(u"c2"_s);
    EXPECT_EQ(rich.at(0).toString(), u"zoe o'neil"_s);
    EXPECT_EQ(rich.at(6).toLongLong(), now + 123);
    {
        const auto tx = *WorkspaceTx::begin(*connection, ws, WorkspaceTx::Mode::Write);
        ASSERT_TRUE(tx->query("UPDATE call_index SET customer = '', business = '', agent_id = '', campaign_id = '', lead_status = '', lead_score = NULL, scheduled_at = NULL, is_conversion = 0, "
                              "insurance_verified = 0, payment_plan_cents = NULL, collection_attempt = 0, collection_success = 0, collection_cents = NULL WHERE ws = ?")
                        .run());
        ASSERT_TRUE(tx->commit());
    }
    QFile file(u":/calldeck/migrations/server/003_lists.sql"_s);
    ASSERT_TRUE(file.open(QIODevice::ReadOnly));
    QByteArray filling;
    for (const QByteArray &line : file.readAll().split('\n')) {
        if (line.startsWith("{pg}") || line.startsWith("{sqlite}"))
            filling += line + '\n';
    }
    ASSERT_TRUE(connection->execute(inWordsOf(connection->engine(), filling)));
    EXPECT_EQ(indexRow(u"c1"_s), rich);
    EXPECT_EQ(indexRow(u"c2"_s), plain);
}
