#include "StoreFixture.h"
#include "store/Attachments.h"
#include "store/AuditChain.h"
#include "store/AuditSeals.h"
#include "store/CallTable.h"
#include "sync/Disclosure.h"
#include "sync/Erasure.h"
#include "sync/ParkedEdits.h"
#include "sync/ProviderNews.h"
#include "sync/Settings.h"

#include <QFile>
#include <QJsonArray>
#include <QRandomGenerator>

using namespace calldeck;
using namespace calldeck::test;

namespace
{

const QString number = u"+14155552671"_s;
const QByteArray canary = "Wolpertinger";

class ErasureTest : public StoreFixture
{
protected:
    void SetUp() override
    {
        StoreFixture::SetUp();
        if (IsSkipped())
            return;
        auto secret = StoreSecret::make(folder.filePath(u"server.secret"_s));
        ASSERT_TRUE(secret);
        target.secret = *secret;
        connection = open();
        ASSERT_TRUE(connection);
    }
    QString takeIn(const QString &name, const QString &from)
    {
        QJsonObject json = missedCall(from);
        json.insert(u"provider"_s, u"p"_s);
        json.insert(u"provider_call_id"_s, name);
        json.insert(u"caller_name"_s, QString::fromUtf8(canary));
        json.insert(u"turns"_s, QJsonArray{QJsonObject{{u"speaker"_s, u"CUSTOMER"_s}, {u"content"_s, QString::fromUtf8("said " + canary)}, {u"at_ms"_s, 0}}});
        json.insert(u"raw"_s, QJsonObject{{u"who"_s, QString::fromUtf8(canary)}});
        const auto tx = WorkspaceTx::begin(*connection, ws, WorkspaceTx::Mode::Write);
        EXPECT_TRUE(tx);
        const auto incoming = incomingCallOf(json, u"calls"_s);
        EXPECT_TRUE(incoming) << problemOf(incoming);
        const auto outcome = takeNews(**tx, *incoming, **settingsOf(**tx), u"svc"_s, now);
        EXPECT_TRUE(outcome) << problemOf(outcome);
        EXPECT_TRUE((*tx)->commit());
        return outcome ? outcome->id : QString();
    }
    /** Every text of every table of the store, by table. */
    QMap<QString, QByteArray> tables()
    {
        QMap<QString, QByteArray> all;
        QStringList tables;
        SqlStatement names = connection->prepare(connection->isPostgres() ? "SELECT tablename FROM pg_tables WHERE schemaname = 'public'" : "SELECT name FROM sqlite_master WHERE type = 'table'");
        while (names.step())
            tables.append(names.text(0));
        EXPECT_GT(tables.size(), 15);
        SqlTransaction transaction(*connection, SqlTransaction::Mode::Read);
        if (connection->isPostgres()) {
            EXPECT_TRUE(connection->query("SELECT set_config('calldeck.ws', ?, true)", ws).run());
        }
        for (const QString &table : std::as_const(tables)) {
            const QByteArray name = '"' + table.toLatin1() + '"';
            QStringList columns;
            SqlStatement of = connection->query(connection->isPostgres() ? "SELECT column_name FROM information_schema.columns WHERE table_name = ?" : "SELECT name FROM pragma_table_info(?)", table);
            while (of.step())
                columns.append(of.text(0));
            for (const QString &column : std::as_const(columns)) {
                SqlStatement values = connection->prepare("SELECT CAST(\"" + column.toLatin1() + "\" AS TEXT) FROM " + name);
                while (values.step())
                    all[table] += values.bytes(0) + '\n';
            }
        }
        return all;
    }
    QByteArray everything() { return tables().values().join(); }
    QString handIn(const QString &who, const Edit &edit)
    {
        const auto tx = *WorkspaceTx::begin(*connection, ws, WorkspaceTx::Mode::Write);
        PushRun run({*tx, {who, who, QString(who + u"/desk"_s)}, UserRole::DISPATCHER, *settingsOf(*tx), now});
        const auto outcome = run.park(editToJson(edit), u"edit"_s);
        EXPECT_TRUE(outcome) << problemOf(outcome);
        EXPECT_TRUE(tx->commit());
        return outcome && *outcome ? (*outcome)->code : QString();
    }
    Result<ErasureResult> erase(const Person &person) { return erasePerson(*connection, ws, person, now); }
};

} // namespace

