#include "IngestFixture.h"

#include <QStringEncoder>
#include <random>

using namespace calldeck;

namespace
{

constexpr int mutations = 2000;

class ImportFuzzTest : public IngestFixture
{
protected:
    using Random = std::mt19937_64;

    static QList<std::pair<QString, QByteArray>> goodFiles()
    {
        const QByteArray csv = "provider_call_id,started_at,call_type,status,caller_name,call_notes,duration_seconds,tags\r\n"
                               "1,2026-11-20T10:00:00Z,INBOUND,MISSED,\"Vega, Mari\",\"leak\r\n\"\"again\"\"\",12,vip; storm\r\n"
                               "2,2026-11-20T10:05:00.250+02:00,INBOUND,COMPLETED,Zo\xc3\xab,,0,\r\n"
                               "3,1795546800,OUTBOUND_LEAD,VOICEMAIL,Ann,\xe2\x82\xac 5,7,\r\n";
        const QByteArray json = R"({"provider_call_id":"1","started_at":"2026-11-20T10:00:00Z","tags":["vip"],"turns":[{"speaker":"AGENT","content":"Hi","at_ms":5}]})" "\n"
                                R"({"provider_call_id":"2","started_at":"2026-11-20T10:00:00Z","call_notes":"a\u00e9\n","value_cents":12})" "\n";
        return {{QStringLiteral("f.csv"), csv},
                {QStringLiteral("f.jsonl"), json},
                {QStringLiteral("f.csv.gz"), packed(csv)},
                {QStringLiteral("u.csv"), QStringEncoder(QStringConverter::Utf16LE, QStringConverter::Flag::WriteBom).encode(QString::fromUtf8(csv))}};
    }
    static void mutate(QByteArray &bytes, Random &random)
    {
        static const QByteArray pieces[] = {"\"", ",", "\n", "\r", QByteArray(1, '\0'), "\xff", "\xc3", "{", "}", "[", "\\u0000", "-", "9999999999999999999", "1e309", "\"\"\""};
        const auto below = [&random](qsizetype bound) { return static_cast<qsizetype>(random() % static_cast<quint64>(std::max<qsizetype>(1, bound))); };
        const qsizetype at = below(bytes.size());
        switch (random() % 6) {
        case 0:
            if (!bytes.isEmpty())
                bytes[at] = static_cast<char>(random());
            break;
        case 1: bytes.insert(at, pieces[below(std::size(pieces))]); break;
        case 2: bytes.remove(at, 1 + below(20)); break;
        case 3: bytes.insert(at, bytes.mid(below(bytes.size()), below(60))); break;
        case 4: bytes.truncate(at); break;
        case 5:
            if (!bytes.isEmpty())
                bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
            break;
        }
    }
};

} // namespace

TEST_F(ImportFuzzTest, damagedFilesNeverCrashAndNeverComeInByHalf)
{
    const auto good = goodFiles();
    int taken = 0;
    for (int seed = 0; seed < mutations; ++seed) {
        Random random(static_cast<quint64>(seed));
        auto [name, bytes] = good[seed % good.size()];
        for (quint64 count = 1 + random() % 4; count > 0; --count)
            mutate(bytes, random);
        const qint64 before = calls();
        const auto report = import(write(name, bytes), {}, seed % 3 == 0 ? SkipBad : Plain);
        ASSERT_TRUE(report || !report.error().message.isEmpty());
        const bool kept = report && (report->refused == 0 || seed % 3 == 0);
        ASSERT_EQ(calls(), before + (kept ? report->added : 0)) << "seed " << seed;
        taken += kept && report->read > 0 ? 1 : 0;
    }
    EXPECT_GT(taken, mutations / 20) << "mutations that leave nothing readable try nothing";
    EXPECT_LT(taken, mutations * 19 / 20) << "mutations that hurt nothing try nothing";
    expectSound();
}
