#include "StoreFixture.h"
#include "store/CallQueries.h"
#include "store/CallSearch.h"
#include "store/CommandRunner.h"
#include "database/Database.h"

using namespace calldeck;

namespace
{

class CallSearchTest : public StoreFixture
{
protected:
    void SetUp() override
    {
        StoreFixture::SetUp();
        runner = std::make_unique<CommandRunner>(file->database(), file->workspace(), QStringLiteral("Dana"));
    }
    CallKey add(const QString &name, const QString &number = QStringLiteral("(415) 555-2671"))
    {
        IncomingCall incoming = missedCall(QStringLiteral("n%1").arg(++calls), number);
        incoming.call.caller_name = name;
        return put(incoming);
    }
    std::vector<CallKey> found(const QString &text)
    {
        CallQuery query;
        query.filter.text = text;
        query.sort.descending = false;
        CallQueries queries(file->database());
        const auto order = queries.order(query, now, {});
        EXPECT_TRUE(order) << text.left(60).toStdString() << ": " << (order ? "" : order.error().detail.toStdString());
        return order ? *order : std::vector<CallKey>{};
    }
    std::vector<CallKey> foundAtOnce(const QString &text)
    {
        CallQuery query;
        query.filter.text = text;
        const auto first = firstKeys(file->database(), query, 50);
        EXPECT_TRUE(first) << text.left(60).toStdString();
        return first && *first ? **first : std::vector<CallKey>{};
    }
    void drain()
    {
        Transaction transaction(file->database());
        while (*indexQueuedCalls(file->database(), 3) > 0) {
        }
        ASSERT_TRUE(transaction.commit());
        EXPECT_EQ(file->database().singleInteger("SELECT count(*) FROM search_queue"), 0);
    }
    using Keys = std::vector<CallKey>;

    std::unique_ptr<CommandRunner> runner;
    int calls = 0;
};

} // namespace

TEST_F(CallSearchTest, everyBeginningOfANameFindsIt)
{
    const CallKey marisol = add(QStringLiteral("Marisol Vega"));
    add(QStringLiteral("Bo Lindqvist"));
    const QString typed = QStringLiteral("marisol vega");
    for (int length = 2; length <= typed.size(); ++length) {
        SCOPED_TRACE(length);
        EXPECT_EQ(found(typed.left(length)), Keys{marisol});
        EXPECT_EQ(foundAtOnce(typed.left(length)), Keys{marisol});
    }
    EXPECT_EQ(found(QStringLiteral("veg mari")), Keys{marisol});
    EXPECT_TRUE(found(QStringLiteral("marisolx")).empty());
    EXPECT_TRUE(found(QStringLiteral("marisol lindqvist")).empty());
}

TEST_F(CallSearchTest, numberWithAnyPunctuation)
{
    const CallKey one = add(QStringLiteral("A"), QStringLiteral("(415) 555-2671"));
    add(QStringLiteral("B"), QStringLiteral("(212) 555-0188"));
    for (const char *typed : {"+14155552671", "4155552671", "(415) 555-2671", "415-555-2671", "415.555.2671", "415 555 2671", "1 415 555 2671", "+1 (415) 555-2671",
                              "5552671", "555-2671", "2671", "(415) 555-2", "415", "  415555 "}) {
        SCOPED_TRACE(typed);
        EXPECT_EQ(found(QString::fromLatin1(typed)), Keys{one});
        EXPECT_EQ(foundAtOnce(QString::fromLatin1(typed)), Keys{one});
    }
    EXPECT_EQ(found(QStringLiteral("555")).size(), 2U);
    EXPECT_TRUE(found(QStringLiteral("5559999")).empty());
}

TEST_F(CallSearchTest, diacriticsAndLetterCaseDoNotMatter)
{
    const CallKey jose = add(QStringLiteral("José Ångström-O'Brien"));
    const CallKey weiss = add(QStringLiteral("Łukasz Weiß"));
    for (const char *typed : {"jose", "JOSÉ", "angstrom", "Ångs", "o'brien", "brien", "angstrom-o'brien"})
        EXPECT_EQ(found(QString::fromUtf8(typed)), Keys{jose}) << typed;
    EXPECT_EQ(found(QString::fromUtf8("łukasz")), Keys{weiss});
    EXPECT_EQ(found(QString::fromUtf8("WEIß")), Keys{weiss});
}

TEST_F(CallSearchTest, transcriptByWordsAndPhrases)
{
    IncomingCall incoming = missedCall(QStringLiteral("t"));
    incoming.turns = {{Speaker::CUSTOMER, QStringLiteral("The water heater in the basement is leaking"), 1000, 0.9},
                      {Speaker::AGENT, QStringLiteral("We can be there between two and four"), 4000, 0.9}};
    const CallKey key = put(incoming);
    add(QStringLiteral("Heater Water"));
    EXPECT_EQ(found(QStringLiteral("\"water heater\"")), Keys{key});
    EXPECT_EQ(found(QStringLiteral("\"water heater")), Keys{key}) << "a phrase still being typed";
    for (const char *typed : {"basem", "basem l", "basem le", "basem lea", "basem leaking"})
        EXPECT_EQ(found(QString::fromLatin1(typed)), Keys{key}) << typed;
    EXPECT_TRUE(found(QStringLiteral("\"heater basement\"")).empty());
    EXPECT_EQ(found(QStringLiteral("water heater")).size(), 2U);
}

