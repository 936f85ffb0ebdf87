#include "embedded/OwnStore.h"

#include "auth/Tokens.h"
#include "database/DatabaseFile.h"
#include "embedded/CatchUp.h"
#include "store/CacheFile.h"
#include "store/Moment.h"
#include "sync/ProviderNews.h"
#include "sync/Settings.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

/** The person at this desk may be another one than last time. */
Verdict nameAccount(SqlConnection &connection, Account &account, const QString &name)
{
    if (name.isEmpty() || account.name == name)
        return Done{};
    AccountChange change;
    change.name = name;
    const auto changed = changeAccount(connection, account.ws, account.id, change, account.id, serverNow());
    if (!changed)
        return changed.error();
    account = *changed;
    return Done{};
}

Verdict bind(Database &cache, const QString &ws)
{
    if (cache.singleText("SELECT workspace_id FROM sync") == ws)
        return Done{};
    Statement write = cache.prepare("UPDATE sync SET workspace_id = ?");
    return write.bindAll(ws).run();
}

} // namespace

struct OwnStore::Parts {
    std::unique_ptr<SqlConnection> connection;
    Account account;
    Workspace workspace;
    std::optional<BulkPages<SqlConnection>> pages; ///< between begin and commit, as the next
    std::unique_ptr<WorkspaceTx> tx;
    qint64 written = 0;
};

OwnStore::OwnStore(std::unique_ptr<Parts> parts) : m_parts(std::move(parts)) {}
OwnStore::~OwnStore() = default;

Result<std::unique_ptr<OwnStore>> OwnStore::open(const OwnPlace &place, CacheFile &cache)
{
    auto opened = openOwnStore(place, cache);
    if (!opened)
        return opened.error();
    if (Verdict bound = bind(cache.database(), opened->account.ws); !bound)
        return bound.error();
    if (Verdict named = nameAccount(*opened->connection, opened->account, place.name()); !named)
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

SqlConnection &OwnStore::connection() { return *m_parts->connection; }
const QString &OwnStore::ws() const { return m_parts->account.ws; }
const Workspace &OwnStore::workspace() const { return m_parts->workspace; }

Verdict OwnStore::begin()
{
    auto tx = WorkspaceTx::begin(*m_parts->connection, ws(), WorkspaceTx::Mode::Write);
    if (!tx)
        return tx.error();
    m_parts->tx = *std::move(tx);
    m_parts->pages.emplace(connection());
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
    std::unique_ptr<WorkspaceTx> tx = std::move(m_parts->tx);
    Verdict done = Done{};
    if (m_parts->written > 0)
        done = tx->audit({{u"at"_s, isoUtc(serverNow())}, {u"actor"_s, m_parts->account.id}, {u"action"_s, u"intake"_s}, {u"calls"_s, m_parts->written}});
    if (done)
        done = tx->commit();
    tx.reset();
    m_parts->pages.reset();
    return done;
}

Verdict OwnStore::rollback()
{
    m_parts->tx.reset();
    m_parts->pages.reset();
    const auto tx = WorkspaceTx::begin(*m_parts->connection, ws(), WorkspaceTx::Mode::Read);
    const auto settings = tx ? settingsOf(**tx) : Result<SharedWorkspace>(tx.error());
    if (!settings)
        return settings.error();
    m_parts->workspace = **settings;
    return Done{};
}

Verdict OwnStore::catchUp(CacheFile &cache, const std::function<bool(qint64)> &progress)
{
    return catchUpWith(connection(), ws(), m_parts->account.name, cache, progress);
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