TEST_P(ErasureTest, nothingOfThePersonStays)
{
    const QString first = takeIn(u"a"_s, number);
    const QString second = takeIn(u"b"_s, number);
    const QString other = takeIn(u"c"_s, u"+14155550000"_s);
    ASSERT_TRUE(push(u"ann"_s, {edit(u"note"_s, {{u"text"_s, QString::fromUtf8(canary + " likes tea")}}, first), edit(u"flag+"_s, {{u"flag"_s, u"do_not_contact"_s}, {u"reason"_s, u"asked"_s}}, first)}));
    // Two decisions that did not know of each other: a conflict that keeps one of them.
    one(u"ann"_s, edit(u"disposition"_s, {{u"disposition"_s, u"booked"_s}, {u"notes"_s, QString::fromUtf8(canary)}}, second));
    const Edit losing = edit(u"disposition"_s, {{u"disposition"_s, u"other"_s}, {u"notes"_s, QString::fromUtf8(canary)}}, second);
    ASSERT_EQ(one(u"bob"_s, losing).status, EditOutcome::Status::Conflict);
    one(u"ann"_s, edit(u"create"_s, {{u"name"_s, QString::fromUtf8(canary)}, {u"number"_s, number}}, u"k1"_s, 0, u"contact"_s));
    ASSERT_TRUE(everything().contains(canary));

    const auto erased = erase({number, {}});
    ASSERT_TRUE(erased) << problemOf(erased);
    EXPECT_EQ(erased->calls, 2);
    EXPECT_EQ(erased->contacts, 1);
    EXPECT_TRUE(erased->was_listed);
    EXPECT_FALSE(row(other).isEmpty());
    // The other call, of another number, has the same name: it goes too before anything is looked for.
    ASSERT_TRUE(erase({u"+14155550000"_s, {}}));
    const QByteArray all = everything();
    EXPECT_FALSE(all.contains(canary));
    EXPECT_FALSE(all.contains("4155552671"));
    EXPECT_FALSE(all.contains("4155550000"));
}

TEST_P(ErasureTest, feedSaysErasedAndReachesTheHead)
{
    const QString call = takeIn(u"a"_s, number);
    one(u"ann"_s, edit(u"flag+"_s, {{u"flag"_s, u"do_not_contact"_s}, {u"reason"_s, u"asked"_s}}, call));
    ASSERT_TRUE(erase({number, {}}));
    const auto tx = read();
    const QJsonObject page = document(readChanges(*tx, 1, 0, 500));
    EXPECT_EQ(page.value(u"to"_s).toInteger(), tx->head().seq);
    bool seen = false;
    for (const QJsonValue &value : page.value(u"rows"_s).toArray()) {
        const QJsonObject one = value.toObject();
        EXPECT_NE(one.value(u"kind"_s).toString(), u"number"_s);
        if (one.value(u"kind"_s) == u"call"_s) {
            seen = true;
            EXPECT_TRUE(one.value(u"deleted"_s).toBool());
            EXPECT_TRUE(one.value(u"erased"_s).toBool());
        }
    }
    EXPECT_TRUE(seen);
}

TEST_P(ErasureTest, laterEditsAreErasedAndTheNumberIsStillNotContacted)
{
    const QString call = takeIn(u"a"_s, number);
    one(u"ann"_s, edit(u"flag+"_s, {{u"flag"_s, u"do_not_contact"_s}, {u"reason"_s, u"asked"_s}}, call));
    ASSERT_TRUE(erase({number, {}}));
    EXPECT_EQ(one(u"ann"_s, edit(u"note"_s, {{u"text"_s, u"late"_s}}, call)).code, u"erased"_s);
    EXPECT_EQ(handIn(u"ann"_s, edit(u"note"_s, {{u"text"_s, u"late"_s}}, call)), u"erased"_s);
    EXPECT_TRUE(parkedEdits(*read())->isEmpty());
    const QString again = takeIn(u"b"_s, number);
    EXPECT_TRUE(row(again).value(u"do_not_contact"_s).toBool());
    // Somebody who may lifts it: it is forgotten for good.
    EXPECT_EQ(one(u"dee"_s, edit(u"flag-"_s, {{u"flag"_s, u"do_not_contact"_s}}, again)).status, EditOutcome::Status::Applied);
    EXPECT_FALSE(*findListed(*read(), number));
}

