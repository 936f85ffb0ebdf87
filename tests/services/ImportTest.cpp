#include "StoreFixture.h"

#include "export/CallExport.h"
#include "export/CallStats.h"
#include "ingest/Importer.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <random>
#include <zlib.h>

using namespace calldeck;

namespace
{

const QByteArray header = "provider_call_id,call_type,status,customer_number,caller_name,started_at,duration_seconds\n";

class ImportTest : public StoreFixture
{
protected:
    QString write(const QByteArray &content, const QString &name = QStringLiteral("calls.csv")) const
    {
        QFile out(dir.filePath(name));
        EXPECT_TRUE(out.open(QIODevice::WriteOnly));
        out.write(content);
        return out.fileName();
    }
    QString writePacked(const QByteArray &content, qsizetype cut = 0) const
    {
        const QString name = dir.filePath(QStringLiteral("calls.csv.gz"));
        gzFile packed = gzopen(name.toLocal8Bit().constData(), "wb");
        gzwrite(packed, content.constData(), static_cast<unsigned>(content.size()));
        gzclose(packed);
        EXPECT_TRUE(QFile::resize(name, QFile(name).size() - cut));
        return name;
    }
    Result<ImportReport> import(const QString &path, bool skipBad = false, bool dryRun = false)
    {
        ImportOrder order;
        order.file = path;
        order.skip_bad = skipBad;
        order.dry_run = dryRun;
        return importFile(*file, order, now);
    }
    qint64 count()
    {
        const auto visited = file->forEachCall({}, now, [](const Call &) { return true; });
        return visited ? *visited : -1;
    }
    static QByteArray row(int id, const QByteArray &started = "2026-11-02T10:00:00.000Z", const QByteArray &duration = "65")
    {
        return "id-" + QByteArray::number(id) + ",INBOUND,COMPLETED,+1415555267" + QByteArray::number(id % 10) + ",\"Vega, Marisol\"," + started + "," + duration + "\n";
    }
    /** The file is refused with a row error that names the line and holds these words; nothing is changed. */
    void expectRefused(const QByteArray &content, qint64 line, const QString &column, const QString &words)
    {
        const auto report = import(write(content));
        ASSERT_TRUE(report) << report.error().message.toStdString();
        ASSERT_EQ(report->errors.size(), 1) << content.left(300).toStdString();
        EXPECT_EQ(report->errors[0].line, line);
        EXPECT_TRUE(column.isEmpty() || report->errors[0].column == column) << report->errors[0].column.toStdString();
        EXPECT_TRUE(rowErrorText(report->errors[0]).contains(words, Qt::CaseInsensitive)) << rowErrorText(report->errors[0]).toStdString();
        EXPECT_FALSE(report->changed);
        EXPECT_EQ(count(), 0);
    }
    void expectNotReadable(const QString &path, const QString &words)
    {
        const auto report = import(path);
        ASSERT_FALSE(report);
        EXPECT_TRUE(report.error().message.contains(words, Qt::CaseInsensitive)) << report.error().message.toStdString();
        EXPECT_EQ(count(), 0);
    }
};

} // namespace

TEST_F(ImportTest, sameFileTwiceAddsNothing)
{
    const QString path = write(header + row(1) + row(2) + row(3));
    const auto first = import(path);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->added, 3);
    const auto second = import(path);
    ASSERT_TRUE(second);
    EXPECT_EQ(second->added, 0);
    EXPECT_EQ(second->unchanged, 3);
    EXPECT_EQ(count(), 3);
    expectSound();
}

TEST_F(ImportTest, dryRunChangesNothing)
{
    const auto report = import(write(header + row(1)), false, true);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->added, 1);
    EXPECT_FALSE(report->changed);
    EXPECT_EQ(count(), 0);
}

TEST_F(ImportTest, oneBadRowChangesNothingUnlessToldToSkipIt)
{
    const QByteArray content = header + row(1) + row(2, "2026-02-30T10:00:00.000Z") + row(3);
    const auto strict = import(write(content));
    ASSERT_TRUE(strict);
    EXPECT_EQ(strict->refused, 1);
    EXPECT_EQ(count(), 0);
    const auto lenient = import(write(content), true);
    ASSERT_TRUE(lenient);
    EXPECT_EQ(lenient->added, 2);
    EXPECT_EQ(count(), 2);
}

