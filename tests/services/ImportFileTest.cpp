#include "IngestFixture.h"

#include <QStringEncoder>

using namespace calldeck;
using namespace Qt::StringLiterals;

namespace
{

using ImportFileTest = IngestFixture;

const QByteArray header = "provider_call_id,started_at,call_type,status,caller_name,call_notes,duration_seconds\n";
QByteArray row(const QByteArray &id, const QByteArray &rest = "INBOUND,MISSED,Ann,,12") { return id + ",2026-11-20T10:00:00Z," + rest + "\n"; }

void expectSays(const QString &sentence, const QStringList &parts)
{
    for (const QString &part : parts)
        EXPECT_TRUE(sentence.contains(part, Qt::CaseInsensitive)) << sentence.toStdString() << "\nlacks: " << part.toStdString();
}

} // namespace

TEST_F(ImportFileTest, quotedCellsKeepSeparatorsQuotesAndLineEnds)
{
    const auto report = take(u"q.csv"_s, header + row("1", "INBOUND,MISSED,\"Vega, \"\"Mari\"\"\",\"first\r\nsecond\",12") + row("2"));
    EXPECT_EQ(report.added, 2);
    EXPECT_EQ(stored(u"1"_s).caller_name, u"Vega, \"Mari\""_s);
    EXPECT_EQ(stored(u"1"_s).call_notes, u"first\r\nsecond"_s);
}

TEST_F(ImportFileTest, separatorAndLineEndAreFoundByThemselves)
{
    const auto with = [](QByteArray bytes, char separator, const QByteArray &lineEnd) { return bytes.replace(',', separator).replace('\n', lineEnd); };
    EXPECT_EQ(take(u"a.csv"_s, with(header + row("a"), ';', "\r\n")).added, 1);
    EXPECT_EQ(take(u"b.tsv"_s, with(header + row("b"), '\t', "\n")).added, 1);
    EXPECT_EQ(take(u"c.csv"_s, with(header + row("c"), '|', "\r")).added, 1);
    EXPECT_EQ(take(u"d.csv"_s, QByteArray(header + row("d")).chopped(1)).added, 1) << "the last line may lack its end";
    EXPECT_EQ(take(u"e.csv"_s, with(header + row("e"), ',', ",\n")).added, 1) << "a separator at the end of each line says nothing";
    EXPECT_EQ(take(u"f.csv"_s, header + "\n\r\n" + row("f") + "\n\n").added, 1) << "empty lines are no rows";
}

TEST_F(ImportFileTest, brokenQuotesNameLineAndCharacter)
{
    expectSays(refusal(u"q.csv"_s, header + row("1") + row("2", "INBOUND,MISSED,\"Ann\"x,,1")), {u"q.csv:3"_s, u"character"_s, u"closing quote"_s});
    expectSays(refusal(u"q.csv"_s, header + row("1", "INBOUND,MISSED,A \"n\",,1")), {u"q.csv:2"_s, u"enclose the whole cell"_s});
    expectSays(refusal(u"q.csv"_s, header + row("1") + row("2", "INBOUND,MISSED,\"Ann,,1")), {u":3"_s, u"never closed"_s});
}

TEST_F(ImportFileTest, rowsWithTooFewOrTooManyCells)
{
    expectSays(refusal(u"n.csv"_s, header + "1,2026-11-20T10:00:00Z\n"), {u"n.csv:2"_s, u"2 cells"_s, u"7"_s});
    expectSays(refusal(u"n.csv"_s, header + row("1", "INBOUND,MISSED,Ann,,12,more")), {u"n.csv:2"_s, u"8 cells"_s});
}

TEST_F(ImportFileTest, emptyFilesAndHeadersAlone)
{
    expectSays(refusal(u"e.csv"_s, {}), {u"e.csv"_s, u"empty"_s});
    expectSays(refusal(u"e.jsonl"_s, {}), {u"e.jsonl"_s, u"empty"_s});
    const auto report = take(u"h.csv"_s, header);
    EXPECT_EQ(report.read, 0);
    EXPECT_FALSE(report.changed);
}

