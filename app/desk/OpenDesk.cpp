#include "OpenDesk.h"

#include <QDir>
#include <QTimer>

namespace calldeck
{

namespace
{

constexpr int longestWaitForPictureMs = 20'000;

} // namespace

Result<std::unique_ptr<OpenDesk>> OpenDesk::open(const Options &options, const DataKey &key, Theme &theme, DeskAccount *account, AccountService *accounts)
{
    auto store = DeskStore::open(options.data_dir, CacheFile::Mode::Create, options.agent_name, key);
    if (!store)
        return store.error();
    std::unique_ptr<OpenDesk> desk(new OpenDesk(options, theme, accounts));
    desk->m_store = *std::move(store);
    // As they were at the sign-in: the first sync would bring them only after the calls.
    if (const auto settings = account ? account->takeSettings() : std::nullopt)
        desk->m_store->configure(*settings);
    desk->m_preferences = std::make_unique<FilePreferences>(QDir(options.data_dir).filePath(QStringLiteral("window.preferences")));
    theme.choose(options.theme.value_or(static_cast<ThemeChoice>(desk->m_preferences->value(QStringLiteral("theme"), 0).toInt())));
    if (options.demo && !options.no_feed)
        desk->m_feed = std::make_unique<DemoFeed>(*desk->m_store);
    connect(desk->m_store.get(), &DeskStore::settingsChanged, desk.get(), &OpenDesk::settingsChanged);
    if (account)
        desk->startSync(*account);
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

void OpenDesk::startSync(DeskAccount &account)
{
    m_sync = std::make_unique<DeskSync>(*m_store);
    connect(m_sync.get(), &DeskSync::tokenRefused, &account, &DeskAccount::renew);
    connect(&account, &DeskAccount::tokenReady, m_sync.get(), &DeskSync::setToken);
    connect(&account, &DeskAccount::signInLost, m_sync.get(), &DeskSync::signInLost);
    connect(m_sync.get(), &DeskSync::signInAsked, this, &OpenDesk::signInAsked);
}

void OpenDesk::show(CallKey call)
{
    m_window = std::make_unique<MainWindow>(*m_store, m_theme, *m_preferences, m_feed.get(), m_sync.get(), m_accounts);
    if (!m_options.size.isEmpty())
        m_window->resize(m_options.size);
    if (!m_options.screenshot.isEmpty())
        takeScreenshot();
    Q_EMIT reached("window made");
    connect(m_window.get(), &MainWindow::firstRowsPainted, this, [this] { Q_EMIT reached("first rows painted"); });
    m_window->show();
    Q_EMIT reached("window shown");
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
