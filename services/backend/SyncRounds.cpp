#include "backend/SyncRounds.h"

#include "backend/Backoff.h"
#include "backend/FeedCodec.h"
#include "database/CrashPoint.h"
#include "store/DraftRows.h"

#include <QDateTime>
#include <algorithm>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr int mostEditsAtOnce = 100;
constexpr qint64 mostPushBytes = 240 * 1024;
constexpr int rowsOfAPage = 250;
constexpr int snapshotTimeoutMs = 60'000;
constexpr int pushTimeoutMs = 30'000;
constexpr int clocksRemembered = 5;
constexpr int unavailableBeforeHalving = 3;
constexpr TimeMs asideMs = 61'000; ///< longer than any pause between pushes: the next one goes without
// An edit alone fails while others pass: from the third such try on the pauses are long, so that the eighth comes after no less than ten minutes.
constexpr int triesWithoutLongPause = 2;
constexpr int longPauseMs = 2 * 60 * 1000;
constexpr int triesBeforeParking = 8;
constexpr int triesBeforeGivingUp = 12; ///< where it cannot be handed in either

TimeMs nowMs() { return QDateTime::currentMSecsSinceEpoch(); }

/** What a thread of its own reads for a round. */
struct PushWork {
    SyncPosition position;
    QList<Edit> edits;
    bool stamped = false; ///< see stampPush()
    std::optional<TimeMs> next_try;
};
struct PullWork {
    SyncPosition position;
    std::optional<std::pair<QString, QStringList>> stale;
};

Verdict inTransaction(Database &database, const std::function<Verdict()> &work)
{
    Transaction transaction(database);
    if (!transaction.begun())
        return transaction.begun();
    const Verdict done = work();
    return done ? transaction.commit() : done;
}

/** A call whose making was refused does not come any more: what was being typed on it is told. Before the snapshot is whole nobody knows what comes. */
Verdict tellDraftsOfRefused(Database &database)
{
    const auto position = syncPosition(database);
    if (!position)
        return position.error();
    return position->cursor < 0 ? Verdict(Done{}) : buryRescuedDrafts(database);
}

Verdict giveUp(Database &database, const PushResult &refused)
{
    const Verdict done = bury(database, refused.mid, refused, nowMs());
    return done ? tellDraftsOfRefused(database) : done;
}

/** What a push or a parking was answered. Needs a transaction. */
Verdict takeAnswer(Database &database, const PushAnswer &answer)
{
    // Words of a history that is no more.
    if (const auto now = syncPosition(database); !now || now->epoch != answer.epoch)
        return now ? Verdict(Done{}) : Verdict(now.error());
    if (Verdict noted = takeResults(database, answer.results, nowMs()); !noted)
        return noted;
    if (Verdict told = tellDraftsOfRefused(database); !told)
        return told;
    // Pulled rows may show already what was only now acknowledged.
    return retireShown(database, syncPosition(database)->cursor, nowMs());
}

Result<ChangeSet> nothingChanged(const Verdict &done) { return done ? Result<ChangeSet>(ChangeSet{}) : done.error(); }

RoundOutcome carriedOut(bool more, qint64 rows)
{
    RoundOutcome outcome;
    outcome.kind = RoundOutcome::Kind::Done;
    outcome.more = more;
    outcome.rows = rows;
    outcome.reached = true;
    return outcome;
}

QString notAsked() { return u"The server did not answer what it was asked."_s; }

RoundOutcome failed(RoundOutcome::Kind kind, bool reached, const QString &problem)
{
    RoundOutcome outcome;
    outcome.kind = kind;
    outcome.reached = reached;
    outcome.problem = problem;
    return outcome;
}

/** The two speak another version; which of them is the older one says who has something to do. */
RoundOutcome upgrade(const BackendAnswer &answer)
{
    const bool serverIsOlder = answer.body.value(u"schema_ver"_s).toInteger(editSchemaVersion + 1) < editSchemaVersion;
    return failed(RoundOutcome::Kind::Upgrade, true,
                  serverIsOlder ? u"The server is older than this program. Your changes are kept; they go out once it is brought up to date."_s
                                : u"The server is newer than this program. Your changes are kept; install the newer Calldeck to send them."_s);
}