TEST_F(ImportFileTest, unknownAndDoubledColumnsAreNamedWithWhatTheyResemble)
{
    expectSays(refusal(u"u.csv"_s, "provider_call_id,started_at,calller_name,shoe_size\n1,2026-11-20,Ann,9\n"), {u"calller_name"_s, u"caller_name"_s, u"shoe_size"_s, u"--mapping"_s});
    expectSays(refusal(u"u.csv"_s, "started_at,status,status\n2026-11-20,MISSED,MISSED\n"), {u"status"_s, u"twice"_s});
}

TEST_F(ImportFileTest, impossibleValuesNameColumnAndReason)
{
    const auto at = [&](const QByteArray &time) { return refusal(u"v.csv"_s, header + "1," + time + ",INBOUND,MISSED,Ann,,1\n"); };
    for (const char *time : {"2026-02-30T10:00:00Z", "2026-13-01", "2026-11-20T25:00:00Z", "yesterday", "1e99", "nan", "0000-00-00"})
        expectSays(at(time), {u"v.csv:2"_s, u"started_at"_s, QString::fromLatin1(time)});
    expectSays(refusal(u"v.csv"_s, header + row("1", "INBOUND,MISSED,Ann,,-5")), {u"v.csv:2"_s, u"duration_seconds"_s, u"-5"_s});
    for (const char *number : {"twelve", "1e400", "inf", "0x10", "1.5.2", "9223372036854775808"})
        expectSays(refusal(u"v.csv"_s, header + row("1", QByteArray("INBOUND,MISSED,Ann,,") + number)), {u"v.csv:2"_s, u"duration_seconds"_s});
    expectSays(refusal(u"v.csv"_s, header + row("1", "INBOUND,LOST,Ann,,1")), {u"v.csv:2"_s, u"status"_s, u"LOST"_s, u"MISSED"_s});
    expectSays(refusal(u"v.csv"_s, "provider_call_id,started_at,ended_at\n1,2026-11-20T10:00:00Z,2026-11-20T09:00:00Z\n"), {u"ended_at"_s, u"before it began"_s});
    expectSays(refusal(u"v.csv"_s, "provider_call_id,started_at,priority\n1,2026-11-20T10:00:00Z,9\n"), {u"priority"_s, u"between 1 and 5"_s});
    expectSays(refusal(u"v.csv"_s, "provider_call_id,started_at\n1,\n"), {u"started_at"_s, u"no start time"_s});
}

TEST_F(ImportFileTest, encodings)
{
    const QString text = QString::fromUtf8(header + row("1", "INBOUND,MISSED,Zoë Müller,5 €,12"));
    const auto utf16 = [&](QStringConverter::Encoding encoding) { return QByteArray(QStringEncoder(encoding, QStringConverter::Flag::WriteBom).encode(text)); };
    for (const QByteArray &bytes : {QByteArray("\xef\xbb\xbf" + text.toUtf8()), utf16(QStringConverter::Utf16LE), utf16(QStringConverter::Utf16BE)}) {
        EXPECT_EQ(take(u"u.csv"_s, bytes).read, 1);
        EXPECT_EQ(stored(u"1"_s).caller_name, u"Zoë Müller"_s);
        EXPECT_EQ(stored(u"1"_s).call_notes, u"5 €"_s);
    }
    const QByteArray windows = header + row("2", "INBOUND,MISSED,Zo\xeb M\xfcller,5 \x80,12");
    expectSays(refusal(u"w.csv"_s, windows), {u"w.csv:2"_s, u"0xeb"_s, u"windows-1252"_s});
    const auto map = mapping(R"({"encoding": "windows-1252", "id": "provider_call_id", "ignore": "*",
                                 "fields": {"started_at": "started_at", "caller_name": "caller_name", "call_notes": "call_notes"}})");
    take(u"w.csv"_s, windows, map);
    EXPECT_EQ(stored(u"2"_s).caller_name, u"Zoë Müller"_s);
    EXPECT_EQ(stored(u"2"_s).call_notes, u"5 €"_s);
}

