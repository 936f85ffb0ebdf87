#include "jobs/JobRunner.h"

#include "store/Moment.h"

namespace calldeck
{

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace
{

constexpr int threads = 3;
constexpr auto turn = 1s; ///< of a job, while another one waits
constexpr auto lookEvery = 1s; ///< for jobs that other processes wrote
constexpr TimeMs pausePerTry = 2'000;
constexpr TimeMs hour = 3'600'000;

Result<bool> hasJob(SqlConnection &connection, const QString &ws)
{
    const auto tx = WorkspaceTx::begin(connection, ws, WorkspaceTx::Mode::Read);
    return tx ? anyJob(**tx, serverNow()) : Result<bool>(tx.error());
}

} // namespace

JobRunner::JobRunner(Parts parts) : m_parts(std::move(parts)), m_turns(threads), m_tidied(serverNow() / hour)
{
    for (int i = 0; i < threads; ++i) {
        const QString lease = randomHex(16);
        m_loops.push_back(std::make_unique<SqlLoop>(m_parts.target, lookEvery, [this, lease](SqlConnection &connection) { return round(connection, lease); }));
    }
}

JobRunner::~JobRunner()
{
    m_stopping = true;
    m_loops.clear();
}

void JobRunner::wake()
{
    for (const auto &loop : m_loops)
        loop->wake();
}

bool JobRunner::round(SqlConnection &connection, const QString &lease)
{
    tidy(connection);
    return doOne(connection, lease);
}

/** With every full hour, whichever thread comes first. */
void JobRunner::tidy(SqlConnection &connection)
{
    const qint64 now = serverNow() / hour;
    if (m_parts.hourly && m_tidied.exchange(now) != now)
        m_parts.hourly(connection);
}

bool JobRunner::doOne(SqlConnection &connection, const QString &lease)
{
    auto claimed = withRetries(connection, [&] { return claimAny(connection, lease); });
    if (!claimed) {
        m_parts.failed(QString(), claimed.error());
        return false;
    }
    if (!*claimed)
        return false;
    perform(connection, (*claimed)->first, (*claimed)->second);
    m_turns.end((*claimed)->first, true, serverNow());
    return true;
}

/** The next job of any workspace, whose turn has begun then; nothing when there is none. */
Result<JobRunner::Claimed> JobRunner::claimAny(SqlConnection &connection, const QString &lease)
{
    const auto names = workspacesOf(connection);
    if (!names)
        return names.error();
    for (const QString &ws : m_turns.order(*names)) {
        if (!m_turns.begin(ws))
            continue;
        const auto job = claimFrom(connection, ws, lease);
        if (job && *job)
            return Claimed(std::pair(ws, **job));
        m_turns.end(ws, false, 0);
        if (!job)
            return job.error();
    }
    return Claimed();
}

Result<std::optional<Job>> JobRunner::claimFrom(SqlConnection &connection, const QString &ws, const QString &lease)
{
    const auto any = hasJob(connection, ws);
    if (!any || !*any)
        return any ? Result<std::optional<Job>>(std::nullopt) : any.error();
    const auto tx = WorkspaceTx::begin(connection, ws, WorkspaceTx::Mode::Write);
    auto job = tx ? claimJob(**tx, lease, serverNow()) : Result<std::optional<Job>>(tx.error());
    if (!job || !*job)
        return job;
    if (Verdict done = (*tx)->commit(); !done)
        return done.error();
    return job;
}

/** Would somebody take this thread? A workspace that has as many as it may would, if it gave this one back. */
bool JobRunner::isAnyWaiting(SqlConnection &connection, const QString &own) const
{
    const auto names = workspacesOf(connection);
    const QStringList others = names ? m_turns.order(*names) : QStringList();
    for (const QString &ws : others.contains(own) ? others : others + QStringList{own}) {
        if (const auto any = hasJob(connection, ws); any && *any)
            return true;
    }
    return false;
}

void JobRunner::perform(SqlConnection &connection, const QString &ws, Job job)
{
    const Error lost{Error::Code::Io, u"The work was begun several times and never came forward."_s, {}, false};
    const auto work = m_parts.work.constFind(job.kind);
    if (work == m_parts.work.cend() || job.tries > JobLimits::tries)
        return putBack(connection, ws, job, lost);
    JobContext context{connection, m_parts.target, ws, job, [this] { return m_stopping.load(); }, [this, ws](const Head &head) { m_parts.wrote(ws, head); }};
    auto ends = std::chrono::steady_clock::now() + turn;
    for (;;) {
        if (m_stopping)
            return putBack(connection, ws, job, {Error::Code::Cancelled, {}, {}, true});
        const auto more = withRetries(connection, [&] { return (*work)(context); });
        if (!more)
            return putBack(connection, ws, job, more.error());
        if (!*more)
            return;
        if (std::chrono::steady_clock::now() < ends)
            continue;
        if (isAnyWaiting(connection, ws))
            return giveBack(connection, ws, job);
        ends = std::chrono::steady_clock::now() + turn;
    }
}

/** To the end of the line. When that cannot be written its lease runs out. */
void JobRunner::giveBack(SqlConnection &connection, const QString &ws, const Job &job)
{
    (void)withRetries(connection, [&]() -> Verdict {
        const auto tx = WorkspaceTx::begin(connection, ws, WorkspaceTx::Mode::Write);
        const Verdict done = tx ? releaseJob(**tx, job, serverNow()) : Verdict(tx.error());
        return done ? (*tx)->commit() : done;
    });
}

/** For another try, or as failed when it cannot come to a better end. A lease that cannot be given back runs out. */
void JobRunner::putBack(SqlConnection &connection, const QString &ws, Job &job, const Error &error)
{
    const bool stopping = error.code == Error::Code::Cancelled;
    const bool again = stopping || (error.retryable && job.tries < JobLimits::tries);
    if (!stopping)
        m_parts.failed(ws, error);
    const auto tx = WorkspaceTx::begin(connection, ws, WorkspaceTx::Mode::Write);
    if (!tx)
        return;
    const TimeMs now = serverNow();
    bool written = false;
    if (again) {
        written = bool(releaseJob(**tx, job, stopping ? 0 : now + pausePerTry * job.tries));
    } else {
        job.state = u"failed"_s;
        job.message = error.message;
        const auto finished = finishJob(**tx, job, now);
        written = finished && *finished;
    }
    if (written)
        (void)(*tx)->commit();
}

} // namespace calldeck
