#include "Benchmarks.h"

#include "desk/Answer.h"
#include "export/CallExport.h"
#include "embedded/OwnStore.h"
#include "ingest/Importer.h"
#include "store/CallRows.h"
#include "store/DataDirectory.h"
#include "store/DeskStore.h"

#include <QDir>
#include <QTemporaryDir>

namespace calldeck::bench
{

namespace
{

constexpr int saves = 400;
constexpr int bulkCalls = 10'000;

[[noreturn]] void giveUp(const Error &error)
{
    fprintf(stderr, "%s\n", qPrintable(error.message));
    exit(1);
}

Receipt applied(DeskStore &store, const Command &command)
{
    std::optional<Result<Receipt>> answer;
    onAnswer(store.apply(command), &store, [&](const Result<Receipt> &receipt) { answer = receipt; });
    spinUntil("a receipt", [&] { return answer.has_value(); });
    if (!*answer)
        giveUp(answer->error());
    return **answer;
}

/** Two rows in one FULL commit, in a file of its own beside the data. */
Samples rawCommits(const QString &dataDir)
{
    const QString file = QDir(dataDir).filePath(QStringLiteral("raw-commits.db"));
    QFile::remove(file);
    Samples samples;
    {
        auto database = Database::open(file, Database::Access::Create);
        if (!database)
            giveUp(database.error());
        (void)(*database)->execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE a (id INTEGER PRIMARY KEY, body TEXT)");
        for (int i = 0; i < saves; ++i) {
            samples.add(timed([&] {
                (void)(*database)->execute("BEGIN IMMEDIATE");
                (void)(*database)->execute("INSERT INTO a (body) VALUES ('" + QByteArray(300, 'x') + "')");
                (void)(*database)->execute("INSERT INTO a (body) VALUES ('" + QByteArray(300, 'y') + "')");
                (void)(*database)->execute("COMMIT");
            }));
        }
    }
    for (const char *suffix : {"", "-wal", "-shm"})
        QFile::remove(file + QLatin1String(suffix));
    return samples;
}

void insertWords(Database &database, CallKey key, const Call &call)
{
    const QString notes = call.last_outcome_notes + u' ' + call.call_notes;
    const QString summary = call.transcript_summary + u' ' + call.call_purpose;
    const QString digits = call.customer_number + u' ' + call.customer_number.right(10) + u' ' + call.customer_number.right(7) + u' ' + call.customer_number.right(4);
    for (const char *table : {"search_text (party, numbers, notes, tags, summary, call_id)", "call_search (party, numbers, notes, tags, summary, rowid)"}) {
        Statement insert = database.prepare(QByteArray("INSERT INTO ") + table + " VALUES (?, ?, ?, ?, ?, ?)");
        insert.bindText(1, call.caller_name).bindText(2, digits).bindText(3, notes).bindText(4, call.tags.join(u' ')).bindText(5, summary).bind(6, key);
        if (Verdict done = insert.run(); !done)
            giveUp(done.error());
    }
    for (const QString &tag : call.tags) {
        Statement insert = database.prepare("INSERT INTO call_tags (call_id, tag) VALUES (?, ?)");
        if (Verdict done = insert.bindAll(key, tag).run(); !done)
            giveUp(done.error());
    }
}

/** The rows of a file put straight into the tables that they fill, with indexes and full text, in one transaction. */
double rawInserts(const QString &dataDir, const QList<Call> &calls)
{
    const QTemporaryDir folder(QDir(dataDir).filePath(QStringLiteral("raw-XXXXXX")));
    auto database = openCache(folder.path(), Database::Access::Create);
    if (!database)
        giveUp(database.error());
    QByteArray marks;
    for (size_t i = 0; i < callFields().size(); ++i)
        marks += i == 0 ? "?" : ", ?";
    QByteArray names;
    for (const CallFieldInfo &info : callFields())
        names += (names.isEmpty() ? "" : ", ") + QByteArray(info.name);
    return timed([&] {
        (void)(*database)->execute("BEGIN IMMEDIATE");
        for (const Call &call : calls) {
            Statement insert = (*database)->prepare("INSERT INTO calls (" + names + ") VALUES (" + marks + ")");
            for (size_t i = 0; i < callFields().size(); ++i)
                bindField(insert, static_cast<int>(i) + 1, call, static_cast<CallField>(i));
            if (Verdict done = insert.run(); !done)
                giveUp(done.error());
            insertWords(**database, (*database)->lastInsertId(), call);
        }
        (void)(*database)->execute("COMMIT");
    });
}

} // namespace

void measureWrites(Report &report, const QString &dataDir)
{
    auto opened = DeskStore::open(dataDir, CacheFile::Mode::ReadWrite, QStringLiteral("Bench"), benchKey(dataDir));
    if (!opened)
        giveUp(opened.error());
    DeskStore &store = **opened;
    std::optional<Result<CallOrder>> order;
    onAnswer(store.order({}), &store, [&](const Result<CallOrder> &all) { order = all; });
    spinUntil("the order", [&] { return order.has_value(); });
    const auto &keys = *(*order)->keys;

    Samples ours;
    for (int i = 0; i < saves; ++i) {
        DispositionEntry entry;
        entry.disposition = QStringLiteral("no_answer");
        entry.notes = QStringLiteral("Bench %1").arg(i);
        const CallKey call = keys[static_cast<size_t>(i) * 37 % keys.size()];
        ours.add(timed([&] { applied(store, RecordDisposition{{call}, entry}); }));
    }
    const Samples raw = rawCommits(dataDir);
    report.add({QStringLiteral("durable save of a disposition, p99"), QStringLiteral("ms"), ours.at(0.99), QStringLiteral("FULL commit of two rows"), raw.at(0.99), QStringLiteral("<= 1.5x")});
    report.add({QStringLiteral("durable save of a disposition, median"), QStringLiteral("ms"), ours.median(), QStringLiteral("FULL commit of two rows"), raw.median(), QString()});

    const auto many = std::min<size_t>(keys.size(), bulkCalls);
    const QList<CallKey> bulk(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(many));
    Receipt receipt;
    const double tag = timed([&] { receipt = applied(store, ChangeTags{bulk, {QStringLiteral("bench")}, {}}); });
    const double undo = timed([&] { applied(store, Undo{receipt.mutation_id}); });
    report.add({QStringLiteral("tag of %1 calls").arg(many), QStringLiteral("ms"), tag, {}, 0, QStringLiteral("<= 100 ms for 10,000")});
    report.add({QStringLiteral("undo of that tag"), QStringLiteral("ms"), undo, {}, 0, QStringLiteral("<= 100 ms for 10,000")});
}

void measureImport(Report &report, const QString &dataDir, qint64 rows)
{
    const QTemporaryDir folder(QDir(dataDir).filePath(QStringLiteral("import-XXXXXX")));
    const QString file = QDir(folder.path()).filePath(QStringLiteral("calls.csv"));
    QList<Call> calls;
    {
        auto source = CacheFile::open(dataDir, CacheFile::Mode::ReadWrite, benchKey(dataDir).key);
        if (!source)
            giveUp(source.error());
        const auto visited = (*source)->forEachCall({}, 0, [&](const Call &call) {
            calls.append(call);
            return calls.size() < rows;
        });
        if (!visited)
            giveUp(visited.error());
        // A part of the calls as a file: those that started since the last one that was taken.
        CallFilter part;
        part.started_at.from = calls.last().started_at;
        const auto written = exportCalls(**source, {file, ExportFormat::Csv, part, false}, 0);
        if (!written)
            giveUp(written.error());
        rows = *written;
    }
    const QString target = QDir(folder.path()).filePath(QStringLiteral("desk"));
    auto cache = CacheFile::open(target, CacheFile::Mode::Create, benchKey(dataDir).key);
    if (!cache)
        giveUp(cache.error());
    const auto store = OwnStore::open({target, benchKey(dataDir).key, {}, {}}, **cache);
    if (!store)
        giveUp(store.error());
    const double took = timed([&] {
        ImportOrder order;
        order.file = file;
        const auto imported = importFile(**store, order, 0);
        if (!imported)
            giveUp(imported.error());
        if (imported->added != rows)
            giveUp({Error::Code::Damaged, QStringLiteral("%1 of %2 rows were imported").arg(imported->added).arg(rows), {}, false});
    });
    const double shown = timed([&] {
        if (const Verdict done = (*store)->catchUp(**cache); !done)
            giveUp(done.error());
    });
    const double raw = rawInserts(dataDir, calls);
    report.add({QStringLiteral("import of a CSV file"), QStringLiteral("rows/s"), static_cast<double>(rows) / took * 1000, QStringLiteral("raw inserts into the same schema, indexes and full text"),
                static_cast<double>(calls.size()) / raw * 1000, QStringLiteral(">= 0.5x"), true});
    report.add({QStringLiteral("bringing those to the desk's file"), QStringLiteral("rows/s"), static_cast<double>(rows) / shown * 1000, {}, 0, {}, true});
}

} // namespace calldeck::bench