TEST_F(ImportFileTest, bytesThatAreNoText)
{
    expectSays(refusal(u"b.csv"_s, header + row("1") + row("2", QByteArray("INBOUND,MISSED,A\0n,,1", 21))), {u"b.csv:3"_s, u"NUL"_s});
    expectSays(refusal(u"b.jsonl"_s, R"({"provider_call_id": "1", "started_at": "2026-11-20", "caller_name": "A\u0000n"})"), {u"b.jsonl:1"_s, u"caller_name"_s, u"NUL"_s});
    expectSays(refusal(u"b.csv"_s, header + row("1", "INBOUND,MISSED,\xed\xa0\x80,,1")), {u"b.csv:2"_s, u"UTF-8"_s});
    expectSays(refusal(u"b.csv"_s, header + row("1", "INBOUND,MISSED,Ann,,1").chopped(1) + "\xc3"), {u"b.csv:2"_s, u"UTF-8"_s});
    expectSays(refusal(u"b.csv"_s, QStringEncoder(QStringConverter::Utf16LE).encode(QString::fromLatin1(header + row("1")))), {u"NUL"_s, u"UTF-16"_s});
}

TEST_F(ImportFileTest, hugeCells)
{
    EXPECT_EQ(take(u"large.csv"_s, header + row("1", "INBOUND,MISSED,Ann," + QByteArray(9'000'000, 'x') + ",1")).added, 1);
    EXPECT_EQ(stored(u"1"_s).call_notes.size(), 9'000'000);
    expectSays(refusal(u"large.csv"_s, header + row("2", "INBOUND,MISSED,Ann," + QByteArray(10 * 1024 * 1024, 'x') + ",1")), {u"large.csv:2"_s, u"call_notes"_s, u"10 MB"_s});
    expectSays(refusal(u"large.csv"_s, header + row("3", "INBOUND,MISSED,\"Ann," + QByteArray(10 * 1024 * 1024, 'x') + ",1")), {u"never closed"_s});
    expectSays(refusal(u"wide.csv"_s, QByteArray(100'000, ',') + "\n"), {u"4096"_s});
}

TEST_F(ImportFileTest, packedFilesWholeCutOffDamagedAndBombs)
{
    QByteArray many = header;
    for (int i = 0; i < 3000; ++i)
        many += row(QByteArray::number(i), "INBOUND,MISSED,Ann " + QByteArray::number(i * 7919 % 3001) + ",,12");
    const QByteArray gz = packed(many);
    expectSays(refusal(u"cut.csv.gz"_s, gz.chopped(gz.size() / 2)), {u"cut.csv.gz"_s, u"ends in the middle"_s});
    expectSays(refusal(u"cut.csv.gz"_s, gz.chopped(4)), {u"ends in the middle"_s});
    QByteArray damaged = gz;
    damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 0x55);
    EXPECT_FALSE(refusal(u"damaged.csv.gz"_s, damaged).isEmpty());
    EXPECT_EQ(take(u"whole.csv.gz"_s, gz).added, 3000);
    EXPECT_EQ(take(u"members.csv.gz"_s, packed(header) + packed(row("second member"))).added, 1);
}

TEST_F(ImportFileTest, filesThatUnpackWithoutEndAreStopped)
{
    auto bomb = ByteSource::open(write(u"bomb.csv.gz"_s, packed(QByteArray(400 * 1024 * 1024, 'x'))));
    ASSERT_TRUE(bomb);
    QByteArray block(1024 * 1024, Qt::Uninitialized);
    qint64 total = 0;
    auto got = (*bomb)->read(block.data(), block.size());
    for (; got && *got > 0; got = (*bomb)->read(block.data(), block.size()))
        total += *got;
    ASSERT_FALSE(got) << "all of it was unpacked";
    expectSays(got.error().message, {u"bomb.csv.gz"_s, u"unpacks to more than"_s});
    EXPECT_LT(total, 100 * 1024 * 1024);
}

TEST_F(ImportFileTest, workbooksAndFoldersAreToldApart)
{
    expectSays(refusal(u"calls.csv"_s, "PK\x03\x04 and so on"), {u"workbook"_s, u"CSV"_s});
    const auto folder = import(files.path());
    ASSERT_FALSE(folder);
    const auto missing = import(files.filePath(u"missing.csv"_s));
    ASSERT_FALSE(missing);
    expectSays(missing.error().message, {u"missing.csv"_s, u"cannot be read"_s});
}

TEST_F(ImportFileTest, jsonLinesWithNestedObjectsTagsAndTurns)
{
    const QByteArray line = R"({"provider_call_id":"j1","started_at":"2026-11-20T10:00:00Z","tags":["vip","a;b"],"emergency":true,"value_cents":12345,
 "turns":[{"speaker":"AGENT","content":"Hello","at_ms":0},{"speaker":"CUSTOMER","content":"Hi, it leaks","at_ms":900,"confidence":0.5}]})";
    EXPECT_EQ(take(u"a.jsonl"_s, QByteArray(line).replace('\n', "") + "\n\n").added, 1);
    const Call call = stored(u"j1"_s);
    EXPECT_EQ(call.tags, (QStringList{u"a;b"_s, u"vip"_s}));
    EXPECT_TRUE(call.emergency);
    EXPECT_EQ(call.value_cents, 12345);
    const auto turns = file->turns(call.key);
    ASSERT_TRUE(turns && turns->size() == 2);
    EXPECT_EQ((*turns)[1].content, u"Hi, it leaks"_s);
    EXPECT_EQ((*turns)[1].speaker, Speaker::CUSTOMER);
}

