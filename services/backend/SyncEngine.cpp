#include "backend/SyncEngine.h"

#include "backend/HintSocket.h"

#include <QDateTime>
#include <QRandomGenerator>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr int countDelayMs = 60;
constexpr int safetyPullMs = 60'000;
constexpr int pollMs = 5'000;    ///< while there are no hints
constexpr int probeMs = 3'500;   ///< while there is no link: the desk must tell within 5 s that it is back
constexpr int hintGapMs = 100;   ///< as often as the backend hints: a flood of hints, or of lies, is no flood of pulls
constexpr int pokeMs = 15'000;   ///< edits whose own next try lies ahead

/** Spreads many desks over a quarter of the time. */
int jittered(int ms) { return ms - ms / 4 + QRandomGenerator::global()->bounded(ms / 4 + 1); }

} // namespace

SyncEngine::SyncEngine(CacheAccess &cache, QObject *parent)
    : QObject(parent), m_cache(cache), m_client(this), m_rounds(m_client, cache, this), m_hints(std::make_unique<HintSocket>(m_client)), m_pushTimer(this), m_pullTimer(this), m_countTimer(this), m_hintTimer(this)
{
    for (QTimer *timer : {&m_pushTimer, &m_pullTimer, &m_countTimer, &m_hintTimer})
        timer->setSingleShot(true);
    connect(&m_hintTimer, &QTimer::timeout, this, &SyncEngine::pullForHint);
    connect(&m_pushTimer, &QTimer::timeout, this, &SyncEngine::push);
    connect(&m_pullTimer, &QTimer::timeout, this, &SyncEngine::pull);
    connect(&m_countTimer, &QTimer::timeout, this, &SyncEngine::count);
    m_hints->setParent(this);
    connect(m_hints.get(), &HintSocket::hint, this, &SyncEngine::hinted);
    connect(m_hints.get(), &HintSocket::opened, this, [this] {
        const bool pauses = m_pushBackoff.failures() > 0;
        reached();
        pull();
        // A pause that the server asked for goes on.
        if (!pauses)
            push();
    });
    connect(m_hints.get(), &HintSocket::lost, this, [this](bool silent) {
        if (!m_running)
            return;
        if (silent)
            setLink(SyncStatus::Link::Offline, u"The server does not answer."_s);
        // The next pull says whether only the socket is gone.
        if (!m_rounds.isPulling())
            m_pullTimer.start(QRandomGenerator::global()->bounded(500));
    });
}

SyncEngine::~SyncEngine()
{
    stop();
    m_hints->setParent(nullptr);
}

void SyncEngine::connectTo(const BackendAccount &account)
{
    m_client.setServer(account.server);
    m_client.setToken(account.token);
    m_status.server = account.server.host();
}

void SyncEngine::start(const BackendAccount &account)
{
    connectTo(account);
    m_running = true;
    m_status.link = SyncStatus::Link::Connecting;
    count();
    pull();
    push();
}

void SyncEngine::setToken(const QByteArray &token)
{
    m_client.setToken(token);
    if (m_running)
        syncNow();
}

void SyncEngine::signInLost()
{
    for (QTimer *timer : {&m_pushTimer, &m_pullTimer, &m_hintTimer})
        timer->stop();
    m_hints->close();
    setLink(SyncStatus::Link::SignedOut, u"The server no longer knows this sign-in. Your changes are kept; sign in again to send them."_s);
}

void SyncEngine::stop()
{
    m_running = false;
    for (QTimer *timer : {&m_pushTimer, &m_pullTimer, &m_countTimer, &m_hintTimer})
        timer->stop();
    m_hints->close();
    m_rounds.forgetAhead();
    m_client.abortAll();
}

void SyncEngine::editsWait()
{
    m_countTimer.start(countDelayMs);
    if (m_running && m_pushBackoff.failures() == 0)
        push();
}

void SyncEngine::syncNow()
{
    m_pushBackoff.reset();
    m_pullBackoff.reset();
    push();
    pull();
}

void SyncEngine::push()
{
    if (!m_running)
        return;
    if (m_rounds.isPushing()) {
        m_pushAgain = true;
        return;
    }
    m_pushAgain = false;
    m_pushTimer.stop();
    m_rounds.push([this](const RoundOutcome &outcome) { pushed(outcome); });
}

void SyncEngine::pushed(const RoundOutcome &outcome)
{
    if (!m_running)
        return;
    m_countTimer.start(countDelayMs);
    followClock();
    // Reading goes on between two versions, sending does not: only what was sent says that it is over.
    if (outcome.kind == RoundOutcome::Kind::Done)
        m_mustUpgrade.clear();
    if (!note(outcome))
        return;
    if (outcome.kind == RoundOutcome::Kind::Later || outcome.kind == RoundOutcome::Kind::Broken) {
        m_pushTimer.start(std::max(m_pushBackoff.next(), outcome.retry_after_s * 1000));
        return;
    }
    if (outcome.kind == RoundOutcome::Kind::Done)
        m_pushBackoff.reset();
    if (outcome.more || m_pushAgain)
        push();
    else if (outcome.next_try)
        m_pushTimer.start(static_cast<int>(std::clamp<qint64>(*outcome.next_try - QDateTime::currentMSecsSinceEpoch(), 50, safetyPullMs)));
    else if (m_status.waiting > 0)
        m_pushTimer.start(pokeMs);
    if (outcome.kind == RoundOutcome::Kind::Done)
        pull();
}