TEST_F(ImportTest, badValuesAreNamedWithLineAndColumn)
{
    expectRefused(header + row(1) + row(2, "2026-02-30T10:00:00.000Z"), 3, QStringLiteral("started_at"), QStringLiteral("2026-02-30"));
    expectRefused(header + row(1, "2026-11-02T10:00:00.000Z", "-5"), 2, QStringLiteral("duration_seconds"), QStringLiteral("-5"));
    expectRefused(header + row(1, "2026-11-02T10:00:00.000Z", "soon"), 2, QStringLiteral("duration_seconds"), QStringLiteral("soon"));
    expectRefused(header + "id-1,SIDEWAYS,COMPLETED,,,2026-11-02T10:00:00.000Z,1\n", 2, QStringLiteral("call_type"), QStringLiteral("SIDEWAYS"));
}

TEST_F(ImportTest, brokenQuotingIsNamedByLine)
{
    expectRefused(header + "id-1,INBOUND,COMPLETED,,\"Vega\" x,2026-11-02T10:00:00.000Z,1\n", 2, {}, QStringLiteral("quot"));
    const auto open = import(write(header + "id-1,INBOUND,COMPLETED,,\"Vega,2026-11-02T10:00:00.000Z,1\n" + row(2)));
    EXPECT_TRUE(!open || open->refused > 0);
    EXPECT_EQ(count(), 0);
}

TEST_F(ImportTest, unknownColumnIsNamedWithTheFieldItResembles)
{
    expectNotReadable(write("provider_call_id,caller_nmae,started_at\n1,Vega,2026-11-02T10:00:00.000Z\n"), QStringLiteral("caller_nmae"));
    expectNotReadable(write("provider_call_id,caller_nmae,started_at\n1,Vega,2026-11-02T10:00:00.000Z\n"), QStringLiteral("caller_name"));
}

TEST_F(ImportTest, filesThatCannotBeReadAreRefusedWhole)
{
    expectNotReadable(write({}), QStringLiteral("empty"));
    expectNotReadable(dir.filePath(QStringLiteral("nowhere.csv")), QStringLiteral("nowhere.csv"));
    expectNotReadable(writePacked(header + row(1) + row(2), 9), QStringLiteral("gz"));
    const auto onlyHeader = import(write(header));
    ASSERT_TRUE(onlyHeader);
    EXPECT_EQ(onlyHeader->read, 0);
}

TEST_F(ImportTest, nulAndBrokenEncodingAreRefused)
{
    const auto nul = import(write(header + "id-1,INBOUND,COMPLETED,,Ve" + QByteArray(1, '\0') + "ga,2026-11-02T10:00:00.000Z,1\n"));
    EXPECT_TRUE(!nul || nul->refused == 1);
    const auto latin = import(write(header + "id-1,INBOUND,COMPLETED,,M\xfcller,2026-11-02T10:00:00.000Z,1\n"));
    EXPECT_TRUE(!latin || latin->refused == 1);
    EXPECT_EQ(count(), 0);
}

TEST_F(ImportTest, marksOfUtf8AndUtf16AreUnderstood)
{
    ASSERT_TRUE(import(write("\xef\xbb\xbf" + header + row(1))));
    const QString text = QString::fromUtf8(header + row(2));
    QByteArray wide("\xff\xfe", 2);
    wide += QByteArray(reinterpret_cast<const char *>(text.utf16()), text.size() * 2);
    const auto report = import(write(wide));
    ASSERT_TRUE(report) << report.error().message.toStdString();
    EXPECT_EQ(report->added, 1);
    EXPECT_EQ(count(), 2);
}

TEST_F(ImportTest, aCellOfTenMegabytesIsRefusedNotLoaded)
{
    const auto report = import(write(header + "id-1,INBOUND,COMPLETED,,\"" + QByteArray(10'000'001, 'x') + "\",2026-11-02T10:00:00.000Z,1\n"));
    EXPECT_TRUE(!report || report->refused == 1);
    EXPECT_EQ(count(), 0);
}

TEST_F(ImportTest, damagedFilesNeverCrashAndNeverComeInHalf)
{
    QByteArray good = header;
    for (int i = 0; i < 12; ++i)
        good += row(i);
    std::mt19937 random(99);
    for (int round = 0; round < 1500; ++round) {
        QByteArray bad = good;
        for (unsigned hits = 1 + random() % 4; hits > 0; --hits) {
            const auto at = static_cast<qsizetype>(random() % static_cast<unsigned>(bad.size()));
            switch (random() % 4) {
            case 0: bad[at] = static_cast<char>(random()); break;
            case 1: bad.insert(at, static_cast<char>(random())); break;
            case 2: bad.remove(at, 1 + static_cast<qsizetype>(random() % 40)); break;
            default: bad.insert(at, "\",\n\"\r\t;"[random() % 7]); break;
            }
        }
        const auto report = import(write(bad), false, true);
        ASSERT_FALSE(report && report->changed);
    }
    EXPECT_EQ(count(), 0);
    expectSound();
}

