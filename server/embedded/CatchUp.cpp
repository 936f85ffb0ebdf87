#include "embedded/CatchUp.h"

#include "backend/FeedCodec.h"
#include "database/DatabaseFile.h"
#include "store/CacheFile.h"
#include "store/Moment.h"
#include "sync/Feed.h"

#include <QJsonDocument>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

bool isSamePlace(const SyncPosition &one, const SyncPosition &other)
{
    return one.epoch == other.epoch && one.cursor == other.cursor && one.snapshot_s == other.snapshot_s && one.snapshot_kind == other.snapshot_kind && one.snapshot_after == other.snapshot_after;
}

Error unreadablePage() { return {Error::Code::Damaged, u"The desk's own store gave a page that cannot be read."_s, {}, false}; }

Result<FeedAnswer> ask(SqlConnection &store, const QString &ws, const SyncPosition &position)
{
    const auto read = WorkspaceTx::begin(store, ws, WorkspaceTx::Mode::Read);
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
Result<bool> applyAnswer(const SyncPosition &position, const Result<FeedAnswer> &answer, FeedRows &feed, qint64 &records)
{
    if (!answer)
        return answer.error();
    if (const WrongEpoch *other = std::get_if<WrongEpoch>(&*answer)) {
        const auto changed = feed.changeEpoch(other->epoch, other->base);
        return changed ? Result<bool>(true) : changed.error();
    }
    if (std::holds_alternative<LogGone>(*answer)) {
        const Verdict begun = feed.beginSnapshot();
        return begun ? Result<bool>(true) : begun.error();
    }
    const QJsonObject json = QJsonDocument::fromJson(std::get<QByteArray>(*answer)).object();
    if (position.cursor < 0) {
        const auto page = calldeck::readSnapshot(json);
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

} // namespace

Verdict catchUpWith(SqlConnection &store, const QString &ws, const QString &actor, CacheFile &cache, const std::function<bool(qint64)> &progress)
{
    const BulkPages<Database> pages(cache.database());
    FeedRows feed(cache.database(), cache.workspace(), actor);
    qint64 records = 0;
    for (bool more = true; more;) {
        const auto before = syncPosition(cache.database());
        const auto next = before ? applyAnswer(*before, ask(store, ws, *before), feed, records) : Result<bool>(before.error());
        const auto after = next ? syncPosition(cache.database()) : Result<SyncPosition>(next.error());
        if (!after)
            return after.error();
        if (*next && isSamePlace(*before, *after))
            return Error{Error::Code::Damaged, u"The desk's own store and the desk's file do not fit together."_s, {}, false};
        more = *next && (!progress || progress(records));
    }
    return Done{};
}

} // namespace calldeck
