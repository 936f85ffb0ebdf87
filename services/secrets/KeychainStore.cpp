#include "secrets/KeychainStore.h"

#include <QFileInfo>
#include <QThread>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <qt6keychain/keychain.h>

namespace calldeck
{

namespace
{

/** Not a global: a thread that was left to itself may outlive those. */
QString service() { return QStringLiteral("Calldeck"); }

/** What a job left behind, in plain values: the job itself lives and dies on its thread. */
struct Answer {
    QKeychain::Error error = QKeychain::OtherError;
    QString words;
    QByteArray data;
};

struct Waiting {
    std::mutex mutex;
    std::condition_variable arrived;
    std::optional<Answer> answer;
};

using MakeJob = std::function<QKeychain::Job *()>;

/** Without a session bus no keyring can answer, and asking would start a bus of its own. */
bool hasBus()
{
#ifdef Q_OS_LINUX
    return !qEnvironmentVariableIsEmpty("DBUS_SESSION_BUS_ADDRESS")
        || (qEnvironmentVariableIsSet("XDG_RUNTIME_DIR") && QFileInfo::exists(qEnvironmentVariable("XDG_RUNTIME_DIR") + QStringLiteral("/bus")));
#else
    return true;
#endif
}

/**
 * The thread of all jobs. QtKeychain has one queue for the whole process, which lives on the thread that asked first: if that ended, the
 * queue would stand still. Never ended, since a keyring that is locked may never answer (QtKeychain 0.13 waits for ever).
 */
QObject *keyringThread()
{
    static QObject *const there = [] {
        auto *thread = new QThread;
        auto *object = new QObject;
        object->moveToThread(thread);
        thread->start();
        return object;
    }();
    return there;
}

std::optional<Answer> run(const MakeJob &make, std::chrono::milliseconds patience)
{
    const auto waiting = std::make_shared<Waiting>();
    QMetaObject::invokeMethod(
        keyringThread(),
        [make, waiting] {
            QKeychain::Job *job = make();
            job->setInsecureFallback(false);
            QObject::connect(job, &QKeychain::Job::finished, job, [waiting](QKeychain::Job *done) {
                const auto *reading = qobject_cast<QKeychain::ReadPasswordJob *>(done);
                const std::lock_guard guard(waiting->mutex);
                waiting->answer = Answer{done->error(), done->errorString(), reading ? reading->binaryData() : QByteArray()};
                waiting->arrived.notify_one();
            });
            job->start();
        },
        Qt::QueuedConnection);
    std::unique_lock guard(waiting->mutex);
    waiting->arrived.wait_for(guard, patience, [&] { return waiting->answer.has_value(); });
    return std::exchange(waiting->answer, std::nullopt);
}

Error unavailable(const QString &message, const QString &detail = {}) { return {Error::Code::NoKey, message, detail, true}; }

Result<Answer> ask(const MakeJob &make, std::chrono::milliseconds patience)
{
    if (!hasBus())
        return unavailable(QStringLiteral("There is no keyring in this session (no session bus)."));
    auto answer = run(make, patience);
    if (!answer)
        return unavailable(QStringLiteral("The keyring did not answer within %1 s; it is probably locked. Unlock it and try again.").arg(patience.count() / 1000));
    if (answer->error == QKeychain::AccessDenied || answer->error == QKeychain::AccessDeniedByUser)
        return unavailable(QStringLiteral("The keyring is locked or refused access. Unlock it and try again."), answer->words);
    if (answer->error != QKeychain::NoError && answer->error != QKeychain::EntryNotFound)
        return unavailable(QStringLiteral("The keyring cannot be used: %1.").arg(answer->words), answer->words);
    return *std::move(answer);
}

Verdict changed(const Result<Answer> &answer)
{
    if (!answer)
        return answer.error();
    return Done{};
}

} // namespace

Result<std::optional<QByteArray>> KeychainStore::read(const QString &name)
{
    auto answer = ask(
        [name] {
            auto *job = new QKeychain::ReadPasswordJob(service());
            job->setKey(name);
            return job;
        },
        m_patience);
    if (!answer)
        return answer.error();
    return answer->error == QKeychain::EntryNotFound ? std::optional<QByteArray>() : std::optional(answer->data);
}

Verdict KeychainStore::write(const QString &name, const QByteArray &secret)
{
    return changed(ask(
        [name, secret] {
            auto *job = new QKeychain::WritePasswordJob(service());
            job->setKey(name);
            job->setBinaryData(secret);
            return job;
        },
        m_patience));
}

Verdict KeychainStore::remove(const QString &name)
{
    return changed(ask(
        [name] {
            auto *job = new QKeychain::DeletePasswordJob(service());
            job->setKey(name);
            return job;
        },
        m_patience));
}

} // namespace calldeck