TEST_F(ImportTest, exportsReadBackEqual)
{
    IncomingCall hostile = missedCall(QStringLiteral("formula"));
    hostile.call.caller_name = QStringLiteral("=HYPERLINK(\"x\")");
    hostile.call.last_outcome_notes = QStringLiteral("two\nlines, a \"quote\" and a\ttab");
    hostile.call.tags = {QStringLiteral("vip"), QStringLiteral("semi;colon")};
    hostile.turns = {{Speaker::CUSTOMER, QStringLiteral("Hello, \"you\""), 1200, 0.9}};
    put(hostile);
    put(missedCall(QStringLiteral("plain")));
    QList<Call> before;
    ASSERT_TRUE(file->forEachCall({}, now, [&](const Call &call) {
        before.append(call);
        return true;
    }));
    for (const auto &[format, name] : {std::pair(ExportFormat::Csv, QStringLiteral("out.csv")), std::pair(ExportFormat::JsonLines, QStringLiteral("out.jsonl"))}) {
        const QString out = dir.filePath(name);
        ASSERT_TRUE(exportCalls(*file, {out, format, {}, false}, now));
        EXPECT_FALSE(exportCalls(*file, {out, format, {}, false}, now)) << "an existing file was replaced";
        QTemporaryDir other;
        auto copy = CacheFile::open(other.path(), CacheFile::Mode::Create);
        ASSERT_TRUE(copy);
        ImportOrder order;
        order.file = out;
        const auto report = importFile(**copy, order, now);
        ASSERT_TRUE(report) << report.error().message.toStdString();
        ASSERT_EQ(report->added, 2) << (report->errors.isEmpty() ? "" : rowErrorText(report->errors[0]).toStdString());
        QList<Call> after;
        ASSERT_TRUE((*copy)->forEachCall({}, now, [&](const Call &call) {
            after.append(call);
            return true;
        }));
        ASSERT_EQ(after.size(), before.size());
        for (qsizetype i = 0; i < before.size(); ++i) {
            for (size_t field = 0; field < callFields().size(); ++field)
                EXPECT_EQ(fieldText(after[i], static_cast<CallField>(field)), fieldText(before[i], static_cast<CallField>(field))) << callFields()[field].name;
            EXPECT_EQ(after[i].tags, before[i].tags);
        }
    }
    QFile csv(dir.filePath(QStringLiteral("out.csv")));
    ASSERT_TRUE(csv.open(QIODevice::ReadOnly));
    EXPECT_TRUE(csv.readAll().contains("'=HYPERLINK"));
}

TEST_F(ImportTest, realCallCentreLogGivesTheKnownFigures)
{
    const QDir data(QStringLiteral(CALLDECK_SOURCE_DIR "/../shared/data/anonymous-bank-calls"));
    const QStringList months = data.entryList({QStringLiteral("*.tsv*")}, QDir::Files);
    if (months.isEmpty())
        GTEST_SKIP() << "the shared data is not beside the source";
    const auto mapping = readMapping(QStringLiteral(CALLDECK_SOURCE_DIR "/docs/examples/anonymous-bank.json"));
    ASSERT_TRUE(mapping) << mapping.error().message.toStdString();
    ImportOrder order;
    order.file = data.filePath(months.first());
    order.mapping = *mapping;
    for (qint64 expected : {33066, 0}) {
        const auto report = importFile(*file, order, now);
        ASSERT_TRUE(report) << report.error().message.toStdString();
        EXPECT_EQ(report->added, expected);
        EXPECT_EQ(report->refused, 0);
    }
    CallStats stats;
    ASSERT_TRUE(file->forEachCall({}, now, [&](const Call &call) {
        stats.add(call);
        return true;
    }));
    EXPECT_EQ(stats.calls(), 33066);
    EXPECT_EQ(stats.answered(), 27162);
    EXPECT_EQ(stats.abandonedInIvr(), 1941);
    EXPECT_EQ(stats.abandonedInQueue(), 3963);
    EXPECT_NEAR(stats.averageSpeedOfAnswer(), 40.774, 0.001);
    EXPECT_NEAR(stats.serviceLevel(), 0.52077, 0.00001);
    EXPECT_NEAR(stats.averageHandleTime(), 176.353, 0.001);
}
