#pragma once

#include "desk/LockService.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

/** A lock in memory that answers at once. */
class FakeLock : public LockService
{
public:
    bool isSet() const override { return !passphrase.isEmpty() || !damage.isEmpty(); }
    bool isLocked() const override { return is_locked; }
    TimeMs lockedAt() const override { return 1'795'546'800'000; }
    QString problem() const override { return damage; }
    int minutes() const override { return after; }
    int pauseMs() const override { return pause; }
    QFuture<Result<Done>> set(const QString &fresh, int minutes) override
    {
        passphrase = fresh;
        return changedTo(minutes);
    }
    QFuture<Result<Done>> change(const QString &typed, const QString &to) override
    {
        if (typed != passphrase)
            return wrong();
        passphrase = to;
        return changedTo(after);
    }
    QFuture<Result<Done>> setMinutes(int minutes) override { return changedTo(minutes); }
    QFuture<Result<Done>> remove(const QString &typed) override
    {
        if (typed != passphrase)
            return wrong();
        passphrase.clear();
        return changedTo(0);
    }
    QFuture<Result<Done>> unlock(const QString &typed) override
    {
        tries.append(typed);
        if (typed != passphrase)
            return wrong();
        is_locked = false;
        Q_EMIT unlocked();
        return QtFuture::makeReadyFuture(Result<Done>(Done{}));
    }
    void lock() override
    {
        is_locked = true;
        Q_EMIT locked();
    }

    QString passphrase = u"open sesame"_s;
    QString damage;
    int after = 10;
    int pause = 0;
    bool is_locked = false;
    QStringList tries;

private:
    static QFuture<Result<Done>> wrong()
    {
        return QtFuture::makeReadyFuture(Result<Done>(Error{Error::Code::WrongKey, u"That is not the passphrase."_s, {}, true}));
    }
    QFuture<Result<Done>> changedTo(int minutes)
    {
        after = minutes;
        Q_EMIT changed();
        return QtFuture::makeReadyFuture(Result<Done>(Done{}));
    }
};

} // namespace calldeck
