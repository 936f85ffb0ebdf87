#pragma once

#include "store/FeedRows.h"

#include <QFuture>
#include <functional>

namespace calldeck
{

/** The writing side of the cache, for the sync: work runs on the writing thread in the order it was asked for. Any thread may ask. */
class CacheAccess
{
public:
    virtual ~CacheAccess() = default;
    using Work = std::function<Result<ChangeSet>(Database &, FeedRows &)>;
    /** Runs `work`, announces what it changed, then calls `done` on the thread of `context` unless that is gone. */
    virtual void write(QObject *context, const Work &work, const std::function<void(const Result<ChangeSet> &)> &done) = 0;
    /** The backend's clock minus this machine's, for whatever goes by its time. */
    virtual void setClockOffset(qint64 ms) = 0;
};

} // namespace calldeck
