#include "embedded/OwnStore.h"

#include "auth/Tokens.h"
#include "backend/FeedCodec.h"
#include "database/Cipher.h"
#include "database/DatabaseEncryption.h"
#include "database/DatabaseFile.h"
#include "sql/ServerSchema.h"
#include "sql/SqliteConnection.h"
#include "store/AuditChain.h"
#include "store/CacheFile.h"
#include "store/CacheRecords.h"
#include "store/DataDirectory.h"
#include "store/Moment.h"
#include "sync/Adoption.h"
#include "sync/Devices.h"
#include "sync/Feed.h"
#include "sync/ProviderNews.h"
#include "sync/Upkeep.h"

#include <QDir>
#include <QFileInfo>
#include <QJsonDocument>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

/** Nobody signs in with it: its password is random and kept nowhere. */
const QString ownAddress = u"desk@localhost"_s;
const QString makingSuffix = u".making"_s;

SqlTarget targetOf(const QString &file, const DatabaseKey &key)
{
    SqlTarget target;
    target.file = file;
    target.key = key;
    return target;
}

Result<Account> ownAccount(SqlConnection &connection)
{
    const auto found = findAccount(connection, ownAddress);
    if (!found)
        return found.error();
    if (!*found)
        return Error{Error::Code::Foreign, u"The desk's own store has no account of this desk: it is another store."_s, {}, false};
    return **found;
}

QString nameOf(const OwnPlace &place) { return place.person.trimmed().left(200); }

/** The new store belongs to the history of the desk's file, whatever store that had before. */
Verdict continueHistory(SqlConnection &connection, const QString &ws, const SyncPosition &position)
{
    if (position.epoch == 0)
        return Done{};
    return startEpoch(connection, ws, {EpochLine{position.epoch, 0}}, true, serverNow());
}

Verdict adoptInto(SqlConnection &connection, const Account &account, const OwnPlace &place, CacheFile &cache, const SyncPosition &position)
{
    const auto tx = WorkspaceTx::begin(connection, account.ws, WorkspaceTx::Mode::Write);
    if (!tx)
        return tx.error();
    qint64 records = 0;
    Caller person;
    person.account = account.id;
    person.name = account.name;
    Adoption adoption(**tx, authorOf(person, position.device), serverNow());
    const auto counted = [&](const Verdict &done) {
        ++records;
        const bool stop = place.cancelled && place.cancelled();
        return stop ? Verdict(Error{Error::Code::Cancelled, u"Stopped before everything was taken over."_s, {}, true}) : done;
    };
    RecordVisitor visitor;
    visitor.call = [&](const CallState &state, const Handwork &byPeople) { return counted(adoption.call(state, byPeople)); };
    visitor.turns = [&](const QString &callId, const QList<ConversationTurn> &turns) { return counted(adoption.turns(callId, turns)); };
    visitor.contact = [&](const Contact &contact) { return counted(adoption.contact(contact)); };
    visitor.number = [&](const QString &number, const ListedNumber &listed) { return counted(adoption.number(number, listed)); };
    visitor.view = [&](const QString &id, const QString &name, const QString &filter) { return counted(adoption.view(id, name, filter)); };
    visitor.edit = [&](const Edit &edit) { return adoption.shownEdit(edit); };
    Verdict done = visitRecords(cache.database(), visitor);
    if (done && records > 0)
        done = (*tx)->audit({{u"at"_s, isoUtc(serverNow())}, {u"actor"_s, account.id}, {u"action"_s, u"adopt"_s}, {u"records"_s, records}});
    return done ? (*tx)->commit() : done;
}

Verdict fill(const QString &file, const OwnPlace &place, CacheFile &cache)
{
    const auto position = syncPosition(cache.database());
    if (!position)
        return position.error();
    const auto connection = SqlConnection::open(targetOf(file, place.key), SqlSchema::Create);
    if (!connection)
        return connection.error();
    const auto ws = foundWorkspace(**connection, cache.workspace(), ownAddress, nameOf(place).isEmpty() ? u"Agent"_s : nameOf(place), randomHex(16), serverNow());
    if (!ws)
        return ws.error();
    const auto account = ownAccount(**connection);
    if (!account)
        return account.error();
    const Verdict continued = continueHistory(**connection, *ws, *position);
    return continued ? adoptInto(**connection, *account, place, cache, *position) : continued;
}

void removeFile(const QString &file)
{
    for (const QString &part : {QString(), u"-wal"_s, u"-shm"_s})
        QFile::remove(file + part);
}

