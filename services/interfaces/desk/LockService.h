#pragma once

#include "records/Records.h"

#include <QFuture>
#include <QObject>

namespace calldeck
{

/** The lock of a desk that somebody walked away from, as the window sees it. Lives on the GUI thread; what asks for the passphrase is answered later. */
class LockService : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;
    /** Whether there is a passphrase: without one nothing locks. */
    virtual bool isSet() const = 0;
    virtual bool isLocked() const = 0;
    virtual TimeMs lockedAt() const = 0;
    /** Why no passphrase can unlock it, and what to do; "" when one can. */
    virtual QString problem() const = 0;
    /** After which the desk locks by itself. */
    virtual int minutes() const = 0;
    /** For how long no passphrase is looked at, after wrong ones. */
    virtual int pauseMs() const = 0;

    /** Where there is none yet. */
    virtual QFuture<Result<Done>> set(const QString &passphrase, int minutes) = 0;
    /** WrongKey when `passphrase` is not the present one, here and below. */
    virtual QFuture<Result<Done>> change(const QString &passphrase, const QString &to) = 0;
    virtual QFuture<Result<Done>> setMinutes(int minutes) = 0;
    virtual QFuture<Result<Done>> remove(const QString &passphrase) = 0;
    virtual QFuture<Result<Done>> unlock(const QString &passphrase) = 0;
    /** Now; nothing while there is no passphrase. */
    virtual void lock() = 0;

Q_SIGNALS:
    void locked();
    void unlocked();
    /** isSet() or minutes(). */
    void changed();
};

} // namespace calldeck