RoundOutcome unreadable(const Error &error) { return failed(RoundOutcome::Kind::Later, true, error.message); }
RoundOutcome broken(const Error &error) { return failed(RoundOutcome::Kind::Broken, false, error.message); }

/** A value of a query as it must stand in an address: QUrlQuery would leave a + alone, which a server reads as a blank. */
QString inQuery(const QString &value) { return QString::fromLatin1(QUrl::toPercentEncoding(value)); }

} // namespace

SyncRounds::SyncRounds(BackendClient &client, CacheAccess &cache, QObject *parent) : QObject(parent), m_client(client), m_cache(cache), m_editsAtOnce(mostEditsAtOnce) {}

qint64 SyncRounds::clockOffsetMs() const
{
    if (m_offsets.isEmpty())
        return 0;
    QList<qint64> sorted = m_offsets;
    std::sort(sorted.begin(), sorted.end());
    return sorted[sorted.size() / 2];
}

void SyncRounds::noteClock(const BackendAnswer &answer)
{
    if (!answer.has_offset)
        return;
    // Somebody set this machine's clock, or it slept: what was measured before says nothing.
    constexpr qint64 jumpMs = 2000;
    const TimeMs now = nowMs();
    if (m_sinceOffset.isValid() && std::abs(now - m_offsetAt - m_sinceOffset.elapsed()) > jumpMs)
        m_offsets.clear();
    m_offsetAt = now;
    m_sinceOffset.start();
    m_offsets.append(answer.server_offset_ms);
    if (m_offsets.size() > clocksRemembered)
        m_offsets.removeFirst();
}

SyncRounds::Done SyncRounds::ending(bool &running, const Done &done)
{
    running = true;
    return [&running, done](const RoundOutcome &outcome) {
        running = false;
        done(outcome);
    };
}

RoundOutcome SyncRounds::outcomeOf(const BackendAnswer &answer) const
{
    RoundOutcome outcome;
    outcome.problem = answer.problem;
    outcome.retry_after_s = answer.retry_after_s;
    outcome.reached = answer.kind == BackendAnswer::Kind::Answered;
    outcome.kind = RoundOutcome::Kind::Later;
    if (answer.kind == BackendAnswer::Kind::NotOurs)
        outcome.kind = RoundOutcome::Kind::NotOurs;
    else if (answer.status == 401)
        outcome.kind = RoundOutcome::Kind::SignedOut;
    else if (answer.status == 426)
        outcome = upgrade(answer);
    else if (answer.status == 200)
        outcome.kind = RoundOutcome::Kind::Done;
    return outcome;
}

void SyncRounds::write(const CacheAccess::Work &work, RoundOutcome outcome, const Done &done)
{
    m_cache.write(this, work, [outcome, done](const Result<ChangeSet> &written) {
        RoundOutcome ended = outcome;
        if (!written) {
            // What the backend sent and nobody can read is asked for again later; a disk that fails is another matter.
            ended.kind = written.error().code == Error::Code::Damaged && written.error().retryable ? RoundOutcome::Kind::Later : RoundOutcome::Kind::Broken;
            ended.problem = written.error().message;
            ended.more = false;
        }
        done(ended);
    });
}

SyncRounds::Done SyncRounds::unless(const std::shared_ptr<bool> &vain, const QString &problem, const Done &done)
{
    return [vain, problem, done](const RoundOutcome &outcome) { done(*vain && outcome.kind == RoundOutcome::Kind::Done ? failed(RoundOutcome::Kind::Later, true, problem) : outcome); };
}

void SyncRounds::changeEpoch(const BackendAnswer &answer, const Done &done)
{
    const auto change = readEpochChange(answer.body);
    if (!change)
        return done(unreadable(change.error()));
    const auto older = std::make_shared<bool>(false);
    write(
        [change = *change, older](Database &database, FeedRows &feed) -> Result<ChangeSet> {
            const auto position = syncPosition(database);
            if (!position)
                return position.error();
            *older = change.epoch < position->epoch;
            return feed.changeEpoch(change.epoch, change.base);
        },
        carriedOut(true, 0), unless(older, u"The server's store is older than what this desk has seen of it. Ask its administrator for a restore."_s, done));
}