TEST_P(ErasureTest, whatWasHandedInIsListedUntilItsPersonIsErased)
{
    const QString call = takeIn(u"a"_s, number);
    EXPECT_EQ(handIn(u"ann"_s, edit(u"note"_s, {{u"text"_s, u"heavy"_s}}, call)), u"parked"_s);
    const auto kept = *parkedEdits(*read());
    ASSERT_EQ(kept.size(), 1);
    EXPECT_EQ(kept[0][u"device"_s], u"ann/desk"_s);
    EXPECT_EQ(kept[0][u"edit"_s][u"args"_s][u"text"_s], u"heavy"_s);
    ASSERT_TRUE(erase({number, {}}));
    EXPECT_TRUE(parkedEdits(*read())->isEmpty());
}

TEST_P(ErasureTest, byContactWithoutANumber)
{
    one(u"ann"_s, edit(u"create"_s, {{u"name"_s, QString::fromUtf8(canary)}}, u"k1"_s, 0, u"contact"_s));
    const auto erased = erase({{}, u"k1"_s});
    ASSERT_TRUE(erased) << problemOf(erased);
    EXPECT_EQ(erased->contacts, 1);
    EXPECT_FALSE(everything().contains(canary));
    EXPECT_EQ(erase({{}, u"k1"_s}).error().code, Error::Code::NotFound);
}

TEST_P(ErasureTest, nobodyAndNoSecretAreErrorsThatChangeNothing)
{
    const QString call = takeIn(u"a"_s, number);
    EXPECT_EQ(erase({u"+14155559999"_s, {}}).error().code, Error::Code::NotFound);
    SqlTarget bare = target;
    bare.secret = StoreSecret();
    auto without = SqlConnection::open(bare, SqlSchema::Migrate);
    ASSERT_TRUE(without);
    EXPECT_EQ(erasePerson(**without, ws, {number, {}}, now).error().code, Error::Code::InvalidInput);
    EXPECT_FALSE(row(call).isEmpty());
}