TEST_F(ImportFileTest, brokenJsonNamesTheLine)
{
    const QByteArray good = R"({"provider_call_id":"1","started_at":"2026-11-20"})" "\n";
    expectSays(refusal(u"a.jsonl"_s, good + "{\"provider_call_id\": }\n"), {u"a.jsonl:2"_s, u"JSON"_s});
    expectSays(refusal(u"a.jsonl"_s, good + "7\n"), {u"a.jsonl:2"_s});
    expectSays(refusal(u"a.jsonl"_s, "[" + good + "]"), {u"one JSON list"_s, u"one object a line"_s});
    const QByteArray deep = QByteArray("{\"a\":").repeated(5000) + "1" + QByteArray("}").repeated(5000);
    EXPECT_FALSE(refusal(u"deep.jsonl"_s, deep).isEmpty());
    expectSays(refusal(u"turns.jsonl"_s, R"({"provider_call_id":"1","started_at":"2026-11-20","turns":[{"speaker":"ROBOT","content":"x"}]})"), {u"ROBOT"_s, u"AGENT"_s});
}

TEST_F(ImportFileTest, skipBadTakesTheGoodRowsAndNamesEveryOther)
{
    QByteArray rows = header;
    for (int i = 0; i < 400; ++i)
        rows += row(QByteArray::number(i), i % 2 ? "INBOUND,MISSED,Ann,,1" : "INBOUND,LOST,Ann,,1");
    ImportOrder order;
    order.file = write(u"mixed.csv"_s, rows);
    order.skip_bad = true;
    QList<qint64> lines;
    order.on_refused = [&](const RowError &error) { lines.append(error.line); };
    CacheSink sink(*file);
    const auto report = importFile(sink, order, now);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->added, 200);
    EXPECT_EQ(report->refused, 200);
    ASSERT_EQ(lines.size(), 200) << "each refused row is told";
    EXPECT_EQ(lines.last(), 400);
    EXPECT_EQ(calls(), 200);
    expectSound();
}

