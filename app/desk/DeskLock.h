#pragma once

#include "desk/LockService.h"
#include "rules/IdleLock.h"
#include "secrets/IdleLockRecord.h"
#include "shell/InputWatch.h"

#include <QElapsedTimer>
#include <QThreadPool>
#include <QTimer>
#include <functional>

namespace calldeck
{

/**
 * The lock of one data directory: what its record says, and who has touched keys, mouse or screen since when. It outlives the windows over that directory, so that one that is
 * made anew is as locked as the one before. Passphrases are compared, and the record is written, on a thread of its own.
 */
class DeskLock : public LockService
{
    Q_OBJECT
public:
    /** Locked from the beginning where there is a passphrase: ending the program opens nothing. Reads a small file. */
    explicit DeskLock(const QString &dataDir);
    /** Waits for what is being written. */
    ~DeskLock() override;
    const QString &dataDir() const { return m_dataDir; }

    bool isSet() const override { return m_record || !m_problem.isEmpty(); }
    bool isLocked() const override { return m_lockedAt.has_value(); }
    TimeMs lockedAt() const override { return m_lockedAt.value_or(0); }
    QString problem() const override { return m_problem; }
    int minutes() const override;
    int pauseMs() const override;
    QFuture<Result<Done>> set(const QString &passphrase, int minutes) override;
    QFuture<Result<Done>> change(const QString &passphrase, const QString &to) override;
    QFuture<Result<Done>> setMinutes(int minutes) override;
    QFuture<Result<Done>> remove(const QString &passphrase) override;
    QFuture<Result<Done>> unlock(const QString &passphrase) override;
    void lock() override;

private:
    using Work = std::function<Verdict()>; ///< on the thread
    using Then = std::function<void()>;    ///< here, when it is done
    QFuture<Verdict> run(const Work &work, const Then &then);
    /** run(), when the passphrase is the one of the record. */
    QFuture<Verdict> runFor(const QString &passphrase, const Work &work, const Then &then);
    /** Why nothing can be run now. */
    std::optional<Error> obstacle() const;
    void take(const std::optional<IdleLockRecord> &record);
    void open();
    void watch();
    void look();
    /** At an input: whether it finds the desk locked. */
    bool touched();
    ClockReading clocks() const;

    const QString m_dataDir;
    std::optional<IdleLockRecord> m_record; ///< nothing without a passphrase, or where it cannot be read
    QString m_problem;
    std::optional<TimeMs> m_lockedAt;
    QElapsedTimer m_clock;
    ClockReading m_lastInput;
    InputWatch m_input{[this] { return touched(); }};
    QTimer m_timer;
    int m_wrong = 0; ///< passphrases in a row
    QElapsedTimer m_sinceWrong;
    bool m_running = false;
    QThreadPool m_thread;
};

} // namespace calldeck
