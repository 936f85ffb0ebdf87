#pragma once

#include "embedded/OwnStore.h"

#include <QUrl>

namespace calldeck
{

/**
 * calldeckd inside the process of a desk that works by itself: HTTP on 127.0.0.1 at a port that was free, over the desk's own store, for one
 * account whose token is made at the start and known to this process alone. Confined to the thread that made it, but for its address.
 */
class OwnBackend
{
public:
    /** See OwnStore::open(). */
    static Result<std::unique_ptr<OwnBackend>> start(const OwnPlace &place, CacheFile &cache);
    /** Answers what is under way and stops. */
    ~OwnBackend();

    QUrl url() const;
    Result<QByteArray> newToken();
    /** Calls that arrive from outside; one transaction. */
    Verdict take(const QList<IncomingCall> &calls, TimeMs now);

private:
    struct Parts;
    explicit OwnBackend(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> m_parts;
};

} // namespace calldeck