TEST_F(ImportFileTest, dryRunTellsAndChangesNothing)
{
    take(u"first.csv"_s, header + row("1"));
    const QByteArray before = stored();
    const auto report = import(write(u"more.csv"_s, header + row("1", "INBOUND,MISSED,Beth,,1") + row("2")), {}, DryRun);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->added, 1);
    EXPECT_EQ(report->updated, 1);
    EXPECT_FALSE(report->changed);
    EXPECT_EQ(stored(), before);
}

TEST_F(ImportFileTest, cancellingChangesNothing)
{
    QByteArray rows = header;
    for (int i = 0; i < 5000; ++i)
        rows += row(QByteArray::number(i));
    const QByteArray before = stored();
    ImportOrder order;
    order.file = write(u"many.csv"_s, rows);
    double share = 0;
    CacheSink sink(*file);
    const auto report = importFile(sink, order, now, [&](qint64, double done) {
        share = done;
        return false;
    });
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, Error::Code::Cancelled);
    EXPECT_GT(share, 0);
    EXPECT_EQ(stored(), before);
}

TEST_F(ImportFileTest, sameFileAgainChangesNothingWithAndWithoutIds)
{
    const QByteArray withIds = header + row("1") + row("2");
    const QByteArray without = "started_at,caller_name\n2026-11-20T10:00:00Z,Ann\n2026-11-20T10:00:00Z,Ann\n2026-11-20T11:00:00Z,Beth\n";
    EXPECT_EQ(take(u"ids.csv"_s, withIds).added, 2);
    EXPECT_EQ(take(u"none.csv"_s, without).added, 3) << "two equal rows are two calls";
    const QByteArray before = stored();
    EXPECT_EQ(take(u"ids.csv"_s, withIds).unchanged, 2);
    EXPECT_EQ(take(u"renamed.csv"_s, without).unchanged, 3);
    EXPECT_EQ(stored(), before);
    EXPECT_EQ(take(u"ids.csv"_s, header + row("2", "INBOUND,MISSED,Beth,,12")).updated, 1);
    EXPECT_EQ(calls(), 5);
}

TEST_F(ImportFileTest, whatAPersonRecordedOutlivesALaterImport)
{
    take(u"a.csv"_s, header + row("1"));
    ASSERT_TRUE(file->database().execute("UPDATE calls SET outcome = 'BOOKED', disposition = 'booked', in_triage = 0"));
    ASSERT_TRUE(file->database().execute("INSERT INTO call_outcomes (call_id, mutation_id, disposition, outcome, notes, agent_id, at) SELECT id, 'm', 'booked', 'BOOKED', '', '', 1 FROM calls"));
    take(u"a.csv"_s, "provider_call_id,started_at,outcome,caller_name\n1,2026-11-20T10:00:00Z,NO_ANSWER,Anna\n");
    EXPECT_EQ(stored(u"1"_s).outcome, Outcome::BOOKED);
    EXPECT_EQ(stored(u"1"_s).caller_name, u"Anna"_s);
}

TEST_F(ImportFileTest, wordsOfOlderSystems)
{
    take(u"old.csv"_s, "provider_call_id,timestamp,direction,status,phone\n1,2026-11-20T10:00:00Z,incoming,no-answer,(415) 555-2671\n");
    const Call call = stored(u"1"_s);
    EXPECT_EQ(call.call_type, CallType::INBOUND);
    EXPECT_EQ(call.status, CallStatus::MISSED);
    EXPECT_EQ(call.customer_number, u"+14155552671"_s);
    EXPECT_EQ(call.customer_number_raw, u"(415) 555-2671"_s);
    EXPECT_TRUE(call.in_triage);
}