TEST_P(ErasureTest, everyKindIsDisclosedAndThenErased)
{
    // A word of its own in each kind of what is held about the person.
    const QString call = takeIn(u"a"_s, number);
    const QString other = takeIn(u"b"_s, u"+14155550000"_s);
    const QString contact = u"k"_s + randomHex(4);
    one(u"ann"_s, edit(u"create"_s, {{u"name"_s, u"Ms Contactword"_s}, {u"number"_s, number}}, contact, 0, u"contact"_s));
    one(u"ann"_s, edit(u"note"_s, {{u"text"_s, u"Noteword"_s}}, call, ver(call)));
    one(u"ann"_s, edit(u"tag+"_s, {{u"tag"_s, u"tagword"_s}}, call, ver(call)));
    one(u"ann"_s, edit(u"follow_up"_s, {{u"due_at"_s, isoUtc(now + 86'400'000)}, {u"note"_s, u"Taskword"_s}}, call, ver(call)));
    one(u"ann"_s, edit(u"flag+"_s, {{u"flag"_s, u"do_not_contact"_s}, {u"reason"_s, u"Listedword"_s}}, call, ver(call)));
    const qint64 seen = ver(call);
    one(u"ann"_s, edit(u"disposition"_s, {{u"disposition"_s, u"booked"_s}, {u"notes"_s, u"Keptword"_s}}, call, seen));
    const Edit losing = edit(u"disposition"_s, {{u"disposition"_s, u"other"_s}, {u"notes"_s, u"Lostword"_s}}, call, seen);
    ASSERT_EQ(one(u"bob"_s, losing).status, EditOutcome::Status::Conflict);
    {
        const auto tx = *WorkspaceTx::begin(*connection, ws, WorkspaceTx::Mode::Write);
        ASSERT_TRUE(addAttachment(*tx, {u"a"_s + randomHex(8), call, u"Fileword.pdf"_s, u"application/pdf"_s, 12, QString(64, u'a'), now, u"ann"_s}, 1000));
        ASSERT_TRUE(tx->write("INSERT INTO parked(ws, mid, account, device, payload, at) VALUES (?, ?, 'ann', 'd', ?, ?)", losing.mid,
                              compactJson({{u"id"_s, call}, {u"args"_s, QJsonObject{{u"text"_s, u"Parkedword"_s}}}}), now));
        ASSERT_TRUE(tx->write("UPDATE mutation SET message = 'Answerword' WHERE ws = ? AND mid = ?", losing.mid));
        ASSERT_TRUE(tx->commit());
    }
    const QHash<QString, QByteArrayList> words{{u"calls"_s, {canary, "Noteword", "tagword", "Taskword", "Keptword"}}, {u"transcripts"_s, {"said " + canary}}, {u"provider_messages"_s, {canary}},
                                               {u"contacts"_s, {"Contactword"}},  {u"do_not_contact"_s, {"Listedword"}},       {u"conflicts"_s, {"Lostword"}},
                                               {u"attachments"_s, {"Fileword"}}, {u"waiting_edits"_s, {"Parkedword"}},        {u"answers"_s, {"Answerword"}}};
    // Where the store holds the person: a new table with them in it has to have its part, and is named here.
    static const QStringList known{u"attachment"_s, u"call_index"_s, u"call_tag"_s, u"change"_s, u"conflict"_s, u"device_order"_s, u"entity"_s, u"follow_up"_s, u"mutation"_s, u"parked"_s, u"provider_payload"_s};
    const auto before = tables();
    for (auto table = before.cbegin(); table != before.cend(); ++table) {
        const bool holds = table->contains("4155552671") || table->contains(canary) || table->contains("word\n") || table->contains("Listedword") || table->contains("Lostword");
        EXPECT_TRUE(!holds || known.contains(table.key())) << table.key().toStdString();
    }

    const auto disclosed = disclosePerson(*connection, ws, {number, {}}, now);
    ASSERT_TRUE(disclosed) << problemOf(disclosed);
    EXPECT_EQ(disclosed->calls, 1);
    EXPECT_EQ(disclosed->contacts, 1);
    for (const PersonPart &part : personParts()) {
        const QString name = QString::fromLatin1(part.name);
        ASSERT_TRUE(words.contains(name)) << "a part that this test does not fill: " << part.name;
        const QByteArray text = compactJson({{name, disclosed->document.value(name)}});
        for (const QByteArray &word : words.value(name))
            EXPECT_TRUE(text.contains(word)) << word.toStdString() << " in " << text.toStdString();
    }
    EXPECT_FALSE(compactJson(disclosed->document).contains("4155550000")) << "nothing of others";
    EXPECT_EQ(trail(1).first(), (QJsonObject{{u"at"_s, isoUtc(now)}, {u"actor"_s, programActor}, {u"action"_s, u"disclose"_s}, {u"calls"_s, 1}, {u"contacts"_s, 1}}));

    ASSERT_TRUE(erase({number, {}}));
    ASSERT_TRUE(erase({u"+14155550000"_s, {}})) << "has the same words";
    const QByteArray all = everything();
    for (const QByteArrayList &some : words) {
        for (const QByteArray &word : some)
            EXPECT_FALSE(all.contains(word)) << word.toStdString();
    }
    // That they asked not to be contacted goes on to be held, as a hash, and so it is said; of it nothing else.
    const auto after = disclosePerson(*connection, ws, {number, {}}, now);
    ASSERT_TRUE(after) << problemOf(after);
    for (const PersonPart &part : personParts()) {
        const QString name = QString::fromLatin1(part.name);
        EXPECT_EQ(after->document.value(name).toArray().size(), name == u"do_not_contact"_s ? 1 : 0) << part.name;
    }
    EXPECT_EQ(disclosePerson(*connection, ws, {u"+14155550000"_s, {}}, now).error().code, Error::Code::NotFound);
}