// --- push -----------------------------------------------------------------------------------------------------------------------

void SyncRounds::push(const Done &finished)
{
    const Done done = ending(m_pushing, finished);
    auto work = std::make_shared<PushWork>();
    const int limit = m_editsAtOnce;
    m_cache.write(
        this,
        [work, limit, another = !m_stamped](Database &database, FeedRows &) -> Result<ChangeSet> {
            auto position = syncPosition(database);
            if (!position)
                return position.error();
            // Before the first snapshot nobody knows which history the backend has.
            if (position->epoch == 0)
                return ChangeSet{};
            auto edits = nextPush(database, limit, mostPushBytes, nowMs());
            if (!edits)
                return edits.error();
            work->edits = *std::move(edits);
            const Verdict stamped = work->edits.isEmpty() ? Verdict(calldeck::Done{}) : stampPush(database, another);
            // What waits goes out of a full disk all the more, under the stamps that the file has; the same again until the answer can be noted.
            if (!stamped && stamped.error().code != Error::Code::DiskFull)
                return stamped.error();
            work->stamped = static_cast<bool>(stamped);
            position = syncPosition(database);
            if (!position)
                return position.error();
            work->position = *position;
            const auto later = nextTry(database, nowMs());
            if (!later)
                return later.error();
            work->next_try = *later;
            return ChangeSet{};
        },
        [this, work, done](const Result<ChangeSet> &read) {
            if (!read)
                return done(broken(read.error()));
            if (work->edits.isEmpty()) {
                RoundOutcome idle;
                idle.next_try = work->next_try;
                return done(idle);
            }
            m_stamped = m_stamped || work->stamped;
            sendEdits(work->position, work->edits, done);
        });
}

void SyncRounds::sendEdits(const SyncPosition &position, const QList<Edit> &edits, const Done &done)
{
    const QByteArray stamps = stampWords(position);
    const auto headers = stamps.isEmpty() ? BackendClient::Headers() : BackendClient::Headers{{"Device-Stamps", stamps}};
    const auto answered = [this, position, edits, done](const BackendAnswer &answer) {
        crashAt("C4");
        pushAnswered(position, edits, answer, done);
    };
    m_client.post(u"/api/sync/push"_s, pushDocument(position, edits), answered, pushTimeoutMs, {}, headers);
}

void SyncRounds::pushAnswered(const SyncPosition &position, const QList<Edit> &edits, const BackendAnswer &answer, const Done &done)
{
    noteClock(answer);
    if (answer.kind != BackendAnswer::Kind::Answered)
        return done(outcomeOf(answer));
    if (answer.status == 409)
        return changeEpoch(answer, done);
    if (answer.status != 200)
        return pushFailed(position, edits, answer, done);
    const auto read = readPushAnswer(answer.body);
    if (!read)
        return done(unreadable(read.error()));
    m_editsAtOnce = std::min(mostEditsAtOnce, m_editsAtOnce * 2);
    m_othersPass = true;
    m_failedAlone = 0;
    m_unavailable = 0;
    // Who says it of a new device too is asked again later.
    const bool renewsAgain = std::exchange(m_renewed, read->renew_device);
    const bool some = read->renew_device ? !renewsAgain : !read->results.isEmpty();
    RoundOutcome outcome = carriedOut(some, 0);
    if (!some)
        outcome.kind = RoundOutcome::Kind::Later;
    write(
        [answer = *read, device = position.device](Database &database, FeedRows &) {
            const Verdict taken = inTransaction(database, [&]() -> Verdict {
                const Verdict known = answer.renew_device ? renewDevice(database, device) : takeStamp(database, answer.stamp);
                return known ? takeAnswer(database, answer) : known;
            });
            crashAt("C5");
            return nothingChanged(taken);
        },
        outcome, done);
}

