#include "OpenDesk.h"

#include <QDir>
#include <QTimer>

namespace calldeck
{

namespace
{

constexpr int longestWaitForPictureMs = 20'000;
constexpr int latestBackendStartMs = 1'500;

} // namespace

Result<std::unique_ptr<OpenDesk>> OpenDesk::open(const Options &options, const DataKey &key, Theme &theme, DeskAccount *account, AccountService *accounts, LockService *lock)
{
    auto store = DeskStore::open(options.data_dir, CacheFile::Mode::Create, options.agent_name, key);
    if (!store)
        return store.error();
    std::unique_ptr<OpenDesk> desk(new OpenDesk(options, theme, accounts, lock));
    desk->m_store = *std::move(store);
    // As they were at the sign-in: the first sync would bring them only after the calls.
    if (const auto settings = account ? account->takeSettings() : std::nullopt)
        desk->m_store->configure(*settings);
    desk->m_preferences = std::make_unique<FilePreferences>(QDir(options.data_dir).filePath(QStringLiteral("window.preferences")));
    theme.choose(options.theme.value_or(static_cast<ThemeChoice>(desk->m_preferences->value(QStringLiteral("theme"), 0).toInt())));
    connect(desk->m_store.get(), &DeskStore::settingsChanged, desk.get(), &OpenDesk::settingsChanged);
    account ? desk->syncWith(*account) : desk->syncWithOwnBackend(key.key);
    // Invented calls are for invented businesses.
    if (options.demo && !options.no_feed && desk->m_store->workspace().is_demo)
        desk->m_feed = std::make_unique<DemoFeed>(*desk->m_store, [host = desk->m_backend.get()](const QList<IncomingCall> &calls) { host->take(calls); });
    return desk;
}

OpenDesk::~OpenDesk()
{
    if (m_window)
        m_window->keepTyped();
    if (m_sync)
        m_sync->stop();
    m_store->close();
}

void OpenDesk::syncWith(DeskAccount &account)
{
    m_sync = std::make_unique<DeskSync>(*m_store, DeskSync::Backend::Elsewhere);
    connect(m_sync.get(), &DeskSync::tokenRefused, &account, &DeskAccount::renew);
    connect(&account, &DeskAccount::tokenReady, m_sync.get(), &DeskSync::setToken);
    connect(&account, &DeskAccount::signInLost, m_sync.get(), &DeskSync::signInLost);
    connect(m_sync.get(), &DeskSync::signInAsked, this, &OpenDesk::signInAsked);
}

void OpenDesk::syncWithOwnBackend(const DatabaseKey &key)
{
    m_backend = std::make_unique<BackendHost>(OwnPlace{m_options.data_dir, key, m_options.agent_name, {}});
    m_sync = std::make_unique<DeskSync>(*m_store, DeskSync::Backend::Own);
    connect(m_backend.get(), &BackendHost::ready, m_sync.get(), [this](const QUrl &server, const QByteArray &token) { m_sync->start({server, token}); });
    connect(m_backend.get(), &BackendHost::tokenReady, m_sync.get(), &DeskSync::setToken);
    connect(m_backend.get(), &BackendHost::failed, m_sync.get(), [this](const Error &error) { m_sync->unavailable(error.message); });
    connect(m_backend.get(), &BackendHost::storeDamaged, this, &OpenDesk::storeDamaged);
    connect(m_sync.get(), &DeskSync::tokenRefused, m_backend.get(), &BackendHost::renew);
}

void OpenDesk::show(CallKey call)
{
    m_window = std::make_unique<MainWindow>(*m_store, m_theme, *m_preferences, m_feed.get(), m_sync.get(), m_accounts, m_lock);
    if (!m_options.size.isEmpty())
        m_window->resize(m_options.size);
    if (!m_options.screenshot.isEmpty())
        takeScreenshot();
    Q_EMIT reached("window made");
    connect(m_window.get(), &MainWindow::firstRowsPainted, this, [this] {
        Q_EMIT reached("first rows painted");
        if (m_backend)
            m_backend->start();
    });
    m_window->show();
    Q_EMIT reached("window shown");
    // The first rows come before it; a desk that has none need not wait for them.
    if (m_backend)
        QTimer::singleShot(latestBackendStartMs, m_backend.get(), &BackendHost::start);
    if (!m_options.view.isEmpty() && !m_window->showView(m_options.view)) {
        fputs(qPrintable(QStringLiteral("--view: there is no view named \"%1\".\n").arg(m_options.view)), stderr);
        QMetaObject::invokeMethod(qApp, [] { QCoreApplication::exit(1); }, Qt::QueuedConnection);
    }
    if (call)
        m_window->openCall(call);
    if (m_feed)
        m_feed->start();
}

void OpenDesk::takeScreenshot()
{
    connect(m_window.get(), &MainWindow::settled, this, [this] {
        const bool written = m_window->grab().save(m_options.screenshot);
        if (!written)
            fputs(qPrintable(QStringLiteral("%1 could not be written.\n").arg(m_options.screenshot)), stderr);
        QCoreApplication::exit(written ? 0 : 1);
    });
    QTimer::singleShot(longestWaitForPictureMs, this, [] {
        fputs("The window did not settle, no picture was taken.\n", stderr);
        QCoreApplication::exit(1);
    });
}

} // namespace calldeck
