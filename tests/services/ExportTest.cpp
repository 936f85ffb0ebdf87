#include "IngestFixture.h"
#include "demo/CallGenerator.h"
#include "export/CallExport.h"
#include "rules/CsvCells.h"

#include <QJsonDocument>
#include <QJsonObject>

using namespace calldeck;
using namespace Qt::StringLiterals;

namespace
{

class ExportTest : public IngestFixture
{
protected:
    QByteArray exported(const QString &name, ExportFormat format, const CallFilter &filter = {})
    {
        const QString path = files.filePath(name);
        const auto written = exportCalls(*file, {path, format, filter, true}, now);
        EXPECT_TRUE(written) << (written ? "" : written.error().message.toStdString());
        QFile in(path);
        EXPECT_TRUE(in.open(QIODevice::ReadOnly));
        return in.readAll();
    }
    /** Exports, imports into an empty store and exports again. */
    void expectSameAfterReturn(const QString &name, ExportFormat format)
    {
        const QByteArray first = exported(name, format);
        QTemporaryDir other;
        auto fresh = CacheFile::open(other.path(), CacheFile::Mode::Create);
        ASSERT_TRUE(fresh);
        file.swap(*fresh);
        const auto report = import(files.filePath(name));
        ASSERT_TRUE(report) << report.error().message.toStdString();
        EXPECT_EQ(report->refused, 0) << (report->errors.isEmpty() ? "" : rowErrorText(report->errors.first()).toStdString());
        EXPECT_EQ(exported(u"again-"_s + name, format), first);
        expectSound();
        file.swap(*fresh);
    }
    /** Every field filled, each text as nasty as it may be. */
    static IncomingCall fullCall(int number)
    {
        IncomingCall incoming;
        Call &call = incoming.call;
        int step = number;
        forEachField(call, [&](CallField field, auto &value) {
            using T = std::decay_t<decltype(value)>;
            ++step;
            if constexpr (std::is_same_v<T, QString>)
                value = nasty(step);
            else if constexpr (std::is_same_v<T, bool>)
                value = step % 2 == 0;
            else if constexpr (std::is_same_v<T, std::optional<double>>)
                value = 0.1 + step / 7.0;
            else if constexpr (std::is_same_v<T, OptionalInt>)
                value = infoOf(field).kind == FieldKind::Time ? now - step * 1000 - 1 : step;
            else
                value = static_cast<typename T::value_type>(step % static_cast<int>(enumWords<typename T::value_type>().size()));
        });
        call.provider = u"test"_s;
        call.provider_call_id = u"full-%1"_s.arg(number);
        call.contact_id.clear();
        call.tags = {u"=1+1"_s, u"a;b"_s, u"[1]"_s, u"back\\slash"_s};
        incoming.turns = {{Speaker::AGENT, nasty(number), 0, 0.25}, {Speaker::SYSTEM, u"tone"_s, 1500, std::nullopt}};
        return incoming;
    }
    static QString nasty(int step)
    {
        static const QStringList texts{u"=HYPERLINK(\"x\")"_s, u"'quoted"_s, u"'=already"_s, u" blanks "_s, u"a,b\r\nc\"d\""_s, u"-1"_s, u"+1 415"_s, u"@x"_s, u"\ttab"_s, u"Zoë 🚰"_s, u"0"_s, u"\\"_s};
        return texts[step % texts.size()];
    }
};

} // namespace

TEST_F(ExportTest, everyFieldReturnsAsItWasFromBothFormats)
{
    for (int i = 0; i < 24; ++i)
        put(fullCall(i));
    expectSameAfterReturn(u"full.csv"_s, ExportFormat::Csv);
    expectSameAfterReturn(u"full.jsonl"_s, ExportFormat::JsonLines);
}

TEST_F(ExportTest, generatedCallsReturnAsTheyWereFromBothFormats)
{
    CallGenerator(3, file->workspace()).generate(300, now, [&](const IncomingCall &call) { return put(call) > 0; });
    expectSameAfterReturn(u"made.csv"_s, ExportFormat::Csv);
    expectSameAfterReturn(u"made.jsonl"_s, ExportFormat::JsonLines);
}

TEST_F(ExportTest, csvHoldsNothingThatASpreadsheetRuns)
{
    IncomingCall call = missedCall(u"1"_s);
    call.call.caller_name = u"=cmd|' /C calc'!A0"_s;
    call.call.call_notes = u"\t=1"_s;
    put(call);
    const QByteArray csv = exported(u"a.csv"_s, ExportFormat::Csv);
    EXPECT_TRUE(csv.contains(",'=cmd|")) << csv.toStdString();
    EXPECT_FALSE(csv.contains(",=cmd|"));
    EXPECT_FALSE(csv.contains(",\t=1"));
    EXPECT_TRUE(csv.startsWith("call_id,"));
    for (const QString &text : {u"=a"_s, u"'=a"_s, u"''=a"_s, u"'a"_s, u"a"_s, QString()})
        EXPECT_EQ(unguarded(guarded(text)), text);
}

TEST_F(ExportTest, filterAndOrder)
{
    IncomingCall early = missedCall(u"early"_s);
    early.call.started_at = now - 1'000'000;
    put(missedCall(u"late"_s));
    put(early);
    IncomingCall other = missedCall(u"other"_s);
    other.call.status = CallStatus::COMPLETED;
    put(other);
    CallFilter missed;
    missed.statuses = {CallStatus::MISSED};
    const QList<QByteArray> lines = exported(u"a.jsonl"_s, ExportFormat::JsonLines, missed).trimmed().split('\n');
    ASSERT_EQ(lines.size(), 2);
    EXPECT_EQ(QJsonDocument::fromJson(lines[0]).object().value(u"provider_call_id"_s).toString(), u"early"_s);
    EXPECT_EQ(QJsonDocument::fromJson(lines[1]).object().value(u"provider_call_id"_s).toString(), u"late"_s);
}

TEST_F(ExportTest, existingFilesStayAndFailedOnesNeverAppear)
{
    put(missedCall(u"1"_s));
    const QString path = write(u"there.csv"_s, "mine");
    const auto refused = exportCalls(*file, {path, ExportFormat::Csv, {}, false}, now);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Error::Code::InvalidInput);
    QFile in(path);
    ASSERT_TRUE(in.open(QIODevice::ReadOnly));
    EXPECT_EQ(in.readAll(), "mine");

    const auto nowhere = exportCalls(*file, {files.filePath(u"no/such/folder.csv"_s), ExportFormat::Csv, {}, false}, now);
    ASSERT_FALSE(nowhere);
    EXPECT_TRUE(nowhere.error().message.contains(u"cannot be written"_s));

    ASSERT_TRUE(CacheSink(*file).begin());
    for (int i = 0; i < 2500; ++i)
        ASSERT_TRUE(CacheSink(*file).put(missedCall(u"many-%1"_s.arg(i)), now));
    ASSERT_TRUE(CacheSink(*file).commit());
    const QString stopped = files.filePath(u"stopped.csv"_s);
    const auto cancelled = exportCalls(*file, {stopped, ExportFormat::Csv, {}, false}, now, [](qint64) { return false; });
    ASSERT_FALSE(cancelled);
    EXPECT_EQ(cancelled.error().code, Error::Code::Cancelled);
    EXPECT_FALSE(QFile::exists(stopped));
    EXPECT_TRUE(CacheSink(*file).begin()) << "the failed export still holds its transaction";
}
