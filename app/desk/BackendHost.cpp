#include "BackendHost.h"

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
    const auto cache = CacheFile::open(m_place.data_dir, CacheFile::Mode::ReadOnly, m_place.key);
    auto backend = cache ? OwnBackend::start(m_place, **cache) : Result<std::unique_ptr<OwnBackend>>(cache.error());
    const auto token = backend ? (*backend)->newToken() : Result<QByteArray>(backend.error());
    if (!token) {
        QMetaObject::invokeMethod(this, [this, error = token.error()] {
            Q_EMIT failed(error);
            m_retry.start();
        });
        return;
    }
    m_backend = *std::move(backend);
    QMetaObject::invokeMethod(this, [this, url = m_backend->url(), token = *token] { Q_EMIT ready(url, token); });
}

void BackendHost::renew()
{
    onThread([this] {
        const auto token = m_backend ? m_backend->newToken() : Result<QByteArray>(Error{});
        if (token)
            QMetaObject::invokeMethod(this, [this, token = *token] { Q_EMIT tokenReady(token); });
    });
}

void BackendHost::take(const QList<IncomingCall> &calls)
{
    onThread([this, calls] {
        if (!m_backend)
            return;
        if (const Verdict taken = m_backend->take(calls, QDateTime::currentMSecsSinceEpoch()); !taken)
            QMetaObject::invokeMethod(this, [this, error = taken.error()] { Q_EMIT failed(error); });
    });
}

} // namespace calldeck
