#include "store/Rescue.h"

#include "database/CrashPoint.h"
#include "secrets/KeyRecord.h"
#include "store/CacheFile.h"
#include "store/DataDirectory.h"
#include "store/DraftRows.h"
#include "store/OutboxRows.h"

#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QJsonDocument>
#include <QSaveFile>
#include <map>
#include <set>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

QString buildingDir(const QString &dataDir) { return QDir(dataDir).filePath(u"calldeck.rescue"_s); }
/** Names the folder for the damaged file; there from the moment the new cache is whole. */
QString markOf(const QString &dataDir) { return QDir(dataDir).filePath(u"calldeck.rescued"_s); }

Error ioError(const QString &message) { return {Error::Code::Io, message, {}, false}; }

struct Refusal {
    PushResult result;
    TimeMs at = 0;
};

/** What was read of a damaged cache. */
struct Salvage {
    std::map<qint64, OutboxRow> edits; ///< by their old order, those that were refused too
    std::map<qint64, Refusal> refusals;
    QList<DraftRow> drafts;
    RescueReport report;
};

/** How to find the keys of a table by itself and by an index, which lies in other pages; each from both ends. */
struct Ways {
    const char *up;
    const char *down;
    const char *index_up; ///< null: there is none
    const char *index_down;
    const char *probe; ///< whether there is a row of that key
};

constexpr Ways outboxWays{"SELECT lseq FROM outbox NOT INDEXED ORDER BY lseq", "SELECT lseq FROM outbox NOT INDEXED ORDER BY lseq DESC",
                          "SELECT lseq FROM outbox INDEXED BY outbox_of_record ORDER BY kind, id", "SELECT lseq FROM outbox INDEXED BY outbox_of_record ORDER BY kind DESC, id DESC",
                          "SELECT lseq FROM outbox NOT INDEXED WHERE lseq = ?"};
constexpr Ways deadWays{"SELECT lseq FROM dead NOT INDEXED ORDER BY lseq", "SELECT lseq FROM dead NOT INDEXED ORDER BY lseq DESC",
                        "SELECT lseq FROM dead INDEXED BY sqlite_autoindex_dead_1 ORDER BY mid", "SELECT lseq FROM dead INDEXED BY sqlite_autoindex_dead_1 ORDER BY mid DESC",
                        "SELECT lseq FROM dead NOT INDEXED WHERE lseq = ?"};
constexpr Ways draftWays{"SELECT call_id FROM drafts ORDER BY call_id", "SELECT call_id FROM drafts ORDER BY call_id DESC", nullptr, nullptr, "SELECT call_id FROM drafts WHERE call_id = ?"};

/** Reads rows one by one from a file of which any page may be damaged. */
class SalvageReader
{
public:
    SalvageReader(Database &database, Salvage &salvage) : m_database(database), m_salvage(salvage) {}
    void read();

private:
    void readWaiting();
    void readRefused();
    void readDrafts();
    /** All keys that can be found. Notes when there may be more. */
    std::set<qint64> keysBy(const Ways &ways);
    /** Adds the keys that a statement gives until it fails; whether it came to its end. */
    bool collect(const char *select, std::set<qint64> &keys);
    /** Those between two damaged pages, to which no walk from either end comes. */
    void probe(const Ways &ways, std::set<qint64> &keys);
    /** The edit in a row's first nine columns, with its digest in the tenth; nothing when it is not as it was written. */
    static std::optional<OutboxRow> editOf(const Statement &row);

    Database &m_database;
    Salvage &m_salvage;
};

void SalvageReader::read()
{
    (void)m_database.execute("PRAGMA query_only = ON; PRAGMA cell_size_check = ON");
    readWaiting();
    readRefused();
    readDrafts();
}

bool SalvageReader::collect(const char *select, std::set<qint64> &keys)
{
    constexpr int most = 5'000'000; // a damaged tree may lead in circles for long
    Statement rows = m_database.prepare(select);
    for (int count = 0; rows.step(); ++count) {
        if (count == most)
            return false;
        keys.insert(rows.integer(0));
    }
    return !rows.failed();
}

void SalvageReader::probe(const Ways &ways, std::set<qint64> &keys)
{
    constexpr qint64 mostProbed = 200'000;
    const qint64 given = m_database.singleInteger("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").value_or(0);
    const qint64 last = std::max(keys.empty() ? 0 : *keys.rbegin(), given);
    Statement row = m_database.prepare(ways.probe);
    for (qint64 key = std::max<qint64>(1, last - mostProbed); key <= last; ++key) {
        row.reset();
        if (row.bind(1, key).step())
            keys.insert(key);
    }
}

std::set<qint64> SalvageReader::keysBy(const Ways &ways)
{
    std::set<qint64> keys;
    bool whole = collect(ways.up, keys);
    if (!whole) {
        (void)collect(ways.down, keys);
        probe(ways, keys);
    }
    if (!whole && ways.index_up) {
        whole = collect(ways.index_up, keys);
        if (!whole)
            (void)collect(ways.index_down, keys);
    }
    m_salvage.report.whole = m_salvage.report.whole && whole;
    return keys;
}

