#include "BackendHost.h"

#include "records/Damage.h"
#include "store/CacheFile.h"

#include <QDateTime>

namespace calldeck
{

namespace
{

constexpr int retryMs = 10'000;

} // namespace

BackendHost::BackendHost(OwnPlace place) : m_place(std::move(place)), m_there(new QObject)
{
    m_place.cancelled = [this] { return m_closing.load(); };
    m_place.damaged = [this](const Error &) { QMetaObject::invokeMethod(this, &BackendHost::storeDamaged); };
    m_thread.setObjectName(QStringLiteral("calldeck backend"));
    m_there->moveToThread(&m_thread);
    connect(&m_thread, &QThread::finished, m_there, &QObject::deleteLater);
    m_retry.setSingleShot(true);
    m_retry.setInterval(retryMs);
    connect(&m_retry, &QTimer::timeout, this, [this] { onThread([this] { open(); }); });
    m_thread.start();
}

BackendHost::~BackendHost()
{
    m_closing = true;
    onThread([this] { m_backend.reset(); });
    onThread([this] { m_thread.quit(); });
    m_thread.wait();
}

void BackendHost::onThread(const std::function<void()> &work) { QMetaObject::invokeMethod(m_there, work, Qt::QueuedConnection); }

void BackendHost::start()
{
    if (std::exchange(m_started, true))
        return;
    onThread([this] { open(); });
}

void BackendHost::open()
{
    const auto cache = CacheFile::open(m_place.data_dir, CacheFile::Mode::ReadWrite, m_place.key);
    auto backend = cache ? OwnBackend::start(m_place, **cache) : Result<std::unique_ptr<OwnBackend>>(cache.error());
    const auto token = backend ? (*backend)->newToken() : Result<QByteArray>(backend.error());
    if (!token) {
        QMetaObject::invokeMethod(this, [this, error = token.error()] {
            Q_EMIT failed(error);
            m_retry.start();
        });
        lookForDamage(token.error());
        return;
    }
    m_backend = *std::move(backend);
    takeWaiting();
    QMetaObject::invokeMethod(this, [this, url = m_backend->url(), token = *token] { Q_EMIT ready(url, token); });
}

/** What opening failed with may be of the desk's own file, and looking reads the whole store: until it is known. */
void BackendHost::lookForDamage(const Error &error)
{
    const bool suspicious = isDamage(error) || error.code == Error::Code::Foreign || error.code == Error::Code::WrongKey;
    if (suspicious && !m_looked) {
        const auto whole = isOwnStoreWhole(m_place.data_dir, m_place.key, m_place.cancelled);
        m_looked = static_cast<bool>(whole);
        m_damaged = whole && !*whole;
    }
    // Told at each try: whoever hears it may have had something else to do.
    if (suspicious && m_damaged)
        m_place.damaged(error);
}

void BackendHost::renew()
{
    if (std::exchange(m_renewing, true))
        return;
    onThread([this] {
        const auto token = m_backend ? m_backend->newToken() : Result<QByteArray>(Error{Error::Code::Busy, QStringLiteral("It is not running yet."), {}, true});
        QMetaObject::invokeMethod(this, [this, token] {
            m_renewing = false;
            token ? Q_EMIT tokenReady(*token) : Q_EMIT failed(token.error());
        });
    });
}

void BackendHost::take(const QList<IncomingCall> &calls)
{
    onThread([this, calls] {
        m_waiting.append(calls);
        if (m_backend)
            takeWaiting();
    });
}

void BackendHost::takeWaiting()
{
    const QList<IncomingCall> calls = std::exchange(m_waiting, {});
    const Verdict taken = calls.isEmpty() ? Verdict(Done{}) : m_backend->take(calls, QDateTime::currentMSecsSinceEpoch());
    if (!taken)
        QMetaObject::invokeMethod(this, [this, error = taken.error()] { Q_EMIT failed(error); });
}

} // namespace calldeck
