#include "Commands.h"
#include "api/Route.h"
#include "database/Backup.h"
#include "database/DatabaseFile.h"
#include "database/PrivateFile.h"
#include "jobs/BlobStore.h"
#include "jobs/ExportWork.h"
#include "jobs/JobTable.h"
#include "sql/ServerSchema.h"
#include "sql/SqliteConnection.h"
#include "store/AuditSeals.h"
#include "store/Moment.h"
#include "sync/Disclosure.h"
#include "sync/Erasure.h"
#include "sync/Upkeep.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <cstdio>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

Error usage(const QString &message) { return {Error::Code::InvalidInput, message, {}, false}; }

using History = QHash<QString, QList<EpochLine>>;

/** The epochs of every workspace; nothing when the store cannot be read. */
std::optional<History> historyOf(const SqlTarget &target)
{
    const auto connection = SqlConnection::open(target, SqlSchema::Migrate);
    const auto names = connection ? workspacesOf(**connection) : Result<QStringList>(connection.error());
    if (!names)
        return std::nullopt;
    History history;
    for (const QString &ws : *names) {
        const auto tx = WorkspaceTx::begin(**connection, ws, WorkspaceTx::Mode::Read);
        const auto lines = tx ? epochsOf(**tx) : Result<QList<EpochLine>>(tx.error());
        if (!lines)
            return std::nullopt;
        history.insert(ws, *lines);
    }
    return history;
}

Verdict startEpochs(const SqlTarget &target, const std::optional<History> &lost)
{
    const auto connection = SqlConnection::open(target, SqlSchema::Migrate);
    if (!connection)
        return connection.error();
    const auto names = workspacesOf(**connection);
    if (!names)
        return names.error();
    for (const QString &ws : *names) {
        if (Verdict done = startEpoch(**connection, ws, lost.value_or(History()).value(ws), lost.has_value(), serverNow()); !done)
            return done;
    }
    return Done{};
}

/** A copy beside the store that has begun its new epoch: only then it takes the store's place. */
Verdict prepareCopy(const QString &from, const QString &aside, const std::optional<History> &lost)
{
    {
        const auto source = openDatabaseFile(from, Database::Access::ReadOnly, serverFormat(SqlEngine::Sqlite));
        if (!source)
            return source.error();
        if (Verdict copied = (*source)->backupTo(aside); !copied)
            return copied;
    }
    return startEpochs({SqlEngine::Sqlite, aside, {}}, lost);
}

/** The store that is replaced is kept: restoring the wrong copy must not be the end of it. */
Verdict setAside(const QString &file)
{
    if (!QFileInfo::exists(file))
        return Done{};
    const QString kept = u"%1.before-restore-%2"_s.arg(file).arg(serverNow());
    for (const QString &part : {QString(), u"-wal"_s, u"-shm"_s}) {
        if (QFileInfo::exists(file + part) && !QFile::rename(file + part, kept + part))
            return Error{Error::Code::Io, u"%1 could not be set aside. Check the permissions of its folder."_s.arg(file + part), {}, false};
    }
    printf("%s\n", qPrintable(kept));
    return Done{};
}

Verdict restoreFile(const QString &from, const QString &file)
{
    const auto lock = DirectoryLock::take(QFileInfo(file).absolutePath());
    if (!lock)
        return lock.error();
    const QString aside = file + u".restoring"_s;
    for (const QString &part : {QString(), u"-wal"_s, u"-shm"_s, u"-journal"_s})
        QFile::remove(aside + part);
    if (Verdict ready = prepareCopy(from, aside, historyOf({SqlEngine::Sqlite, file, {}})); !ready)
        return ready;
    if (Verdict kept = setAside(file); !kept)
        return kept;
    return moveDatabaseFile(aside, file);
}

