#include "jobs/JobRunner.h"

#include "store/Moment.h"

namespace calldeck
{

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace
{

constexpr int threads = 2;
constexpr auto lookEvery = 1s; ///< for jobs that other processes wrote
constexpr TimeMs pausePerTry = 2'000;

/** The next job of any workspace; nothing when there is none. */
Result<std::optional<std::pair<QString, Job>>> claimAny(SqlConnection &connection, const QString &lease)
{
    const auto names = workspacesOf(connection);
    if (!names)
        return names.error();
    for (const QString &ws : *names) {
        {
            const auto look = WorkspaceTx::begin(connection, ws, WorkspaceTx::Mode::Read);
            const auto any = look ? anyJob(**look, serverNow()) : Result<bool>(look.error());
            if (!any)
                return any.error();
            if (!*any)
                continue;
        }
        const auto tx = WorkspaceTx::begin(connection, ws, WorkspaceTx::Mode::Write);
        auto job = tx ? claimJob(**tx, lease, serverNow()) : Result<std::optional<Job>>(tx.error());
        if (!job)
            return job.error();
        if (!*job)
            continue;
        if (Verdict done = (*tx)->commit(); !done)
            return done.error();
        return std::optional(std::pair(ws, **job));
    }
    return std::optional<std::pair<QString, Job>>();
}

} // namespace

JobRunner::JobRunner(Parts parts) : m_parts(std::move(parts))
{
    for (int i = 0; i < threads; ++i)
        m_threads.emplace_back([this, i] { run(i == 0); });
}

JobRunner::~JobRunner()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_wake.notify_all();
    for (std::thread &thread : m_threads)
        thread.join();
}

void JobRunner::wake()
{
    {
        const std::lock_guard lock(m_mutex);
        ++m_woken;
    }
    m_wake.notify_all();
}

bool JobRunner::isStopping() const
{
    const std::lock_guard lock(m_mutex);
    return m_stopping;
}

void JobRunner::run(bool tidies)
{
    const QString lease = randomHex(16);
    std::unique_ptr<SqlConnection> connection;
    auto nextTidy = std::chrono::steady_clock::now();
    quint64 seen = 0;
    std::unique_lock lock(m_mutex);
    while (!m_stopping) {
        seen = m_woken;
        lock.unlock();
        if (!connection || connection->isBroken()) {
            auto opened = SqlConnection::open(m_parts.target, SqlSchema::Migrate);
            connection = opened ? *std::move(opened) : nullptr;
        }
        if (connection && tidies && m_parts.hourly && std::chrono::steady_clock::now() >= nextTidy) {
            m_parts.hourly(*connection);
            nextTidy = std::chrono::steady_clock::now() + 1h;
        }
        const bool worked = connection && doOne(*connection, lease);
        lock.lock();
        if (!worked)
            m_wake.wait_for(lock, lookEvery, [&] { return m_stopping || m_woken != seen; });
    }
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
    return true;
}

void JobRunner::perform(SqlConnection &connection, const QString &ws, Job job)
{
    const Error lost{Error::Code::Io, u"The work was begun several times and never came forward."_s, {}, false};
    const auto work = m_parts.work.constFind(job.kind);
    if (work == m_parts.work.cend() || job.tries > JobLimits::tries)
        return putBack(connection, ws, job, lost);
    JobContext context{connection, m_parts.target, ws, job, [this] { return isStopping(); }, [this, ws](const Head &head) { m_parts.wrote(ws, head); }};
    for (;;) {
        if (isStopping())
            return putBack(connection, ws, job, {Error::Code::Cancelled, {}, {}, true});
        const auto more = withRetries(connection, [&] { return (*work)(context); });
        if (!more)
            return putBack(connection, ws, job, more.error());
        if (!*more)
            return;
    }
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