void SyncEngine::pull()
{
    if (!m_running)
        return;
    if (m_rounds.isPulling()) {
        m_pullAgain = true;
        return;
    }
    m_pullAgain = false;
    m_pullTimer.stop();
    m_rounds.pull([this](const RoundOutcome &outcome) { pulled(outcome); });
}

void SyncEngine::pulled(const RoundOutcome &outcome)
{
    if (!m_running)
        return;
    followClock();
    if (!note(outcome))
        return;
    if (outcome.rows > 0)
        m_countTimer.start(countDelayMs);
    if (outcome.kind == RoundOutcome::Kind::Later || outcome.kind == RoundOutcome::Kind::Broken) {
        const int pause = outcome.reached ? m_pullBackoff.next() : std::min(m_pullBackoff.next(), jittered(probeMs));
        m_pullTimer.start(std::max({pause, 250, outcome.retry_after_s * 1000}));
        return;
    }
    m_pullBackoff.succeeded();
    m_status.last_sync = QDateTime::currentMSecsSinceEpoch() + m_status.clock_offset_ms;
    m_status.fetched = m_status.first_sync ? m_status.fetched + outcome.rows : 0;
    m_hints->open();
    if (outcome.more || m_pullAgain)
        pull();
    else
        m_pullTimer.start(jittered(m_hints->isOpen() ? safetyPullMs : pollMs));
}

bool SyncEngine::note(const RoundOutcome &outcome)
{
    switch (outcome.kind) {
    case RoundOutcome::Kind::SignedOut:
        // Renewed behind the scenes; the safety pull asks again should nobody answer.
        m_pullTimer.start(jittered(pollMs));
        Q_EMIT tokenRefused();
        return false;
    case RoundOutcome::Kind::Upgrade:
        m_mustUpgrade = outcome.problem;
        setLink(SyncStatus::Link::UpgradeNeeded, outcome.problem);
        return false;
    case RoundOutcome::Kind::NotOurs:
        setLink(SyncStatus::Link::Refused, outcome.problem);
        m_pullTimer.start(jittered(pollMs));
        return false;
    case RoundOutcome::Kind::Later:
        setLink(outcome.reached ? SyncStatus::Link::Online : SyncStatus::Link::Offline, outcome.problem);
        return true;
    case RoundOutcome::Kind::Broken: setLink(m_status.link, outcome.problem); return true;
    case RoundOutcome::Kind::Done:
    case RoundOutcome::Kind::Idle: break;
    }
    if (outcome.reached)
        reached();
    return true;
}

void SyncEngine::reached()
{
    const bool wasAway = m_status.link == SyncStatus::Link::Offline || m_status.link == SyncStatus::Link::Refused;
    setLink(SyncStatus::Link::Online, {});
    if (!wasAway)
        return;
    // The server is back: what waits goes out now, whether a pause is running or not.
    m_pushBackoff.reset();
    if (!m_rounds.isPushing())
        m_pushTimer.start(QRandomGenerator::global()->bounded(2000));
}

void SyncEngine::hinted(qint64 head)
{
    if (head <= m_rounds.knownHead())
        return;
    m_hintedHead = std::max(m_hintedHead, head);
    if (m_hintTimer.isActive())
        return;
    if (!m_sinceHinted.isValid() || m_sinceHinted.hasExpired(hintGapMs))
        pullForHint();
    else
        m_hintTimer.start(std::max(0, hintGapMs - static_cast<int>(m_sinceHinted.elapsed())));
}

void SyncEngine::pullForHint()
{
    // Meanwhile another pull may have brought it.
    if (std::exchange(m_hintedHead, 0) <= m_rounds.knownHead())
        return;
    m_sinceHinted.start();
    pull();
}

void SyncEngine::followClock()
{
    // The header of an answer tells whole seconds.
    constexpr qint64 leastToFollowMs = 2000;
    const qint64 measured = m_rounds.clockOffsetMs();
    if (std::abs(measured - m_status.clock_offset_ms) < leastToFollowMs)
        return;
    m_status.clock_offset_ms = measured;
    m_cache.setClockOffset(measured);
    tell();
}

void SyncEngine::setLink(SyncStatus::Link link, const QString &problem)
{
    if (link == SyncStatus::Link::Online && !m_mustUpgrade.isEmpty())
        return setLink(SyncStatus::Link::UpgradeNeeded, m_mustUpgrade);
    if (m_status.link == link && m_status.problem == problem)
        return;
    m_status.link = link;
    m_status.problem = problem;
    tell();
}

void SyncEngine::count()
{
    auto counts = std::make_shared<std::pair<OutboxCounts, SyncPosition>>();
    m_cache.write(
        this,
        [counts](Database &database, FeedRows &) -> Result<ChangeSet> {
            const auto counted = outboxCounts(database);
            const auto position = syncPosition(database);
            if (!counted || !position)
                return counted ? position.error() : counted.error();
            *counts = {*counted, *position};
            return ChangeSet{};
        },
        [this, counts](const Result<ChangeSet> &read) {
            if (!read)
                return;
            m_status.waiting = counts->first.pending;
            m_status.dead = counts->first.dead;
            m_status.conflicts = counts->first.conflicts;
            m_status.oldest_waiting = counts->first.oldest;
            m_status.failure = counts->first.failure;
            m_status.first_sync = counts->second.cursor < 0;
            tell();
        });
}

void SyncEngine::tell() { Q_EMIT statusChanged(m_status); }

} // namespace calldeck