/** Aside, and in its place when it holds everything: a store that is there is whole. */
Verdict make(const QString &file, const OwnPlace &place, CacheFile &cache)
{
    const QString folder = QFileInfo(file).absolutePath();
    if (!QDir().mkpath(folder) || !QFile::setPermissions(folder, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner))
        return Error{Error::Code::Io, u"%1 could not be made. Check the permissions of the data directory."_s.arg(folder), {}, false};
    const QString aside = file + makingSuffix;
    removeFile(aside);
    if (Verdict filled = fill(aside, place, cache); !filled) {
        removeFile(aside);
        return filled;
    }
    return moveDatabaseFile(aside, file);
}

/** The person at this desk may be another one than last time. */
Verdict nameAccount(SqlConnection &connection, Account &account, const QString &name)
{
    if (name.isEmpty() || account.name == name)
        return Done{};
    SqlTransaction transaction(connection, SqlTransaction::Mode::Write);
    if (!transaction.begun())
        return transaction.begun();
    AccountChange change;
    change.name = name;
    const auto changed = changeAccount(connection, account.ws, account.id, change, serverNow());
    if (!changed)
        return changed.error();
    account = *changed;
    return transaction.commit();
}

/** The store is kept: which of the two is the right one only a person can say. */
Verdict setAside(const QString &file)
{
    const QString folder = QFileInfo(file).absolutePath();
    const QString aside = u"%1.aside-%2"_s.arg(folder).arg(serverNow());
    if (QFile::rename(folder, aside))
        return Done{};
    return Error{Error::Code::Io, u"%1 could not be moved aside. Check the permissions of the data directory."_s.arg(folder), {}, false};
}

/** Either may have been put here from elsewhere: a file that another store knows, or one that is further than the store, must not be taken for a late one. */
Result<bool> belongTogether(SqlConnection &connection, const QString &ws, Database &cache)
{
    const auto position = syncPosition(cache);
    const auto tx = position ? WorkspaceTx::begin(connection, ws, WorkspaceTx::Mode::Read) : Result<std::unique_ptr<WorkspaceTx>>(position.error());
    if (!tx)
        return tx.error();
    const QString known = cache.singleText("SELECT workspace_id FROM sync");
    const bool isOthers = known.isEmpty() ? cache.singleInteger("SELECT EXISTS (SELECT 1 FROM calls)") != 0 : known != ws;
    const Head head = (*tx)->head();
    const qint64 reached = std::max({position->cursor, position->floor, position->snapshot_s.value_or(0)});
    const bool isAhead = position->epoch > head.epoch || (position->epoch == head.epoch && reached > head.seq);
    return !isOthers && !isAhead;
}

Verdict bind(Database &cache, const QString &ws)
{
    if (cache.singleText("SELECT workspace_id FROM sync") == ws)
        return Done{};
    Statement write = cache.prepare("UPDATE sync SET workspace_id = ?");
    return write.bindAll(ws).run();
}

struct Opened {
    std::unique_ptr<SqlConnection> connection;
    Account account;
};

Result<Opened> openFile(const QString &file, const OwnPlace &place)
{
    if (Verdict encrypted = OwnStore::encrypt(place.data_dir, place.key); !encrypted)
        return encrypted.error();
    auto connection = SqlConnection::open(targetOf(file, place.key), SqlSchema::Migrate);
    if (!connection)
        return connection.error();
    auto account = ownAccount(**connection);
    return account ? Result<Opened>(Opened{*std::move(connection), *account}) : account.error();
}

Result<Opened> openOrMake(const QString &file, const OwnPlace &place, CacheFile &cache)
{
    if (QFileInfo::exists(file) || QFileInfo::exists(file + u"-wal"_s)) {
        auto opened = openFile(file, place);
        const auto fits = opened ? belongTogether(*opened->connection, opened->account.ws, cache.database()) : Result<bool>(opened.error());
        if (!fits)
            return fits.error();
        if (*fits)
            return opened;
        opened->connection.reset();
        if (Verdict aside = setAside(file); !aside)
            return aside.error();
    }
    if (Verdict made = make(file, place, cache); !made)
        return made.error();
    return openFile(file, place);
}

bool isSamePlace(const SyncPosition &one, const SyncPosition &other)
{
    return one.epoch == other.epoch && one.cursor == other.cursor && one.snapshot_s == other.snapshot_s && one.snapshot_kind == other.snapshot_kind && one.snapshot_after == other.snapshot_after;
}

Error unreadablePage() { return {Error::Code::Damaged, u"The desk's own store gave a page that cannot be read."_s, {}, false}; }

} // namespace

struct OwnStore::Parts {
    std::unique_ptr<SqlConnection> connection;
    Account account;
    Workspace workspace;
    std::unique_ptr<WorkspaceTx> tx; ///< between begin and commit
    qint64 written = 0;