TEST_F(CallSearchTest, nothingTypedIsAnOperator)
{
    const CallKey key = add(QStringLiteral("Near Orland"));
    const QString hostile[] = {QStringLiteral("\""), QStringLiteral("\"\"\""), QStringLiteral("\"near"), QStringLiteral("near\""), QStringLiteral("NEAR("), QStringLiteral("NEAR(a b, 3)"),
                               QStringLiteral("*"), QStringLiteral("near*"), QStringLiteral("-near"), QStringLiteral("^near"), QStringLiteral("party:near"), QStringLiteral("near AND"),
                               QStringLiteral("OR"), QStringLiteral("NOT near"), QStringLiteral("near NOT orland"), QStringLiteral("(near"), QStringLiteral("{party}: near"),
                               QStringLiteral("near + orland"), QStringLiteral("';DROP TABLE calls;--"), QStringLiteral("%_"), QStringLiteral("\\"), QStringLiteral("a\"b\"c\"d"),
                               QString::fromUtf8("\xf0\x9f\x98\x80 near"), QString(QChar(0xd800)), QStringLiteral("near") + QChar(u'\0') + QStringLiteral("x")};
    for (const QString &typed : hostile) {
        SCOPED_TRACE(typed.toStdString());
        (void)found(typed);
        (void)foundAtOnce(typed);
    }
    EXPECT_EQ(found(QStringLiteral("near*")), Keys{key});
    EXPECT_EQ(found(QStringLiteral("-near")), Keys{key});
    EXPECT_EQ(found(QStringLiteral("(near")), Keys{key});
    expectSound();
}

TEST_F(CallSearchTest, longQueriesAreAnswered)
{
    add(QStringLiteral("Near Orland"));
    for (const QString &piece : {QStringLiteral("near "), QStringLiteral("near"), QStringLiteral("\"near "), QStringLiteral("a b "), QStringLiteral("4155 "), QStringLiteral("\"a\" ")}) {
        SCOPED_TRACE(piece.toStdString());
        (void)found(piece.repeated(10'240 / piece.size()));
        (void)foundAtOnce(piece.repeated(10'240 / piece.size()));
    }
}

TEST_F(CallSearchTest, editedTextIsFoundAndTheOldIsNot)
{
    const CallKey key = add(QStringLiteral("Marisol Vega"));
    ASSERT_TRUE(runner->run(SetFields{{key}, {{CallField::call_notes, QStringLiteral("boiler on the roof")}, {CallField::caller_name, QStringLiteral("Rosa Diaz")}}}, now));
    ASSERT_TRUE(runner->run(ChangeTags{{key}, {QStringLiteral("storm damage")}, {}}, now));
    drain();
    for (const char *typed : {"boiler", "rosa", "storm dam"})
        EXPECT_EQ(found(QString::fromLatin1(typed)), Keys{key}) << typed;
    EXPECT_TRUE(found(QStringLiteral("marisol")).empty());
    const auto renoted = runner->run(SetFields{{key}, {{CallField::call_notes, QStringLiteral("furnace")}}}, now);
    ASSERT_TRUE(renoted && runner->run(ChangeTags{{key}, {}, {QStringLiteral("storm damage")}}, now));
    drain();
    EXPECT_EQ(found(QStringLiteral("furnace")), Keys{key});
    EXPECT_TRUE(found(QStringLiteral("boiler")).empty());
    EXPECT_TRUE(found(QStringLiteral("storm")).empty());
    ASSERT_TRUE(runner->run(Undo{renoted->receipt.mutation_id}, now));
    drain();
    EXPECT_EQ(found(QStringLiteral("boiler")), Keys{key});
    EXPECT_TRUE(found(QStringLiteral("furnace")).empty());
    expectSound();
}

TEST_F(CallSearchTest, dispositionNotesAreFoundAndGoWithTheUndo)
{
    const CallKey key = add(QStringLiteral("Marisol Vega"));
    DispositionEntry entry;
    entry.disposition = QStringLiteral("booked");
    entry.notes = QStringLiteral("bring the long ladder");
    const auto saved = runner->run(RecordDisposition{{key}, entry}, now);
    ASSERT_TRUE(saved);
    drain();
    EXPECT_EQ(found(QStringLiteral("\"long ladder\"")), Keys{key});
    ASSERT_TRUE(runner->run(Undo{saved->receipt.mutation_id}, now));
    drain();
    EXPECT_TRUE(found(QStringLiteral("ladder")).empty());
    expectSound();
}

TEST_F(CallSearchTest, linkedContactFindsTheCall)
{
    const CallKey known = add(QStringLiteral("Rosa Diaz"));
    const CallKey unnamed = add(QString(), QStringLiteral("(212) 555-0188"));
    ASSERT_TRUE(runner->run(LinkContact{known, {}, true}, now));
    ASSERT_TRUE(runner->run(LinkContact{unnamed, file->call(known)->contact_id}, now));
    drain();
    EXPECT_EQ(found(QStringLiteral("rosa")), (Keys{known, unnamed}));
    ASSERT_TRUE(runner->run(LinkContact{unnamed, {}}, now));
    drain();
    EXPECT_EQ(found(QStringLiteral("rosa")), Keys{known});
    expectSound();
}

TEST_F(CallSearchTest, queueIsDrainedInPieces)
{
    QList<CallKey> keys;
    for (int i = 0; i < 20; ++i)
        keys.append(add(QStringLiteral("Caller %1").arg(i)));
    ASSERT_TRUE(runner->run(ChangeTags{keys, {QStringLiteral("hailstorm")}, {}}, now));
    EXPECT_EQ(file->database().singleInteger("SELECT count(*) FROM search_queue"), 20);
    expectSound();
    drain();
    EXPECT_EQ(found(QStringLiteral("hailstorm")).size(), 20U);
    expectSound();
}