std::optional<OutboxRow> SalvageReader::editOf(const Statement &row)
{
    OutboxRow edit{row.text(0), row.text(1), row.text(2), row.text(3), row.text(4), row.integer(5), row.integer(6), row.integer(7), {}};
    const bool whole = edit.digest() == row.text(8) && QJsonDocument::fromJson(edit.args_json.toUtf8()).isObject();
    return whole ? std::optional(edit) : std::nullopt;
}

void SalvageReader::readWaiting()
{
    Statement row = m_database.prepare("SELECT mid, kind, id, op, args_json, base_ver, schema_ver, created_ms, digest, state FROM outbox NOT INDEXED WHERE lseq = ?");
    RescueCount &count = m_salvage.report.edits;
    for (const qint64 key : keysBy(outboxWays)) {
        row.reset();
        const bool read = row.bind(1, key).step();
        const auto edit = read ? editOf(row) : std::nullopt;
        // The backend has it, and sends what came of it.
        if (edit && row.text(9) == u"acked"_s)
            continue;
        ++count.known;
        if (edit && m_salvage.edits.emplace(key, *edit).second)
            ++count.carried;
    }
}

void SalvageReader::readRefused()
{
    Statement row = m_database.prepare("SELECT mid, kind, id, op, args_json, base_ver, schema_ver, created_ms, digest, code, message, seq, at_ms FROM dead NOT INDEXED WHERE lseq = ?");
    RescueCount &count = m_salvage.report.refused;
    for (const qint64 key : keysBy(deadWays)) {
        row.reset();
        const auto edit = row.bind(1, key).step() ? editOf(row) : std::nullopt;
        ++count.known;
        // One that stands in both was being moved.
        if (!edit || !m_salvage.edits.emplace(key, *edit).second)
            continue;
        ++count.carried;
        m_salvage.refusals.insert({key, {{edit->mid, PushResult::Status::Rejected, row.integer(11), row.text(9), row.text(10)}, row.integer(12)}});
    }
}

void SalvageReader::readDrafts()
{
    Statement row = m_database.prepare("SELECT record, body, updated_at, digest FROM drafts WHERE call_id = ?");
    RescueCount &count = m_salvage.report.drafts;
    for (const qint64 key : keysBy(draftWays)) {
        row.reset();
        ++count.known;
        if (!row.bind(1, key).step())
            continue;
        const DraftRow draft{row.text(0), row.text(1), row.integer(2)};
        if (draft.digest() != row.text(3))
            continue;
        ++count.carried;
        m_salvage.drafts.append(draft);
    }
}

Salvage readDamaged(const QString &dataDir, const DatabaseKey &key)
{
    Salvage salvage;
    auto database = Database::open(cachePath(dataDir), Database::Access::ReadOnly, key);
    if (!database) {
        salvage.report.whole = false;
        return salvage;
    }
    (*database)->setCheckpointOnClose(false);
    SalvageReader(**database, salvage).read();
    return salvage;
}

Verdict store(Database &database, const Salvage &salvage)
{
    Transaction transaction(database);
    Verdict done = transaction.begun();
    for (auto edit = salvage.edits.begin(); done && edit != salvage.edits.end(); ++edit) {
        done = insertRow(database, edit->second);
        const auto refusal = salvage.refusals.find(edit->first);
        if (done && refusal != salvage.refusals.end())
            done = bury(database, edit->second.mid, refusal->second.result, refusal->second.at);
    }
    for (const DraftRow &draft : salvage.drafts) {
        if (done)
            done = storeRescuedDraft(database, draft);
    }
    return done ? transaction.commit() : done;
}

Verdict build(const QString &dataDir, const DatabaseKey &key, const Salvage &salvage)
{
    QDir(buildingDir(dataDir)).removeRecursively();
    {
        auto cache = CacheFile::open(buildingDir(dataDir), CacheFile::Mode::Create, key);
        const Verdict stored = cache ? store((*cache)->database(), salvage) : Verdict(cache.error());
        if (!stored)
            return stored;
    }
    // Closing is where the journal goes into the file; what could not go there cannot be moved.
    if (QFileInfo::exists(cachePath(buildingDir(dataDir)) + u"-wal"_s))
        return Error{Error::Code::DiskFull, u"The new file could not be written whole. Free some space and try again."_s, {}, true};
    return Done{};
}

