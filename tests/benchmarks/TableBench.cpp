#include "Benchmarks.h"

#include "MemoryPreferences.h"
#include "PaintWatch.h"
#include "drawer/CallDrawer.h"
#include "store/CallRows.h"
#include "store/DataDirectory.h"
#include "store/DeskStore.h"
#include "table/CallTable.h"

#include <QApplication>
#include <QHash>
#include <QScrollBar>
#include <QTableView>
#include <numeric>
#include <random>

namespace calldeck::bench
{

namespace
{

/** A real table in a real window over a real store. */
class TableBench
{
public:
    explicit TableBench(const QString &dataDir);
    void jump(Report &report);
    void scroll(Report &report);
    void sort(Report &report);
    void filter(Report &report);
    void search(Report &report);
    void drawer(Report &report);

private:
    enum class Wait { AllResults, FirstResults };
    double untilPainted(const std::function<void()> &change, Wait wait = Wait::AllResults);
    double queryUntilPainted(const CallQuery &query, Wait wait = Wait::AllResults);
    bool visibleRowsAreThere() const;
    double rawRows(int row);
    double onePaint();

    QString m_dataDir;
    std::unique_ptr<DeskStore> m_store;
    std::unique_ptr<Database> m_raw;
    Theme m_theme;
    MemoryPreferences m_preferences;
    std::unique_ptr<CallTable> m_table;
    QTableView *m_view = nullptr;
    std::unique_ptr<PaintWatch> m_watch;
    std::mt19937 m_random{7};
    int m_answers = 0; ///< orders that came, whole or the first page
};

TableBench::TableBench(const QString &dataDir) : m_dataDir(dataDir)
{
    m_theme.applyTo(*qApp);
    auto store = DeskStore::open(dataDir, CacheFile::Mode::ReadWrite, QStringLiteral("Bench"), benchKey(dataDir));
    auto raw = store ? openCache(dataDir, Database::Access::ReadOnly, cacheFormat(), benchKey(dataDir).key) : Result<std::unique_ptr<Database>>(store.error());
    if (!raw) {
        fprintf(stderr, "%s\n", qPrintable(raw.error().message));
        exit(1);
    }
    m_store = *std::move(store);
    m_raw = *std::move(raw);
    m_table = std::make_unique<CallTable>(*m_store, m_theme, m_preferences);
    m_view = qobject_cast<QTableView *>(m_table->view());
    m_table->resize(1360, 800);
    m_table->show();
    QObject::connect(m_table.get(), &CallTable::countChanged, m_table.get(), [this] { ++m_answers; });
    m_watch = std::make_unique<PaintWatch>(m_view->viewport());
    queryUntilPainted({});
    queryUntilPainted({{}, {SortColumn::Duration, true}}); // the first use of the columns in memory is part of the start
    queryUntilPainted({});
}

bool TableBench::visibleRowsAreThere() const
{
    const auto &model = m_table->model();
    const int first = std::max(0, m_view->rowAt(0));
    const int last = m_view->rowAt(m_view->viewport()->height() - 1);
    for (int row = first; row <= (last < 0 ? model.rowCount() - 1 : last); ++row) {
        if (!model.callAt(row))
            return false;
    }
    return true;
}

double TableBench::untilPainted(const std::function<void()> &change, Wait wait)
{
    const int answersBefore = m_answers;
    QElapsedTimer timer;
    timer.start();
    change();
    m_view->viewport()->update();
    int paintsWithRows = -1;
    spinUntil("a paint", [&] {
        const bool answered = m_table->model().isComplete() || (wait == Wait::FirstResults && m_answers > answersBefore);
        if (!answered || !visibleRowsAreThere())
            return false;
        if (paintsWithRows < 0) {
            // What is there now has to reach the screen yet.
            paintsWithRows = m_watch->paints;
            m_view->viewport()->update();
            return m_view->isHidden();
        }
        return m_watch->paints > paintsWithRows || m_view->isHidden();
    });
    return elapsedMs(timer);
}

double TableBench::queryUntilPainted(const CallQuery &query, Wait wait)
{
    return untilPainted([&] { m_table->setQuery(query, QStringLiteral("bench")); }, wait);
}

double TableBench::rawRows(int row)
{
    return timed([&] {
        for (int i = row; i < row + 20; ++i) {
            if (const CallKey key = m_table->model().keyAt(i))
                (void)findCallByKey(*m_raw, key);
        }
    });
}

double TableBench::onePaint()
{
    return timed([&] { m_view->viewport()->repaint(); });
}

void TableBench::jump(Report &report)
{
    Samples ours;
    Samples raw;
    for (int i = 0; i < 200; ++i) {
        const int row = static_cast<int>(m_random() % static_cast<unsigned>(m_table->count()));
        ours.add(untilPainted([&] { m_view->scrollTo(m_view->model()->index(row, 2), QAbstractItemView::PositionAtTop); }));
        raw.add(rawRows(row) + onePaint());
    }
    report.add({QStringLiteral("jump to a random row, painted, p99"), QStringLiteral("ms"), ours.at(0.99), QStringLiteral("20 rows by id + a paint"), raw.at(0.99), QStringLiteral("<= 16 ms, <= 2x")});
    report.add({QStringLiteral("jump to a random row, painted, median"), QStringLiteral("ms"), ours.median(), QStringLiteral("20 rows by id + a paint"), raw.median(), QString()});
}

void TableBench::scroll(Report &report)
{
    Samples frames;
    m_view->scrollToTop();
    untilPainted([] {});
    for (int i = 0; i < 600; ++i) {
        frames.add(timed([&] {
            m_view->verticalScrollBar()->setValue(m_view->verticalScrollBar()->value() + 44);
            m_view->viewport()->repaint();
        }));
        QCoreApplication::processEvents();
    }
    report.add({QStringLiteral("scrolling by lines, frames over 16 ms"), QStringLiteral("%"), frames.shareAbove(16) * 100, {}, 0, QStringLiteral("<= 1 %")});
}

double radixLimit(size_t count)
{
    std::vector<std::pair<quint32, quint32>> values(count);
    std::vector<std::pair<quint32, quint32>> scratch(count);
    std::mt19937 random(3);
    for (size_t i = 0; i < count; ++i)
        values[i] = {static_cast<quint32>(random() % 6000), static_cast<quint32>(i)};
    return timed([&] {
        for (int shift = 0; shift < 16; shift += 8) {
            size_t places[257] = {};
            for (const auto &value : values)
                ++places[(value.first >> shift & 255) + 1];
            std::partial_sum(std::begin(places), std::end(places), std::begin(places));
            for (const auto &value : values)
                scratch[places[value.first >> shift & 255]++] = value;
            values.swap(scratch);
        }
    });
}

void TableBench::sort(Report &report)
{
    queryUntilPainted({});
    const double limit = radixLimit(static_cast<size_t>(m_table->count()));
    const double frame = onePaint();
    static constexpr std::pair<SortColumn, const char *> columns[] = {{SortColumn::Duration, "duration"}, {SortColumn::Caller, "caller"}, {SortColumn::Agent, "agent"},
                                                                      {SortColumn::Value, "value"},       {SortColumn::Sla, "SLA"},       {SortColumn::Started, "started"}};
    Samples all;
    for (int round = 0; round < 3; ++round) {
        for (const auto &[column, name] : columns)
            all.add(queryUntilPainted({{}, {column, round % 2 == 0}}));
    }
    report.add({QStringLiteral("sort by any column, painted, median"), QStringLiteral("ms"), all.median(), QStringLiteral("radix sort in memory + a paint"), limit + frame, QStringLiteral("<= 60 ms")});
    report.add({QStringLiteral("sort by any column, painted, worst"), QStringLiteral("ms"), all.at(1), QStringLiteral("radix sort in memory + a paint"), limit + frame, QStringLiteral("<= 60 ms")});
}

void TableBench::filter(Report &report)
{
    const auto count = static_cast<size_t>(m_table->count());
    const std::vector<quint8> column(count, 3);
    std::vector<quint32> found;
    found.reserve(count);
    const double scan = timed([&] {
        for (size_t i = 0; i < column.size(); ++i) {
            if (column[i] == 3)
                found.push_back(static_cast<quint32>(i));
        }
    });
    Samples ours;
    const QTimeZone zone(m_store->workspace().zone);
    for (int round = 0; round < 3; ++round) {
        for (const char *expression : {"status:missed", "status:missed,voicemail is:emergency", "type:inbound outcome:booked", "agent:\"Dana Keller\"", "tag:\"new customer\"", "is:triage", "value>=500 duration>120",
                                       "started:month", "sla:overdue", "queue:HVAC priority<=2", "has:transcript outcome:booked,transferred"}) {
            const auto parsed = parseCallFilter(QString::fromLatin1(expression), m_store->now(), zone);
            if (!parsed) {
                fprintf(stderr, "%s\n", qPrintable(parsed.error().message));
                exit(1);
            }
            ours.add(queryUntilPainted({*parsed, {}}));
        }
    }
    report.add({QStringLiteral("filter change, painted, p95"), QStringLiteral("ms"), ours.at(0.95), QStringLiteral("scan of a column in memory + a paint"), scan + onePaint(), QStringLiteral("<= 50 ms")});
}

void TableBench::search(Report &report)
{
    struct Kind {
        const char *name;
        QStringList typed;
        QByteArray match;
        QByteArray table;
    };
    const QList<Kind> kinds{{"number", {QStringLiteral("4155"), QStringLiteral("(628) 32"), QStringLiteral("9257")}, "\"4155\"*", "call_search"},
                            {"name", {QStringLiteral("Bianca"), QStringLiteral("Theo San"), QStringLiteral("Keiko R")}, "\"bianca\"*", "call_search"},
                            {"word", {QStringLiteral("furnace"), QStringLiteral("sewer"), QStringLiteral("breaker")}, "\"furnace\"*", "turn_search"},
                            {"phrase", {QStringLiteral("\"burning smell\""), QStringLiteral("\"call you back\"")}, "\"burning smell\"", "turn_search"}};
    Samples whole;
    for (const Kind &kind : kinds) {
        Samples ours;
        Samples raw;
        for (const QString &text : kind.typed) {
            for (int length = 1; length <= text.size(); ++length) {
                const auto parsed = parseCallFilter(text.left(length), m_store->now(), QTimeZone(m_store->workspace().zone));
                if (parsed) {
                    ours.add(queryUntilPainted({*parsed, {}}, Wait::FirstResults));
                    whole.add(untilPainted([] {}));
                }
            }
        }
        for (int i = 0; i < 20; ++i) {
            raw.add(timed([&] {
                        Statement select = m_raw->prepare("SELECT rowid FROM " + kind.table + " WHERE " + kind.table + " MATCH ? ORDER BY rowid DESC LIMIT 200");
                        select.bind(1, QString::fromLatin1(kind.match));
                        while (select.step()) {
                        }
                    }) +
                    onePaint());
        }
        report.add({QStringLiteral("search keystroke to first results painted, %1, p95").arg(QLatin1String(kind.name)), QStringLiteral("ms"), ours.at(0.95), QStringLiteral("newest 200 hits of FTS5 + a paint"), raw.median(),
                    QStringLiteral("<= 30 ms, <= 3x")});
    }
    report.add({QStringLiteral("search, from the first results to all of them counted, p95"), QStringLiteral("ms"), whole.at(0.95), {}, 0, QString()});
}

void TableBench::drawer(Report &report)
{
    queryUntilPainted({});
    CallDrawer drawer(*m_store, m_theme);
    drawer.resize(560, 800);
    drawer.show();
    bool filled = false;
    QObject::connect(&drawer, &CallDrawer::filled, &drawer, [&] { filled = true; });
    Samples ours;
    for (int i = 0; i < 100; ++i) {
        const CallKey key = m_table->model().keyAt(static_cast<int>(m_random() % static_cast<unsigned>(m_table->count())));
        filled = false;
        ours.add(timed([&] {
            drawer.showCall(key);
            spinUntil("the drawer", [&] { return filled || !key; });
            drawer.repaint();
        }));
    }
    report.add({QStringLiteral("drawer on a random call, painted, p99"), QStringLiteral("ms"), ours.at(0.99), {}, 0, QStringLiteral("<= 30 ms")});
}

} // namespace

void measureTable(Report &report, const QString &dataDir)
{
    TableBench bench(dataDir);
    bench.jump(report);
    bench.scroll(report);
    bench.sort(report);
    bench.filter(report);
    bench.search(report);
    bench.drawer(report);
}

} // namespace calldeck::bench