/** Jobs that have ended, with what they were asked and the files of exports: any of them may hold the person. */
Verdict removeEndedJobs(const ServerOptions &options, SqlConnection &connection, const QString &ws)
{
    std::shared_ptr<DataFolder> folder;
    if (!options.backend.files.folder.isEmpty()) {
        const auto opened = DataFolder::open(options.backend.files.folder + u"/exports"_s);
        if (!opened)
            return opened.error();
        folder = *opened;
    }
    return withRetries(connection, [&]() -> Verdict {
        const auto tx = WorkspaceTx::begin(connection, ws, WorkspaceTx::Mode::Write);
        const auto jobs = tx ? endedJobs(**tx) : Result<QStringList>(tx.error());
        if (!jobs)
            return jobs.error();
        for (const QString &job : *jobs) {
            if (folder)
                removeExportFiles(*folder, job);
            if (Verdict done = removeJob(**tx, job); !done)
                return done;
        }
        return (*tx)->commit();
    });
}

/** The bytes of attachments. What cannot be removed is named; the running backend tries again every hour. */
int removeFiles(const ServerOptions &options, const QStringList &blobs)
{
    if (blobs.isEmpty())
        return exitOk;
    if (options.backend.files.folder.isEmpty())
        return complain(usage(u"The person had attachments: give --data, or --config, as the backend has it, so that their bytes can be removed."_s));
    int code = exitOk;
    const auto see = [&](const Verdict &done, const QString &name) {
        if (!done)
            code = complain({Error::Code::Io, u"%1 is still there."_s.arg(name), done.error().message, false});
    };
    std::shared_ptr<BlobStore> store;
    if (!options.backend.files.s3.endpoint.isEmpty()) {
        store = s3Blobs(options.backend.files.s3, spoolFolder(options.backend.files));
    } else if (const auto folder = DataFolder::open(options.backend.files.folder + u"/attachments"_s); folder) {
        store = folderBlobs(*folder);
    } else {
        return complain(folder.error());
    }
    for (const QString &name : blobs)
        see(store->remove(name), name);
    return code;
}

/** Whom a command is about, and where. */
struct PersonOf {
    std::unique_ptr<SqlConnection> connection; ///< with the secret of the store
    QString ws;
    Person person;
};

Result<PersonOf> personOf(const ServerOptions &options)
{
    PersonOf of;
    of.person = {options.value(u"number"_s), options.value(u"contact"_s)};
    if (of.person.number.isEmpty() == of.person.contact.isEmpty())
        return usage(u"%1 --number E164, or %1 --contact ID: one of them."_s.arg(options.command));
    const auto secret = ownSecret(options);
    if (!secret)
        return secret.error();
    SqlTarget store = options.backend.store;
    store.secret = *secret;
    auto connection = SqlConnection::open(store, SqlSchema::Require);
    const auto ws = connection ? chosenWorkspace(**connection, options.value(u"workspace"_s)) : Result<QString>(connection.error());
    if (!ws)
        return ws.error();
    of.connection = *std::move(connection);
    of.ws = *ws;
    return of;
}

Verdict sealRestored(const ServerOptions &options)
{
    const auto connection = SqlConnection::open(options.backend.store, SqlSchema::Require);
    return connection ? AuditSeals(options.audit_log, options.backend.store.secret).sealRestored(**connection, serverNow()) : Verdict(connection.error());
}

} // namespace

int complain(const Error &error)
{
    fprintf(stderr, "calldeckd: %s%s\n", qPrintable(error.message), error.detail.isEmpty() ? "" : qPrintable(QString(u" ("_s % error.detail % u')')));
    return error.code == Error::Code::InvalidInput ? exitUsage : exitFailed;
}

Result<StoreSecret> ownSecret(const ServerOptions &options)
{
    if (options.backend.store.secret.isSet() || options.secret_file.isEmpty())
        return options.backend.store.secret;
    const auto connection = SqlConnection::open(options.backend.store, SqlSchema::Migrate);
    const auto names = connection ? workspacesOf(**connection) : Result<QStringList>(connection.error());
    if (!names)
        return names.error();
    for (const QString &ws : *names) {
        const auto tx = WorkspaceTx::begin(**connection, ws, WorkspaceTx::Mode::Read);
        const auto hidden = tx ? (*tx)->query("SELECT 1 FROM erased WHERE ws = ? AND kind = 'number'").found() : Result<bool>(tx.error());
        if (!hidden)
            return hidden.error();
        if (*hidden)
            return Error{Error::Code::NotFound, u"The secret of the store, %1, is not there. Numbers of people who must not be contacted are hidden with it: put it back."_s.arg(options.secret_file), {}, false};
    }
    return StoreSecret::make(options.secret_file);
}