/** An answer of 4xx or 5xx to a push. One bad edit must not hold up the others: the push is halved until it stands alone. */
void SyncRounds::pushFailed(const SyncPosition &position, const QList<Edit> &edits, const BackendAnswer &answer, const Done &done)
{
    RoundOutcome outcome = outcomeOf(answer);
    // A store that is away for a moment says nothing about an edit. One that stays away from these edits may do so for one of them.
    const bool stays = answer.status == 503 && ++m_unavailable > unavailableBeforeHalving;
    const bool fails = answer.status == 500 || stays;
    const bool refuses = answer.status == 413 || ((answer.status == 400 || answer.status == 422) && blamesAnEdit(answer.body));
    // A backend that is away or busy, what stands before it, a mistake of this program: none of them says anything about an edit.
    if (!fails && !refuses)
        return done(outcome);
    if (edits.size() > 1) {
        m_editsAtOnce = std::max(1, static_cast<int>(edits.size()) / 2);
        outcome.kind = fails ? RoundOutcome::Kind::Later : RoundOutcome::Kind::Done;
        outcome.more = refuses;
        return done(outcome);
    }
    m_editsAtOnce = mostEditsAtOnce;
    const Edit edit = edits.first();
    if (stays)
        return setAside(edit, outcome, done);
    outcome.kind = RoundOutcome::Kind::Done;
    outcome.more = true;
    if (refuses) {
        const PushResult refused{edit.mid, PushResult::Status::Rejected, m_head, answer.status == 413 ? u"too_large"_s : u"invalid"_s, answer.problem};
        write([refused](Database &database, FeedRows &) { return nothingChanged(inTransaction(database, [&] { return giveUp(database, refused); })); }, outcome, done);
        return;
    }
    // A backend that fails on everything, or whose store is damaged, may be mended; the edit waits for that, and such tries do not count.
    const bool isTheEdits = std::exchange(m_othersPass, false) && !isOfDamage(answer.body);
    const int inARow = m_failedAlone++;
    const auto counted = std::make_shared<qint64>(0);
    const auto noted = [this, position, edit, counted, done](const RoundOutcome &ended) {
        *counted >= triesBeforeParking && ended.kind == RoundOutcome::Kind::Done ? park(position, edit, *counted >= triesBeforeGivingUp, ended, done) : done(ended);
    };
    write(
        [edit, problem = answer.problem, isTheEdits, inARow, counted](Database &database, FeedRows &) {
            return nothingChanged(inTransaction(database, [&]() -> Verdict {
                Statement before = database.prepare("SELECT attempts FROM outbox WHERE mid = ?");
                const auto found = before.bindAll(edit.mid).found();
                if (!found)
                    return found.error();
                const qint64 tries = (*found ? before.integer(0) : 0) + (isTheEdits ? 1 : 0);
                *counted = isTheEdits ? tries : 0;
                const int pause = Backoff::pauseMs(std::max(inARow, static_cast<int>(tries))) + (isTheEdits && tries > triesWithoutLongPause ? longPauseMs : 0);
                return noteFailedTry(database, edit.mid, isTheEdits, problem, nowMs() + pause);
            }));
        },
        outcome, noted);
}

/**
 * The backend keeps the text of what it cannot digest. What goes wrong with that leaves the edit waiting for its next try and holds nothing up; only a `last` one that fails as the push did
 * leaves it to this desk alone.
 */
void SyncRounds::park(const SyncPosition &position, const Edit &edit, bool last, const RoundOutcome &outcome, const Done &done)
{
    const auto answered = [this, epoch = position.epoch, edit, last, outcome, done](const BackendAnswer &answer) {
        noteClock(answer);
        if (answer.kind != BackendAnswer::Kind::Answered)
            return done(outcome);
        if (answer.status == 409)
            return changeEpoch(answer, done);
        const bool cannot = answer.status == 413 || (answer.status == 500 && answer.body.value(u"code"_s) == u"internal"_s);
        const auto read = answer.isOk() ? readPushAnswer(answer.body) : Result<PushAnswer>(Error{});
        if (!read && !(cannot && last))
            return done(outcome);
        const PushResult given{edit.mid, PushResult::Status::Rejected, m_head, u"server_cannot"_s, u"The server fails on this edit again and again."_s};
        const PushAnswer told = read ? *read : PushAnswer{epoch, QList<PushResult>{given}, QString(), false};
        write([told](Database &database, FeedRows &) { return nothingChanged(inTransaction(database, [&] { return takeAnswer(database, told); })); }, outcome, done);
    };
    m_client.post(u"/api/sync/park"_s, parkDocument(position, edit), answered, pushTimeoutMs);
}