TEST_P(ErasureTest, whatIsNoNumberOrOfNobodyIsNotDisclosedAndNotInTheTrail)
{
    takeIn(u"a"_s, number);
    const qsizetype lines = trail(100).size();
    for (const QString &wrong : {u""_s, u"4155552671"_s, u"(415) 555-2671"_s, u"+14155552671555267"_s, u"+%"_s, u"+14155552671\n"_s, u"+0415555267"_s})
        EXPECT_EQ(disclosePerson(*connection, ws, {wrong, {}}, now).error().code, Error::Code::InvalidInput) << wrong.toStdString();
    EXPECT_EQ(disclosePerson(*connection, ws, {u"+14155559999"_s, {}}, now).error().code, Error::Code::NotFound);
    EXPECT_EQ(disclosePerson(*connection, ws, {{}, u"nobody"_s}, now).error().code, Error::Code::NotFound);
    EXPECT_EQ(disclosePerson(*connection, found(), {number, {}}, now).error().code, Error::Code::NotFound) << "another workspace's person";
    EXPECT_EQ(trail(100).size(), lines);
}

CALLDECK_ON_BOTH_ENGINES(ErasureTest);

namespace
{

class AuditSealsTest : public ErasureTest
{
protected:
    void SetUp() override
    {
        ErasureTest::SetUp();
        if (!IsSkipped())
            seals = std::make_unique<AuditSeals>(folder.filePath(u"server.audit"_s), target.secret);
    }
    void addEntries(int count)
    {
        const auto tx = WorkspaceTx::begin(*connection, ws, WorkspaceTx::Mode::Write);
        for (int i = 0; i < count; ++i)
            ASSERT_TRUE((*tx)->audit({{u"action"_s, u"test"_s}, {u"number"_s, i}}));
        ASSERT_TRUE((*tx)->commit());
    }
    /** As somebody who can write to the store but has not the secret. */
    void change(const QByteArray &sql)
    {
        SqlTransaction transaction(*connection, SqlTransaction::Mode::Write);
        if (connection->isPostgres()) {
            ASSERT_TRUE(connection->query("SELECT set_config('calldeck.ws', ?, true)", ws).run());
        }
        ASSERT_TRUE(connection->execute(sql));
        ASSERT_TRUE(transaction.commit());
    }
    struct Entry {
        qint64 n;
        QByteArray text;
        QByteArray hash;
    };
    QList<Entry> entries()
    {
        QList<Entry> found;
        const auto tx = read();
        SqlStatement rows = tx->query("SELECT n, entry, hash FROM audit WHERE ws = ? ORDER BY n");
        while (rows.step())
            found.append({rows.integer(0), rows.bytes(1), rows.bytes(2)});
        return found;
    }
    /** In place of all that stands there. */
    void write(const QList<Entry> &trail)
    {
        const auto tx = WorkspaceTx::begin(*connection, ws, WorkspaceTx::Mode::Write);
        ASSERT_TRUE((*tx)->query("DELETE FROM audit WHERE ws = ?").run());
        for (const Entry &entry : trail)
            ASSERT_TRUE((*tx)->query("INSERT INTO audit(ws, n, entry, hash) VALUES (?, ?, ?, ?)", entry.n, entry.text, entry.hash).run());
        ASSERT_TRUE((*tx)->commit());
    }
    QStringList problems()
    {
        auto found = AuditSeals(folder.filePath(u"server.audit"_s), target.secret).check(*connection);
        EXPECT_TRUE(found) << problemOf(found);
        // One cluster serves many tests: other workspaces are others' matter.
        QStringList ours;
        for (const QString &problem : *found) {
            if (problem.contains(ws) || problem.contains(u"line"_s))
                ours.append(problem);
        }
        return ours;
    }
    std::unique_ptr<AuditSeals> seals;
};

} // namespace

TEST_P(AuditSealsTest, anHonestTrailFitsAndIsSealedOnce)
{
    addEntries(5);
    ASSERT_TRUE(seals->sealNew(*connection, now));
    QFile file(folder.filePath(u"server.audit"_s));
    const qint64 size = file.size();
    ASSERT_GT(size, 0);
    ASSERT_TRUE(seals->sealNew(*connection, now));
    EXPECT_EQ(file.size(), size);
    addEntries(3);
    ASSERT_TRUE(seals->sealNew(*connection, now));
    EXPECT_GT(file.size(), size);
    EXPECT_EQ(problems(), QStringList());
}

TEST_P(AuditSealsTest, aCutTailIsSeen)
{
    addEntries(20);
    ASSERT_TRUE(seals->sealNew(*connection, now));
    change("DELETE FROM audit WHERE ws = '" + ws.toLatin1() + "' AND n > 13");
    EXPECT_FALSE(checkAudit(*read())->broken_at) << "the chain alone does not show it: that is what the seals are for";
    ASSERT_EQ(problems().size(), 1);
    EXPECT_TRUE(problems().first().contains(u"21"_s)) << problems().first().toStdString();
}

