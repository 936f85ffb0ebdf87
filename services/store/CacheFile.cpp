#include "store/CacheFile.h"

#include "store/CallDetails.h"
#include "store/CallQueries.h"
#include "store/CallRows.h"
#include "store/CallSearch.h"
#include "store/DataDirectory.h"
#include "store/DraftRows.h"
#include "store/OutboxRows.h"
#include "store/Verifier.h"

#include <QJsonDocument>
#include <QJsonObject>

namespace calldeck
{

namespace
{

constexpr int everyTurn = 4096;

Result<Workspace> loadWorkspace(Database &database)
{
    Statement select = database.prepare("SELECT value FROM settings WHERE key = 'workspace'");
    const auto found = select.found();
    if (!found)
        return found.error();
    if (!*found)
        return Workspace::standard();
    return workspaceFromJson(QJsonDocument::fromJson(select.text(0).toUtf8()).object());
}

/** What was written before rows had digests could not be carried over from a damaged file. */
Verdict digestOlderRows(Database &database)
{
    const auto some = database.prepare("SELECT 1 FROM outbox WHERE digest = '' UNION ALL SELECT 1 FROM dead WHERE digest = '' UNION ALL SELECT 1 FROM drafts WHERE digest = '' LIMIT 1").found();
    if (!some || !*some)
        return some ? Verdict(Done{}) : Verdict(some.error());
    Transaction transaction(database);
    Verdict done = transaction.begun();
    if (done)
        done = digestOlderEdits(database);
    if (done)
        done = digestOlderDrafts(database);
    return done ? transaction.commit() : done;
}

} // namespace

CacheFile::CacheFile(std::unique_ptr<Database> database) : m_database(std::move(database)) {}
CacheFile::~CacheFile() = default;

Result<std::unique_ptr<CacheFile>> CacheFile::open(const QString &dataDir, Mode mode, const DatabaseKey &key)
{
    const auto access = mode == Mode::Create ? Database::Access::Create : mode == Mode::ReadWrite ? Database::Access::ReadWrite : Database::Access::ReadOnly;
    auto database = openCache(dataDir, access, cacheFormat(), key);
    if (!database)
        return database.error();
    if (mode != Mode::ReadOnly) {
        if (Verdict kept = keepNoDeletedWords(**database); !kept)
            return kept.error();
        if (Verdict digested = digestOlderRows(**database); !digested)
            return digested.error();
    }
    std::unique_ptr<CacheFile> file(new CacheFile(*std::move(database)));
    if (Verdict loaded = file->reloadWorkspace(); !loaded)
        return loaded.error();
    file->m_queries = std::make_unique<CallQueries>(file->database());
    return file;
}

Verdict CacheFile::setWorkspace(const Workspace &workspace)
{
    Statement write = m_database->prepare("INSERT OR REPLACE INTO settings (key, value) VALUES ('workspace', ?)");
    Verdict done = write.bindAll(QString::fromUtf8(QJsonDocument(workspaceToJson(workspace)).toJson(QJsonDocument::Compact))).run();
    if (done)
        m_workspace = workspace;
    return done;
}

Verdict CacheFile::reloadWorkspace()
{
    auto workspace = loadWorkspace(*m_database);
    if (!workspace)
        return workspace.error();
    m_workspace = *std::move(workspace);
    return Done{};
}

Result<qint64> CacheFile::forEachCall(const CallQuery &query, TimeMs now, const std::function<bool(const Call &)> &visit)
{
    if (Verdict ready = m_queries->reload(); !ready)
        return ready.error();
    auto keys = m_queries->order(query, now, {});
    if (!keys)
        return keys.error();
    qint64 visited = 0;
    for (CallKey key : *keys) {
        auto found = findCallByKey(*m_database, key);
        if (!found)
            return found.error();
        if (!*found)
            continue;
        ++visited;
        if (!visit(**found))
            break;
    }
    return visited;
}

Result<std::optional<CallKey>> CacheFile::findCall(const QString &idOrCallId)
{
    Statement select = m_database->prepare("SELECT id FROM calls WHERE call_id = ?1 OR id = ?2 OR provider_call_id = ?1 ORDER BY call_id = ?1 DESC, id = ?2 DESC LIMIT 1");
    bool isNumber = false;
    const qint64 key = idOrCallId.toLongLong(&isNumber);
    select.bind(1, idOrCallId).bind(2, isNumber ? std::optional(key) : std::nullopt);
    if (select.step())
        return std::optional<CallKey>(select.integer(0));
    if (select.failed())
        return m_database->lastError();
    return std::optional<CallKey>();
}

Result<Call> CacheFile::call(CallKey key)
{
    auto found = findCallByKey(*m_database, key);
    if (!found)
        return found.error();
    if (!*found)
        return Error{Error::Code::NotFound, QStringLiteral("There is no call %1.").arg(key), {}, false};
    return **std::move(found);
}

Result<CallDetail> CacheFile::detail(CallKey key) { return callDetail(*m_database, key); }
Result<QList<ConversationTurn>> CacheFile::turns(CallKey key) { return callTurns(*m_database, key, everyTurn); }
Result<QList<CallOutcomeRecord>> CacheFile::outcomes(CallKey key) { return callOutcomes(*m_database, key); }
Result<VerifyReport> CacheFile::verify() { return verifyCache(*m_database); }
int CacheFile::schemaVersion() const { return static_cast<int>(m_database->singleInteger("PRAGMA user_version").value_or(0)); }
int CacheFile::newestSchemaVersion() { return cacheFormat().newestVersion(); }

Result<BackupDone> CacheFile::backupTo(const QString &file, BackupForm form) { return writeBackup(*m_database, file, form); }

} // namespace calldeck