/** Lets what else waits go first. Where nothing does, the edit is the one that finds the store there again. */
void SyncRounds::setAside(const Edit &edit, const RoundOutcome &outcome, const Done &done)
{
    const TimeMs pause = std::max<TimeMs>(asideMs, (outcome.retry_after_s + 1) * 1000);
    write(
        [edit, pause, problem = outcome.problem](Database &database, FeedRows &) {
            return nothingChanged(inTransaction(database, [&]() -> Verdict {
                const auto waiting = nextPush(database, mostEditsAtOnce, mostPushBytes, nowMs());
                if (!waiting)
                    return waiting.error();
                const bool others = std::any_of(waiting->cbegin(), waiting->cend(), [&](const Edit &other) { return other.id != edit.id; });
                return others ? noteFailedTry(database, edit.mid, false, problem, nowMs() + pause) : Verdict(calldeck::Done{});
            }));
        },
        outcome, done);
}

// --- pull -----------------------------------------------------------------------------------------------------------------------

void SyncRounds::pull(const Done &finished)
{
    const Done done = ending(m_pulling, finished);
    auto work = std::make_shared<PullWork>();
    m_cache.write(
        this,
        [work](Database &database, FeedRows &) -> Result<ChangeSet> {
            auto position = syncPosition(database);
            if (!position)
                return position.error();
            auto stale = staleRecords(database);
            if (!stale)
                return stale.error();
            *work = {*position, *std::move(stale)};
            return ChangeSet{};
        },
        [this, work, done](const Result<ChangeSet> &read) {
            if (!read)
                return done(broken(read.error()));
            if (work->position.cursor < 0)
                return pullSnapshot({work->position.epoch, work->position.snapshot_s, work->position.snapshot_kind, work->position.snapshot_after}, done);
            if (work->stale)
                return pullRows(work->position, work->stale->first, work->stale->second, done);
            pullChanges(work->position, done);
        });
}

void SyncRounds::pullRows(const SyncPosition &position, const QString &kind, const QStringList &ids, const Done &done)
{
    QUrlQuery query;
    query.addQueryItem(u"kind"_s, kind);
    query.addQueryItem(u"ids"_s, inQuery(ids.join(u',')));
    m_client.get(u"/api/sync/rows"_s, query, [this, position, kind, ids, done](const BackendAnswer &answer) {
        noteClock(answer);
        if (!answer.isOk())
            return done(outcomeOf(answer));
        auto read = readRows(answer.body);
        if (!read)
            return done(unreadable(read.error()));
        // Rows of another history, or of before what is known here, say nothing; the feed tells what happened to ours.
        if (read->epoch != position.epoch || read->head < position.cursor)
            return pullChanges(position, done);
        // An answer to another question would take away what it does not speak of.
        if (read->kind != kind || read->ids != ids)
            return done(failed(RoundOutcome::Kind::Later, true, notAsked()));
        QList<FeedRow> rows = std::move(read->rows);
        // What the backend does not speak of, it does not have.
        for (const QString &id : ids) {
            if (std::none_of(rows.cbegin(), rows.cend(), [&](const FeedRow &row) { return row.id == id; }))
                rows.append({kind, id, 0, std::nullopt});
        }
        write([epoch = read->epoch, rows](Database &, FeedRows &feed) { return feed.takeRows(epoch, rows); }, carriedOut(true, static_cast<qint64>(rows.size())), done);
    });
}

void SyncRounds::pullSnapshot(const SnapshotPlace &place, const Done &done)
{
    const auto ahead = std::exchange(m_ahead, nullptr);
    const auto answered = [this, place, done](const BackendAnswer &answer) { snapshotAnswered(place, answer, done); };
    // One that failed is asked for again.
    const bool fits = ahead && ahead->place == place && (!ahead->answer || ahead->answer->isOk());
    if (!fits)
        return askSnapshot(place, answered);
    if (ahead->answer)
        return answered(*ahead->answer);
    ahead->wanted = answered;
}

