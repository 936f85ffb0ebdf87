#pragma once

#include "records/Result.h"

#include <QFuture>
#include <QPromise>
#include <QThread>
#include <atomic>
#include <functional>
#include <memory>
#include <utility>

namespace calldeck
{

/**
 * A thread that runs tasks one after the other in the order they were posted, each with the state that the thread owns (a
 * connection and what hangs on it). The state is made and destroyed on the thread. Destruction finishes the posted tasks first.
 */
template <class State> class ServiceThread
{
public:
    explicit ServiceThread(const QString &name)
    {
        m_thread.setObjectName(name);
        m_context.moveToThread(&m_thread);
        m_thread.start();
    }
    ~ServiceThread() { finish(); }

    /** Does what was posted, then ends the thread; what is asked afterwards is answered with Error::Code::Cancelled. Call on the owner's thread. */
    void finish()
    {
        if (std::exchange(m_finished, true))
            return;
        post([this](State *) { m_state.reset(); });
        QMetaObject::invokeMethod(&m_context, [this] { m_thread.quit(); }, Qt::QueuedConnection);
        m_thread.wait();
    }

    /** `task` gets the state, null while there is none. */
    void post(std::function<void(State *)> task)
    {
        QMetaObject::invokeMethod(&m_context, [this, task = std::move(task)] { task(m_state.get()); }, Qt::QueuedConnection);
    }
    void install(std::unique_ptr<State> state) { m_state = std::move(state); } ///< from a task only

    /** Runs `work(State &)` there and gives its Result<T> as a future. */
    template <class T, class Work> QFuture<Result<T>> ask(Work work)
    {
        auto promise = std::make_shared<QPromise<Result<T>>>();
        promise->start();
        QFuture<Result<T>> future = promise->future();
        if (m_finished) {
            promise->addResult(Result<T>(Error{Error::Code::Cancelled, QStringLiteral("The data is closed."), {}, false}));
            promise->finish();
            return future;
        }
        post([promise, work = std::move(work)](State *state) {
            promise->addResult(state ? Result<T>(work(*state)) : Result<T>(Error{Error::Code::Io, QStringLiteral("The data is not open."), {}, false}));
            promise->finish();
        });
        return future;
    }

private:
    bool m_finished = false; ///< owner's thread only
    QThread m_thread;
    QObject m_context;
    std::unique_ptr<State> m_state;
};

} // namespace calldeck
