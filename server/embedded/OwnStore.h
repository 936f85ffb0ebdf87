#pragma once

#include "embedded/OwnStoreFile.h"
#include "sync/Intake.h"

namespace calldeck
{

/**
 * The store of a desk that works by itself: that of calldeckd, with one workspace and one account, in the data directory and under its key. Imports go through it. Confined to a thread; the caller holds the DirectoryLock.
 */
class OwnStore : public CallSink
{
public:
    /** As openOwnStore(); file and store know each other from then on. */
    static Result<std::unique_ptr<OwnStore>> open(const OwnPlace &place, CacheFile &cache);
    ~OwnStore() override;

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