void SyncRounds::askSnapshot(const SnapshotPlace &place, const BackendClient::Done &answered)
{
    QUrlQuery query;
    if (place.epoch > 0)
        query.addQueryItem(u"epoch"_s, QString::number(place.epoch));
    if (place.s) {
        query.addQueryItem(u"s"_s, QString::number(*place.s));
        query.addQueryItem(u"kind"_s, inQuery(place.kind));
        query.addQueryItem(u"after"_s, inQuery(place.after));
    }
    query.addQueryItem(u"limit"_s, QString::number(4 * rowsOfAPage));
    m_client.get(u"/api/sync/snapshot"_s, query, answered, snapshotTimeoutMs);
}

void SyncRounds::askAhead(const SnapshotPlace &place)
{
    m_ahead = std::make_shared<Ahead>(Ahead{place, std::nullopt, {}});
    askSnapshot(place, [ahead = m_ahead](const BackendAnswer &answer) {
        if (ahead->wanted)
            return ahead->wanted(answer);
        ahead->answer = answer;
    });
}

void SyncRounds::snapshotAnswered(const SnapshotPlace &place, const BackendAnswer &answer, const Done &done)
{
    noteClock(answer);
    if (answer.status == 409)
        return changeEpoch(answer, done);
    if (!answer.isOk())
        return done(outcomeOf(answer));
    const auto page = readSnapshot(answer.body);
    if (!page)
        return done(unreadable(page.error()));
    if (!page->next_kind.isEmpty() && page->next_kind == place.kind && page->next_after == place.after)
        return done(failed(RoundOutcome::Kind::Later, true, u"The server sends the same page again and again."_s));
    // A late answer of another history, of another snapshot, or about another page of this one, is thrown away; nothing follows it.
    const bool isAsked = page->asked_kind == place.kind && page->asked_after == place.after;
    const bool continues = isAsked && (place.epoch == 0 || page->epoch == place.epoch) && (!place.s || page->s == *place.s);
    if (!page->next_kind.isEmpty() && continues)
        askAhead({page->epoch, page->s, page->next_kind, page->next_after});
    const auto stands = std::make_shared<bool>(false);
    write(
        [page = *page, stands](Database &database, FeedRows &feed) -> Result<ChangeSet> {
            const auto before = syncPosition(database);
            auto taken = feed.takeSnapshotPage(page, nowMs());
            const auto after = syncPosition(database);
            *stands = before && after && before->cursor == after->cursor && before->snapshot == after->snapshot && before->snapshot_kind == after->snapshot_kind && before->snapshot_after == after->snapshot_after;
            return taken;
        },
        carriedOut(true, static_cast<qint64>(page->rows.size())), unless(stands, notAsked(), done));
}

void SyncRounds::pullChanges(const SyncPosition &position, const Done &done)
{
    QUrlQuery query;
    query.addQueryItem(u"cursor"_s, u"%1.%2"_s.arg(position.epoch).arg(position.cursor));
    query.addQueryItem(u"limit"_s, QString::number(rowsOfAPage));
    m_client.get(u"/api/sync/changes"_s, query, [this, done](const BackendAnswer &answer) {
        noteClock(answer);
        if (answer.status == 409)
            return changeEpoch(answer, done);
        if (answer.status == 410)
            return write([](Database &, FeedRows &feed) { return nothingChanged(feed.beginSnapshot()); }, carriedOut(true, 0), done);
        if (!answer.isOk())
            return done(outcomeOf(answer));
        const auto read = readChanges(answer.body);
        if (!read)
            return done(unreadable(read.error()));
        m_head = read->head;
        const bool moved = read->page.to > read->page.from;
        const bool more = read->page.to < read->head && moved;
        RoundOutcome outcome = carriedOut(more, static_cast<qint64>(read->page.rows.size()));
        if (!moved)
            outcome.kind = RoundOutcome::Kind::Idle;
        write([page = read->page](Database &, FeedRows &feed) { return feed.takePage(page, nowMs()); }, outcome, done);
    });
}

} // namespace calldeck
