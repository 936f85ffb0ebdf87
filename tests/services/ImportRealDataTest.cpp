#include "IngestFixture.h"
#include "export/CallStats.h"

#include <QFileInfo>

using namespace calldeck;

namespace
{

class ImportRealDataTest : public IngestFixture
{
protected:
    static QString shared(const char *name) { return QStringLiteral(CALLDECK_SOURCE_DIR "/../shared/data/%1").arg(QLatin1String(name)); }
    static Mapping example(const char *name)
    {
        auto read = readMapping(QStringLiteral(CALLDECK_SOURCE_DIR "/docs/examples/%1.json").arg(QLatin1String(name)));
        EXPECT_TRUE(read) << (read ? "" : read.error().message.toStdString());
        return read ? *read : Mapping{};
    }
    /** Imports twice; the first report. */
    ImportReport twice(const QString &path, const Mapping &map)
    {
        const auto first = import(path, map);
        EXPECT_TRUE(first) << (first ? "" : first.error().message.toStdString());
        if (!first)
            return {};
        EXPECT_EQ(first->refused, 0) << (first->errors.isEmpty() ? "" : rowErrorText(first->errors.first()).toStdString());
        const auto second = import(path, map);
        EXPECT_TRUE(second && second->added == 0 && second->updated == 0 && second->unchanged == first->added);
        EXPECT_EQ(calls(), first->added);
        expectSound();
        return *first;
    }
    CallStats stats()
    {
        CallStats figures;
        EXPECT_TRUE(file->forEachCall({}, now, [&](const Call &call) {
            figures.add(call);
            return true;
        }));
        return figures;
    }
};

} // namespace

TEST_F(ImportRealDataTest, anonymousBank)
{
    const QString path = shared("anonymous-bank-calls/february_1999.tsv.gz");
    if (!QFileInfo::exists(path))
        GTEST_SKIP() << "the shared data is not here";
    const ImportReport report = twice(path, example("anonymous-bank"));
    EXPECT_EQ(report.read, 33'344);
    EXPECT_EQ(report.skipped_by_rule, 278);
    EXPECT_EQ(report.adopted_zone, "Asia/Jerusalem");
    const CallStats figures = stats();
    EXPECT_EQ(figures.calls(), 33'066);
    EXPECT_EQ(figures.answered(), 27'162);
    EXPECT_EQ(figures.abandonedInIvr(), 1'941);
    EXPECT_EQ(figures.abandonedInQueue(), 3'963);
    EXPECT_NEAR(figures.averageSpeedOfAnswer(), 40.774, 0.001);
    EXPECT_NEAR(figures.serviceLevel(), 0.52077, 0.00001);
    EXPECT_NEAR(figures.averageHandleTime(), 176.353, 0.001);
}

TEST_F(ImportRealDataTest, pwcCallCenter)
{
    const QString path = shared("pwc-call-center/calls_2021-01_02.csv");
    if (!QFileInfo::exists(path))
        GTEST_SKIP() << "the shared data is not here";
    EXPECT_EQ(twice(path, example("pwc-call-center")).added, 3'388);
    const Call first = stored(QStringLiteral("ID0001"));
    EXPECT_EQ(first.agent_name, QStringLiteral("Diane"));
    EXPECT_EQ(first.talk_seconds, 143);
    EXPECT_EQ(first.queue_seconds, 109);
    EXPECT_EQ(isoUtc(*first.started_at), QStringLiteral("2021-01-01T08:12:00.000Z"));
    EXPECT_EQ(first.tags, QStringList{QStringLiteral("resolved")});
}

TEST_F(ImportRealDataTest, uciBankMarketing)
{
    const QString path = shared("uci-bank-marketing-calls/calls_dev.csv.gz");
    if (!QFileInfo::exists(path))
        GTEST_SKIP() << "the shared data is not here";
    EXPECT_EQ(twice(path, example("uci-bank-marketing")).added, 31'647);
    EXPECT_EQ(stats().outcomes().value(QStringLiteral("BOOKED")), 3'687);
    const auto newest = file->database().singleInteger("SELECT max(started_at) FROM calls");
    EXPECT_EQ(isoUtc(*newest).left(4), QStringLiteral("2010")) << "the years roll over from May 2008 to November 2010";
}
