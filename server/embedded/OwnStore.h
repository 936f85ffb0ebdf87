#pragma once

#include "database/DatabaseKey.h"
#include "sync/Intake.h"

#include <functional>
#include <memory>

namespace calldeck
{

class CacheFile;
class SqlConnection;

/** Where the store of a desk that works by itself lies, and who works there. */
struct OwnPlace {
    QString data_dir;
    DatabaseKey key; ///< of the data directory; empty: not encrypted
    QString person; ///< as it is written into calls; "" leaves whoever is known
    std::function<bool()> cancelled; ///< asked for each record that a new store takes over; may be empty. Any thread
};

/**
 * The store of a desk that works by itself: that of calldeckd, with one workspace and one account, in the data directory and under its key. Imports go through it. Confined to a thread; the caller holds the DirectoryLock.
 */
class OwnStore : public CallSink
{
public:
    /**
     * Makes the store where there is none, for the business that `cache` names, and takes over what `cache` holds. The two know each other from then on: a store that `cache`
     * does not belong to, because one of them was put here from elsewhere, is moved aside first, never away. A plain store whose directory has been encrypted since is
     * encrypted. `cache` is open for writing.
     */
    static Result<std::unique_ptr<OwnStore>> open(const OwnPlace &place, CacheFile &cache);
    ~OwnStore() override;
    /** A store that is plain though its directory has a key; what was interrupted is finished. Nothing to do without a store. */
    static Verdict encrypt(const QString &dataDir, const DatabaseKey &key);
    /** A sentence for each thing that is wrong with the store of a directory or its audit trail; none where there is no store. Changes nothing, also beside whoever has the directory. */
    static Result<QStringList> problems(const QString &dataDir, const DatabaseKey &key);

    const Workspace &workspace() const override;
    Verdict setWorkspace(const Workspace &workspace) override;
    Result<bool> hasCalls() override;
    Verdict begin() override;
    Result<Applied> put(const IncomingCall &incoming, TimeMs now) override;
    Verdict commit() override;
    Verdict rollback() override;

    /** Brings the desk's file to where the store is, as a pull does. Told after each page how many records came; false stops there, which loses nothing. */
    Verdict catchUp(CacheFile &cache, const std::function<bool(qint64 records)> &progress = {});
    SqlConnection &connection();
    const QString &ws() const;
    /** A new access token, good until the next one is made or a quarter of an hour has gone. */
    Result<QByteArray> newToken();

private:
    struct Parts;
    explicit OwnStore(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> m_parts;
};

} // namespace calldeck