    Result<FeedAnswer> ask(const SyncPosition &position);
    Result<bool> applyNext(Database &database, FeedRows &feed, qint64 &records);
};

OwnStore::OwnStore(std::unique_ptr<Parts> parts) : m_parts(std::move(parts)) {}
OwnStore::~OwnStore() = default;

Result<std::unique_ptr<OwnStore>> OwnStore::open(const OwnPlace &place, CacheFile &cache)
{
    auto opened = openOrMake(ownStorePath(place.data_dir), place, cache);
    if (!opened)
        return opened.error();
    if (Verdict bound = bind(cache.database(), opened->account.ws); !bound)
        return bound.error();
    if (Verdict named = nameAccount(*opened->connection, opened->account, nameOf(place)); !named)
        return named.error();
    auto parts = std::make_unique<Parts>();
    parts->connection = std::move(opened->connection);
    parts->account = std::move(opened->account);
    const auto tx = WorkspaceTx::begin(*parts->connection, parts->account.ws, WorkspaceTx::Mode::Read);
    const auto settings = tx ? settingsOf(**tx) : Result<SharedWorkspace>(tx.error());
    if (!settings)
        return settings.error();
    parts->workspace = **settings;
    return std::unique_ptr<OwnStore>(new OwnStore(std::move(parts)));
}

Verdict OwnStore::encrypt(const QString &dataDir, const DatabaseKey &key)
{
    const QString file = ownStorePath(dataDir);
    clearAfterEncryption(file);
    if (key.isEmpty() || !QFileInfo::exists(file) || !looksPlain(file))
        return Done{};
    return encryptDatabaseFile(file, serverFormat(SqlEngine::Sqlite), key);
}

SqlConnection &OwnStore::connection() { return *m_parts->connection; }
const QString &OwnStore::ws() const { return m_parts->account.ws; }
const Workspace &OwnStore::workspace() const { return m_parts->workspace; }

Verdict OwnStore::begin()
{
    auto tx = WorkspaceTx::begin(*m_parts->connection, ws(), WorkspaceTx::Mode::Write);
    if (!tx)
        return tx.error();
    m_parts->tx = *std::move(tx);
    m_parts->written = 0;
    return Done{};
}

Verdict OwnStore::setWorkspace(const Workspace &workspace)
{
    const Account &account = m_parts->account;
    const Verdict done = putSettings(*m_parts->tx, workspace, {account.id, account.name, u"import"_s}, serverNow());
    if (done)
        m_parts->workspace = workspace;
    return done;
}

Result<bool> OwnStore::hasCalls() { return m_parts->tx->query("SELECT 1 FROM call_index WHERE ws = ? LIMIT 1").found(); }

Result<Applied> OwnStore::put(const IncomingCall &incoming, TimeMs now)
{
    const auto outcome = takeNews(*m_parts->tx, incoming, m_parts->workspace, m_parts->account.id, now);
    if (!outcome)
        return outcome.error();
    switch (outcome->status) {
    case NewsOutcome::Status::Created: ++m_parts->written; return Applied::Added;
    case NewsOutcome::Status::Updated: ++m_parts->written; return Applied::Updated;
    case NewsOutcome::Status::Unchanged: return Applied::Unchanged;
    case NewsOutcome::Status::Rejected: return Error{Error::Code::InvalidInput, outcome->message, {}, false};
    }
    Q_UNREACHABLE();
}

Verdict OwnStore::commit()
{
    const std::unique_ptr<WorkspaceTx> tx = std::move(m_parts->tx);
    Verdict done = Done{};
    if (m_parts->written > 0)
        done = tx->audit({{u"at"_s, isoUtc(serverNow())}, {u"actor"_s, m_parts->account.id}, {u"action"_s, u"intake"_s}, {u"calls"_s, m_parts->written}});
    return done ? tx->commit() : done;
}

Verdict OwnStore::rollback()
{
    m_parts->tx.reset();
    const auto tx = WorkspaceTx::begin(*m_parts->connection, ws(), WorkspaceTx::Mode::Read);
    const auto settings = tx ? settingsOf(**tx) : Result<SharedWorkspace>(tx.error());
    if (!settings)
        return settings.error();
    m_parts->workspace = **settings;
    return Done{};
}

Result<FeedAnswer> OwnStore::Parts::ask(const SyncPosition &position)
{
    const auto read = WorkspaceTx::begin(*connection, account.ws, WorkspaceTx::Mode::Read);
    if (!read)
        return read.error();
    if (position.cursor >= 0)
        return readChanges(**read, position.epoch, position.cursor, FeedLimits::most_changes);
    SnapshotPlace place;
    place.epoch = position.epoch;
    place.s = position.snapshot_s.value_or(-1);
    place.kind = position.snapshot_kind;
    place.id = position.snapshot_after;
    place.limit = FeedLimits::most_snapshot;
    return readSnapshot(**read, place);
}