int said(const Verdict &done) { return done ? exitOk : complain(done.error()); }

int migrateStore(const ServerOptions &options)
{
    const auto connection = SqlConnection::open(options.backend.store, SqlSchema::Migrate);
    return connection ? exitOk : complain(connection.error());
}

int backUp(const ServerOptions &options)
{
    if (options.backend.store.engine == SqlEngine::Postgres)
        return complain(usage(u"Back up PostgreSQL with pg_dump; after pg_restore run \"calldeckd restore in-place\"."_s));
    const QString file = options.words.value(0);
    if (file.isEmpty() || QFileInfo::exists(file))
        return complain(usage(u"backup FILE: a file that is not there yet."_s));
    const auto database = openDatabaseFile(options.backend.store.file, Database::Access::ReadOnly, serverFormat(SqlEngine::Sqlite));
    if (!database)
        return complain(database.error());
    const auto done = writeBackup(**database, file, BackupForm::SameKey);
    if (!done)
        return complain(done.error());
    if (!done->removed.isEmpty())
        printf("%s was left by a backup that was cut off, and was removed\n", qPrintable(done->removed));
    return exitOk;
}

int restore(const ServerOptions &options)
{
    const QString file = options.words.value(0);
    if (options.backend.store.engine == SqlEngine::Sqlite) {
        if (file.isEmpty())
            return complain(usage(u"restore FILE: which copy?"_s));
        const Verdict done = restoreFile(file, options.backend.store.file);
        return said(done ? sealRestored(options) : done);
    }
    if (file != u"in-place"_s)
        return complain(usage(u"Restore PostgreSQL with pg_restore, then run \"calldeckd restore in-place\" before the backend starts."_s));
    // What the lost database knew is gone with it.
    const Verdict done = startEpochs(options.backend.store, std::nullopt);
    return said(done ? sealRestored(options) : done);
}

int erase(const ServerOptions &options)
{
    const auto of = personOf(options);
    if (!of)
        return complain(of.error());
    SqlConnection &connection = *of->connection;
    const auto erased = erasePerson(connection, of->ws, of->person, serverNow());
    if (!erased)
        return complain(erased.error());
    // What was overwritten must not stay readable in the journal either.
    if (!connection.isPostgres())
        (void)connection.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    if (Verdict removed = removeEndedJobs(options, connection, of->ws); !removed)
        return complain(removed.error());
    const int filesGone = removeFiles(options, erased->blobs);
    printf("%d calls, %d contacts%s\n", erased->calls, erased->contacts, erased->was_listed ? ", goes on not to be contacted" : "");
    return filesGone;
}

int disclose(const ServerOptions &options)
{
    const QString file = options.value(u"out"_s);
    // Looked at before anything is written into the trail.
    if (file.isEmpty() || QFileInfo::exists(file))
        return complain(usage(u"disclose --out FILE: a file that is not there yet."_s));
    const auto of = personOf(options);
    if (!of)
        return complain(of.error());
    const auto disclosure = disclosePerson(*of->connection, of->ws, of->person, serverNow());
    if (!disclosure)
        return complain(disclosure.error());
    if (Verdict written = writeNewPrivateFile(file, QJsonDocument(disclosure->document).toJson()); !written)
        return complain(written.error());
    printf("%d calls, %d contacts\n", disclosure->calls, disclosure->contacts);
    return exitOk;
}

int compact(const ServerOptions &options)
{
    bool ok = false;
    const qint64 keep = options.value(u"keep"_s).toLongLong(&ok);
    if (!ok || keep < 0)
        return complain(usage(u"compact --keep N: how many changes stay."_s));
    const auto connection = SqlConnection::open(options.backend.store, SqlSchema::Require);
    const auto names = connection ? workspacesOf(**connection) : Result<QStringList>(connection.error());
    if (!names)
        return complain(names.error());
    for (const QString &ws : *names) {
        const auto min = compactLog(**connection, ws, keep, serverNow());
        if (!min)
            return complain(min.error());
        printf("%s\tfrom %lld\n", qPrintable(ws), static_cast<long long>(*min));
    }
    return exitOk;
}

int listRoutes(const ServerOptions &)
{
    fputs(routesText().constData(), stdout);
    return exitOk;
}

} // namespace calldeck