TEST_P(AuditSealsTest, aRewrittenTrailIsSeen)
{
    addEntries(4);
    ASSERT_TRUE(seals->sealNew(*connection, now));
    // The whole chain anew, so that it is sound in itself.
    change("DELETE FROM audit WHERE ws = '" + ws.toLatin1() + "'");
    addEntries(9);
    EXPECT_FALSE(checkAudit(*read())->broken_at);
    EXPECT_EQ(problems().size(), 1);
}

TEST_P(AuditSealsTest, aForgedLineIsSeen)
{
    addEntries(4);
    ASSERT_TRUE(seals->sealNew(*connection, now));
    QFile file(folder.filePath(u"server.audit"_s));
    ASSERT_TRUE(file.open(QIODevice::ReadWrite));
    QByteArray text = file.readAll();
    text.replace("\"n\":5", "\"n\":3");
    file.resize(0);
    file.seek(0);
    file.write(text + "not json\n");
    file.close();
    // On a shared cluster the lines of other workspaces have the same number.
    EXPECT_GE(problems().size(), 2);
}

TEST_P(AuditSealsTest, aRestoreIsNoTampering)
{
    addEntries(20);
    ASSERT_TRUE(seals->sealNew(*connection, now));
    change("DELETE FROM audit WHERE ws = '" + ws.toLatin1() + "' AND n > 8");
    addEntries(1);
    ASSERT_TRUE(AuditSeals(folder.filePath(u"server.audit"_s), target.secret).sealRestored(*connection, now));
    EXPECT_EQ(problems(), QStringList());
    addEntries(20);
    ASSERT_TRUE(AuditSeals(folder.filePath(u"server.audit"_s), target.secret).sealNew(*connection, now));
    EXPECT_EQ(problems(), QStringList());
}

TEST_P(AuditSealsTest, everyRandomTamperingIsFound)
{
    const quint32 seed = QRandomGenerator::global()->generate();
    SCOPED_TRACE(seed);
    QRandomGenerator random(seed);
    addEntries(20);
    ASSERT_TRUE(seals->sealNew(*connection, now));
    const QList<Entry> honest = entries();
    ASSERT_EQ(honest.size(), 21);
    for (int round = 0; round < 500; ++round) {
        QList<Entry> altered = honest;
        const int at = random.bounded(1, 20);
        const int way = random.bounded(8);
        if (way == 0)
            altered[at].text[random.bounded(static_cast<int>(altered[at].text.size()))] ^= 1;
        else if (way == 1)
            altered.removeAt(at);
        else if (way == 2)
            altered.resize(at);
        else if (way == 3)
            altered[at].hash[random.bounded(static_cast<int>(altered[at].hash.size()))] ^= 1;
        else if (way == 4)
            altered.insert(at, {0, "{\"action\":\"forged\"}", honest[at - 1].hash});
        else if (way == 5)
            altered.swapItemsAt(at, random.bounded(at));
        else if (way == 6)
            std::swap(altered[at].text, altered[random.bounded(at)].text);
        else
            ++altered.last().n;
        const bool leavesAGap = way == 7 || (way == 1 && random.bounded(2) == 1);
        // A hash is no secret: who is careful makes the chain anew.
        const bool isChained = !leavesAGap && way != 3 && random.bounded(2) == 1;
        for (qsizetype i = 0; i < altered.size() && !leavesAGap; ++i) {
            altered[i].n = i + 1;
            if (isChained)
                altered[i].hash = auditHash(i > 0 ? altered[i - 1].hash : QByteArray(), i + 1, altered[i].text);
        }
        write(altered);
        const bool isBroken = checkAudit(*read())->broken_at.has_value();
        EXPECT_TRUE(isBroken || !problems().isEmpty()) << "way " << way << " at " << at << (isChained ? ", chained" : "");
    }
    write(honest);
    EXPECT_FALSE(checkAudit(*read())->broken_at);
    EXPECT_EQ(problems(), QStringList());
}

CALLDECK_ON_BOTH_ENGINES(AuditSealsTest);