/** One page; false when there is nothing more. */
Result<bool> OwnStore::Parts::applyNext(Database &database, FeedRows &feed, qint64 &records)
{
    const auto position = syncPosition(database);
    const auto answer = position ? ask(*position) : Result<FeedAnswer>(position.error());
    if (!answer)
        return answer.error();
    if (const WrongEpoch *other = std::get_if<WrongEpoch>(&*answer)) {
        const Verdict changed = feed.changeEpoch(other->epoch, other->base);
        return changed ? Result<bool>(true) : changed.error();
    }
    if (std::holds_alternative<LogGone>(*answer)) {
        const Verdict begun = feed.beginSnapshot();
        return begun ? Result<bool>(true) : begun.error();
    }
    const QJsonObject json = QJsonDocument::fromJson(std::get<QByteArray>(*answer)).object();
    if (position->cursor < 0) {
        const auto page = calldeck::readSnapshot(json, position->snapshot_kind, position->snapshot_after);
        const auto taken = page ? feed.takeSnapshotPage(*page, serverNow()) : Result<ChangeSet>(unreadablePage());
        if (!taken)
            return taken.error();
        records += page->rows.size();
        return true;
    }
    const auto changes = calldeck::readChanges(json);
    const auto taken = changes ? feed.takePage(changes->page, serverNow()) : Result<ChangeSet>(unreadablePage());
    if (!taken)
        return taken.error();
    records += changes->page.rows.size();
    return changes->page.to > changes->page.from && changes->page.to < changes->head;
}

Verdict OwnStore::catchUp(CacheFile &cache, const std::function<bool(qint64)> &progress)
{
    FeedRows feed(cache.database(), m_parts->workspace, m_parts->account.name);
    qint64 records = 0;
    for (bool more = true; more;) {
        const auto before = syncPosition(cache.database());
        const auto next = before ? m_parts->applyNext(cache.database(), feed, records) : Result<bool>(before.error());
        const auto after = next ? syncPosition(cache.database()) : Result<SyncPosition>(next.error());
        if (!after)
            return after.error();
        if (*next && isSamePlace(*before, *after))
            return Error{Error::Code::Damaged, u"The desk's own store and the desk's file do not fit together."_s, {}, false};
        more = *next && (!progress || progress(records));
    }
    return Done{};
}

Result<QStringList> OwnStore::problems(const QString &dataDir, const DatabaseKey &key)
{
    QStringList found;
    const QString file = ownStorePath(dataDir);
    if (!QFileInfo::exists(file) && !QFileInfo::exists(file + u"-wal"_s))
        return found;
    const auto store = SqlConnection::open(targetOf(file, key), SqlSchema::Require);
    if (!store && store.error().code == Error::Code::Conflict)
        return Error{Error::Code::Conflict, u"The desk's own store is of an older version. Run calldeck-cli migrate, or start the desk once."_s, store.error().detail, false};
    const auto account = store ? ownAccount(**store) : Result<Account>(store.error());
    if (!account)
        return account.error();
    SqlStatement check = (*store)->prepare("PRAGMA integrity_check");
    while (check.step()) {
        if (const QString line = check.text(0); line != u"ok"_s)
            found.append(u"The desk's own store is damaged: %1"_s.arg(line));
    }
    if (check.failed())
        return check.verdict().error();
    const auto tx = WorkspaceTx::begin(**store, account->ws, WorkspaceTx::Mode::Read);
    const auto audit = tx ? checkAudit(**tx) : Result<AuditCheck>(tx.error());
    if (!audit)
        return audit.error();
    if (audit->broken_at)
        found.append(u"The audit trail of the desk's own store was altered at entry %1."_s.arg(*audit->broken_at));
    return found;
}

Result<QByteArray> OwnStore::newToken()
{
    SqlConnection &store = *m_parts->connection;
    const auto open = openSessionsOf(store, m_parts->account.id, serverNow());
    if (!open)
        return open.error();
    for (const OpenSession &session : *open) {
        if (Verdict ended = revokeFamily(store, session.id, serverNow()); !ended)
            return ended.error();
    }
    if (Verdict forgotten = forgetOldTokens(store, serverNow()); !forgotten)
        return forgotten.error();
    const auto pair = openSession(store, m_parts->account, u"This desk"_s, serverNow());
    return pair ? Result<QByteArray>(pair->access.toLatin1()) : pair.error();
}

} // namespace calldeck
