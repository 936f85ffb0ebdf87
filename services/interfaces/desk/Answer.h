#pragma once

#include <QFuture>
#include <QFutureWatcher>
#include <QObject>
#include <QThread>

namespace calldeck
{

/**
 * Calls `handler(const T &)` on the thread of `context`, which is the caller's, once `future` has its answer; never when `context`
 * is gone by then, nor when nobody answers any more. `QFuture::then(context, ...)` is not used for it: with Qt 6.4 the answering
 * thread follows a pointer to a context that may just be going, and stops the program when it has gone.
 */
template <class T, class Handler> void onAnswer(const QFuture<T> &future, QObject *context, Handler handler)
{
    Q_ASSERT(context && context->thread() == QThread::currentThread());
    auto *watcher = new QFutureWatcher<T>(context);
    QObject::connect(watcher, &QFutureWatcherBase::finished, context, [watcher, handler = std::move(handler)]() mutable {
        watcher->deleteLater();
        const QFuture<T> answered = watcher->future();
        if (answered.resultCount() > 0)
            handler(answered.result());
    });
    watcher->setFuture(future);
}

} // namespace calldeck