/** The file, its journal, and a copy of the word about its key. */
Verdict putAside(const QString &dataDir, const QString &aside)
{
    const QFileInfo from(cachePath(dataDir));
    if (!QDir().mkpath(aside))
        return ioError(u"%1 could not be made. Check the permissions of the folder above it."_s.arg(aside));
    QFile::setPermissions(aside, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    const QFileInfo record(keyRecordPath(dataDir));
    if (record.exists())
        QFile::copy(record.filePath(), QDir(aside).filePath(record.fileName()));
    // The file first: alone in its place it would pass for one without what its journal holds.
    for (const QString &ending : {QString(), u"-wal"_s, u"-shm"_s}) {
        const QString part = from.filePath() + ending;
        if (QFile::exists(part) && !QFile::rename(part, QDir(aside).filePath(from.fileName() + ending)))
            return ioError(u"%1 could not be moved to %2. Check the permissions of the folder."_s.arg(part, aside));
    }
    syncDirectory(aside);
    syncDirectory(dataDir);
    return Done{};
}

Verdict writeMark(const QString &dataDir, const QString &aside)
{
    QSaveFile file(markOf(dataDir));
    const QByteArray name = QFileInfo(aside).fileName().toUtf8();
    if (!file.open(QIODevice::WriteOnly) || file.write(name) != name.size() || !file.commit())
        return ioError(u"%1 could not be written. Check that there is space and that you may write there."_s.arg(file.fileName()));
    syncDirectory(dataDir);
    return Done{};
}

QString freeName(const QString &dataDir)
{
    const QString name = QDir(dataDir).filePath(u"damaged-"_s + QDateTime::currentDateTimeUtc().toString(u"yyyyMMdd-hhmmss"_s));
    QString free = name;
    for (int number = 2; QFileInfo::exists(free); ++number)
        free = name + u'-' + QString::number(number);
    return free;
}

QString outOf(const RescueCount &count, bool whole, const QString &one, const QString &several)
{
    return u"%1 of %2%3 %4"_s.arg(QString::number(count.carried), whole ? QString() : u"at least "_s, QString::number(count.known), count.known == 1 ? one : several);
}

} // namespace

QString RescueReport::sentence() const
{
    if (!whole && edits.known + refused.known + drafts.known == 0)
        return u"Nothing could be read of what was not sent yet. The damaged file was kept in %1."_s.arg(aside);
    QStringList parts{outOf(edits, whole, u"unsent change"_s, u"unsent changes"_s)};
    if (refused.known > 0)
        parts.append(outOf(refused, whole, u"refused change"_s, u"refused changes"_s));
    if (drafts.known > 0)
        parts.append(outOf(drafts, whole, u"unfinished form"_s, u"unfinished forms"_s));
    const bool isOne = parts.size() == 1 && edits.known == 1;
    const QString last = parts.takeLast();
    const QString all = parts.isEmpty() ? last : QString(parts.join(u", "_s) + u" and "_s + last);
    return u"%1 %2 carried over. The damaged file was kept in %3."_s.arg(all, isOne ? u"was"_s : u"were"_s, aside);
}

Result<RescueReport> rescueCache(const QString &dataDir, const DatabaseKey &key)
{
    if (Verdict before = finishRescue(dataDir); !before)
        return before.error();
    Salvage salvage = readDamaged(dataDir, key);
    salvage.report.aside = freeName(dataDir);
    Verdict done = build(dataDir, key, salvage);
    crashAt("R1");
    if (done)
        done = writeMark(dataDir, salvage.report.aside);
    if (done)
        done = finishRescue(dataDir);
    if (!done)
        return done.error();
    return salvage.report;
}

Verdict removeDamaged(const QString &dataDir)
{
    QFile::remove(markOf(dataDir));
    QStringList folders = QDir(dataDir).entryList({u"damaged-*"_s}, QDir::Dirs | QDir::NoDotAndDotDot | QDir::NoSymLinks);
    folders.append(QFileInfo(buildingDir(dataDir)).fileName());
    for (const QString &folder : std::as_const(folders)) {
        if (QDir left(QDir(dataDir).filePath(folder)); left.exists() && !left.removeRecursively())
            return ioError(u"%1 could not be removed. Check the permissions of its folder."_s.arg(left.path()));
    }
    syncDirectory(dataDir);
    return Done{};
}

Verdict finishRescue(const QString &dataDir)
{
    QFile mark(markOf(dataDir));
    if (!mark.exists())
        return Done{};
    if (!mark.open(QIODevice::ReadOnly))
        return ioError(u"%1 could not be read. Check its permissions."_s.arg(mark.fileName()));
    const QString name = QFileInfo(QString::fromUtf8(mark.read(200))).fileName();
    mark.close();
    Verdict done = Done{};
    if (QFile::exists(cachePath(buildingDir(dataDir)))) {
        crashAt("R2");
        done = putAside(dataDir, QDir(dataDir).filePath(name));
        crashAt("R3");
        if (done)
            done = moveCache(buildingDir(dataDir), dataDir);
        crashAt("R4");
    }
    if (!done)
        return done;
    QDir(buildingDir(dataDir)).removeRecursively();
    QFile::remove(markOf(dataDir));
    return Done{};
}

} // namespace calldeck
