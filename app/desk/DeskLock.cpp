#include "DeskLock.h"

#include "desk/Answer.h"
#include "rules/Passphrase.h"
#include "secrets/Keys.h"

#include <QDateTime>
#include <QPromise>
#include <algorithm>
#include <memory>

namespace calldeck
{

namespace
{

constexpr int lookMs = 1000;
constexpr int secondsPerMinute = 60;

QFuture<Verdict> refused(const Error &error) { return QtFuture::makeReadyFuture(Verdict(error)); }
Error invalid(const QString &message) { return {Error::Code::InvalidInput, message, {}, false}; }

Verdict writeWith(const QByteArray &passphrase, IdleLockRecord &record, const QString &dataDir)
{
    const auto hash = passphraseHash(passphrase);
    if (!hash)
        return hash.error();
    record.hash = *hash;
    return writeIdleLock(dataDir, record);
}

} // namespace

DeskLock::DeskLock(const QString &dataDir) : m_dataDir(dataDir)
{
    m_thread.setMaxThreadCount(1);
    m_clock.start();
    m_timer.setInterval(lookMs);
    connect(&m_timer, &QTimer::timeout, this, &DeskLock::look);
    const auto record = readIdleLock(dataDir);
    if (record)
        m_record = *record;
    else
        m_problem = record.error().message;
    lock();
}

DeskLock::~DeskLock() { m_thread.waitForDone(); }

int DeskLock::minutes() const { return m_record ? m_record->idle_seconds / secondsPerMinute : 0; }

int DeskLock::pauseMs() const { return m_wrong == 0 ? 0 : static_cast<int>(std::max<qint64>(0, pauseAfterWrongMs(m_wrong) - m_sinceWrong.elapsed())); }

std::optional<Error> DeskLock::obstacle() const
{
    if (m_running)
        return Error{Error::Code::Busy, QStringLiteral("The lock is busy. Try again in a moment."), {}, true};
    if (!m_problem.isEmpty())
        return Error{Error::Code::Damaged, m_problem, {}, false};
    return std::nullopt;
}

QFuture<Verdict> DeskLock::run(const Work &work, const Then &then)
{
    auto promise = std::make_shared<QPromise<Verdict>>();
    promise->start();
    const QFuture<Verdict> answer = promise->future();
    m_running = true;
    m_thread.start([promise, work] {
        promise->addResult(work());
        promise->finish();
    });
    // Connected before whoever asked: they find the lock as it is now.
    onAnswer(answer, this, [this, then](const Verdict &done) {
        m_running = false;
        if (done) {
            then();
        } else if (done.error().code == Error::Code::WrongKey) {
            ++m_wrong;
            m_sinceWrong.start();
        }
    });
    return answer;
}

QFuture<Verdict> DeskLock::runFor(const QString &passphrase, const Work &work, const Then &then)
{
    if (const auto error = obstacle())
        return refused(*error);
    if (!m_record)
        return refused(invalid(QStringLiteral("This desk has no passphrase.")));
    if (const int pause = pauseMs(); pause > 0)
        return refused({Error::Code::Busy, QStringLiteral("Too many wrong passphrases. Try again in %1 s.").arg((pause + 999) / 1000), {}, true});
    const auto checked = [hash = m_record->hash, typed = passphrase.toUtf8(), work] {
        const Verdict fits = checkPassphrase(hash, typed);
        return fits ? work() : fits;
    };
    return run(checked, [this, then] {
        m_wrong = 0;
        then();
    });
}

QFuture<Verdict> DeskLock::set(const QString &passphrase, int minutes)
{
    if (const auto error = obstacle())
        return refused(*error);
    if (m_record)
        return refused(invalid(QStringLiteral("This desk has a passphrase already.")));
    if (const QString problem = newPassphraseProblem(passphrase, passphrase); !problem.isEmpty())
        return refused(invalid(problem));
    auto record = std::make_shared<IdleLockRecord>();
    record->idle_seconds = minutes * secondsPerMinute;
    const auto work = [record, dir = m_dataDir, typed = passphrase.toUtf8()] { return writeWith(typed, *record, dir); };
    return run(work, [this, record] { take(*record); });
}

QFuture<Verdict> DeskLock::change(const QString &passphrase, const QString &to)
{
    if (const QString problem = newPassphraseProblem(to, to); !problem.isEmpty())
        return refused(invalid(problem));
    auto record = std::make_shared<IdleLockRecord>(m_record.value_or(IdleLockRecord{}));
    const auto work = [record, dir = m_dataDir, typed = to.toUtf8()] { return writeWith(typed, *record, dir); };
    return runFor(passphrase, work, [this, record] { take(*record); });
}

QFuture<Verdict> DeskLock::setMinutes(int minutes)
{
    if (const auto error = obstacle())
        return refused(*error);
    if (!m_record)
        return refused(invalid(QStringLiteral("This desk has no passphrase.")));
    IdleLockRecord record = *m_record;
    record.idle_seconds = minutes * secondsPerMinute;
    return run([record, dir = m_dataDir] { return writeIdleLock(dir, record); }, [this, record] { take(record); });
}

QFuture<Verdict> DeskLock::remove(const QString &passphrase)
{
    return runFor(passphrase, [dir = m_dataDir] { return removeIdleLock(dir); }, [this] {
        take(std::nullopt);
        open(); // should its time have come meanwhile
    });
}

QFuture<Verdict> DeskLock::unlock(const QString &passphrase)
{
    return runFor(passphrase, [] { return Verdict(Done{}); }, [this] { open(); });
}

void DeskLock::open()
{
    m_lockedAt.reset();
    m_lastInput = clocks();
    watch();
    Q_EMIT unlocked();
}

void DeskLock::lock()
{
    if (!isSet() || isLocked())
        return;
    m_lockedAt = QDateTime::currentMSecsSinceEpoch();
    watch();
    Q_EMIT locked();
}

void DeskLock::take(const std::optional<IdleLockRecord> &record)
{
    m_record = record;
    m_lastInput = clocks();
    watch();
    Q_EMIT changed();
}

void DeskLock::watch()
{
    const bool watches = m_record && !isLocked();
    m_input.setWatching(watches);
    watches ? m_timer.start() : m_timer.stop();
}

void DeskLock::look()
{
    constexpr qint64 second = 1000;
    if (m_record && isLeft(m_lastInput, clocks(), m_record->idle_seconds * second))
        lock();
}

ClockReading DeskLock::clocks() const { return {m_clock.elapsed(), QDateTime::currentMSecsSinceEpoch()}; }

bool DeskLock::touched()
{
    // First: the hand that wakes a machine up is not known yet.
    look();
    m_lastInput = clocks();
    return isLocked();
}

} // namespace calldeck
