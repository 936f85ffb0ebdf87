#pragma once

#include "database/Backup.h"
#include "records/Records.h"
#include "rules/CallFilter.h"
#include "rules/Workspace.h"

#include <functional>
#include <memory>

namespace calldeck
{

class Database;
class CallQueries;

/** Findings of verify(); empty when the file is sound. */
struct VerifyReport {
    qint64 calls = 0;
    qint64 outcomes = 0;
    qint64 outbox = 0;
    QStringList problems; ///< a sentence each
    bool full_text_checked = true; ///< false on a read-only connection, where SQLite offers no such check
};

/**
 * One connection to the cache file of a data directory. Synchronous and confined to the thread that opened it: the command line
 * uses it directly, the desk through DeskStore's threads. `calldeck.db` in WAL mode with synchronous=FULL.
 * Errors name the file and what to do; a missing, newer, foreign or damaged file is never replaced.
 */
class CacheFile
{
public:
    enum class Mode {
        Create,    ///< makes directory and file when there is none; migrates an older file
        ReadWrite, ///< refuses when there is no file; migrates
        ReadOnly,  ///< refuses when there is no file or when it needs a migration
    };
    static Result<std::unique_ptr<CacheFile>> open(const QString &dataDir, Mode mode, const DatabaseKey &key = {});
    ~CacheFile();

    Database &database() { return *m_database; }
    const Workspace &workspace() const { return m_workspace; }
    Verdict setWorkspace(const Workspace &workspace);
    /** After somebody else has written the file. */
    Verdict reloadWorkspace();

    /** Visits the calls of a query in its order without holding them all; `visit` returns false to stop. Returns how many it visited. */
    Result<qint64> forEachCall(const CallQuery &query, TimeMs now, const std::function<bool(const Call &)> &visit);
    Result<std::optional<CallKey>> findCall(const QString &idOrCallId);
    Result<Call> call(CallKey key);
    Result<CallDetail> detail(CallKey key);
    Result<QList<ConversationTurn>> turns(CallKey key);
    Result<QList<CallOutcomeRecord>> outcomes(CallKey key);

    Result<VerifyReport> verify();
    /** See writeBackup(). */
    Result<BackupDone> backupTo(const QString &file, BackupForm form = BackupForm::SameKey);
    int schemaVersion() const;
    static int newestSchemaVersion();

private:
    explicit CacheFile(std::unique_ptr<Database> database);
    std::unique_ptr<Database> m_database;
    std::unique_ptr<CallQueries> m_queries;
    Workspace m_workspace;
};

} // namespace calldeck
