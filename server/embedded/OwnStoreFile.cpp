#include "embedded/OwnStoreFile.h"

#include "database/Cipher.h"
#include "database/DatabaseEncryption.h"
#include "database/DatabaseFile.h"
#include "records/Damage.h"
#include "sql/ServerSchema.h"
#include "store/AuditChain.h"
#include "store/CacheFile.h"
#include "store/CacheRecords.h"
#include "store/DataDirectory.h"
#include "store/FeedRows.h"
#include "store/Moment.h"
#include "sync/Adoption.h"
#include "sync/Devices.h"
#include "sync/Upkeep.h"

#include <QDir>
#include <QFileInfo>

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
    const auto ws = foundWorkspace(**connection, cache.workspace(), ownAddress, place.name().isEmpty() ? u"Agent"_s : place.name(), randomHex(16), serverNow());
    if (!ws)
        return ws.error();
    const auto account = ownAccount(**connection);
    if (!account)
        return account.error();
    const BulkPages<SqlConnection> pages(**connection);
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

bool hasOwnStore(const QString &file) { return QFileInfo::exists(file) || QFileInfo::exists(file + u"-wal"_s); }

Result<OpenedStore> openFile(const QString &file, const OwnPlace &place)
{
    if (Verdict encrypted = encryptOwnStore(place.data_dir, place.key); !encrypted)
        return encrypted.error();
    auto connection = SqlConnection::open(targetOf(file, place.key), SqlSchema::Migrate);
    if (!connection)
        return connection.error();
    auto account = ownAccount(**connection);
    return account ? Result<OpenedStore>(OpenedStore{*std::move(connection), *account}) : account.error();
}

Result<bool> isSound(Database &database, const std::function<bool()> &cancelled)
{
    database.setCancelCheck(cancelled);
    Statement check = database.prepare("PRAGMA integrity_check(1)");
    const auto found = check.found();
    return found ? Result<bool>(*found && check.text(0) == u"ok"_s) : found.error();
}

QString folderOf(const QString &dataDir) { return QFileInfo(ownStorePath(dataDir)).absolutePath(); }
/** There as long as a person's wish for another store is not carried out. */
QString wishOf(const QString &dataDir) { return folderOf(dataDir) + u".renew"_s; }

Verdict moveFolder(const QString &folder, const QString &to)
{
    if (QFile::rename(folder, to))
        return Done{};
    return Error{Error::Code::Io, u"%1 could not be moved. Check the permissions of the data directory."_s.arg(folder), {}, false};
}

Verdict setAside(const QString &dataDir) { return moveFolder(folderOf(dataDir), u"%1.aside-%2"_s.arg(folderOf(dataDir)).arg(serverNow())); }

/** The new one is whole before the damaged one moves. A crash between the two moves leaves none, which is made again. */
Verdict replace(const OwnPlace &place, CacheFile &cache)
{
    const QString folder = folderOf(place.data_dir);
    const QString making = folder + makingSuffix;
    const QString file = QDir(making).filePath(QFileInfo(ownStorePath(place.data_dir)).fileName());
    Verdict done = make(file, place, cache);
    if (done)
        done = setAside(place.data_dir);
    if (done)
        done = moveFolder(making, folder);
    syncDirectory(place.data_dir);
    return done;
}

/** Whether another store stands in the damaged one's place now; false where the wish had no reason. */
Result<bool> carryOutWish(const OwnPlace &place, CacheFile &cache)
{
    const QString making = folderOf(place.data_dir) + makingSuffix;
    (void)QDir(making).removeRecursively();
    const auto whole = isOwnStoreWhole(place.data_dir, place.key, place.cancelled);
    if (!whole && whole.error().code != Error::Code::NotFound)
        return whole.error();
    const bool replaces = whole && !*whole;
    const Verdict done = replaces ? replace(place, cache) : Verdict(Done{});
    if (!done)
        (void)QDir(making).removeRecursively();
    const bool isHopeless = !done && isDamage(done.error());
    if (done || isHopeless)
        QFile::remove(wishOf(place.data_dir));
    if (!done)
        return isHopeless ? bothDamaged(place.data_dir) : done.error();
    return replaces;
}

} // namespace

Result<OpenedStore> openOwnStore(const OwnPlace &place, CacheFile &cache)
{
    const QString file = ownStorePath(place.data_dir);
    if (QFileInfo::exists(wishOf(place.data_dir))) {
        const auto replaced = carryOutWish(place, cache);
        if (!replaced)
            return replaced.error();
        if (*replaced)
            return openFile(file, place);
    }
    if (hasOwnStore(file)) {
        auto opened = openFile(file, place);
        const auto fits = opened ? belongTogether(*opened->connection, opened->account.ws, cache.database()) : Result<bool>(opened.error());
        if (!fits)
            return fits.error();
        if (*fits)
            return opened;
        opened->connection.reset();
        // Which of the two is the right one only a person can say.
        if (Verdict aside = setAside(place.data_dir); !aside)
            return aside.error();
    }
    if (Verdict made = make(file, place, cache); !made)
        return made.error();
    return openFile(file, place);
}

Verdict wishNewOwnStore(const QString &dataDir)
{
    QFile wish(wishOf(dataDir));
    if (!wish.open(QIODevice::WriteOnly))
        return Error{Error::Code::Io, u"%1 could not be written. Check the permissions of the data directory."_s.arg(wish.fileName()), {}, false};
    wish.close();
    syncDirectory(dataDir);
    return Done{};
}

Error bothDamaged(const QString &dataDir)
{
    // Not as damage: there is nothing that could be made anew of the other.
    return {Error::Code::Io, u"Both files of this desk are damaged, %1 and the store in %2. Nothing was changed. Put the newest backup in their place."_s.arg(cachePath(dataDir), folderOf(dataDir)), {}, false};
}

Verdict encryptOwnStore(const QString &dataDir, const DatabaseKey &key)
{
    const QString file = ownStorePath(dataDir);
    clearAfterEncryption(file);
    if (key.isEmpty() || !QFileInfo::exists(file) || !looksPlain(file))
        return Done{};
    return encryptDatabaseFile(file, serverFormat(SqlEngine::Sqlite), key);
}

Result<bool> isOwnStoreWhole(const QString &dataDir, const DatabaseKey &key, const std::function<bool()> &cancelled)
{
    const QString file = ownStorePath(dataDir);
    if (!hasOwnStore(file))
        return Error{Error::Code::NotFound, u"The desk has no store of its own."_s, {}, false};
    // Whatever its version. One that is not encrypted yet is whole, too.
    const bool isPlain = !Database::isOpenHere(file) && looksPlain(file);
    const auto database = Database::open(file, Database::Access::ReadOnly, isPlain ? DatabaseKey() : key);
    const auto sound = database ? isSound(**database, cancelled) : Result<bool>(database.error());
    if (sound)
        return sound;
    // A damaged first page looks like somebody else's file, or one of another key.
    const Error::Code code = sound.error().code;
    const bool isDamaged = isDamage(sound.error()) || code == Error::Code::Foreign || code == Error::Code::WrongKey;
    return isDamaged ? Result<bool>(false) : sound;
}

Result<QStringList> ownStoreProblems(const QString &dataDir, const DatabaseKey &key)
{
    QStringList found;
    const QString file = ownStorePath(dataDir);
    if (!hasOwnStore(file))
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

} // namespace calldeck
