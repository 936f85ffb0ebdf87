#include "DeskApplication.h"

#include "PassphraseDialog.h"
#include "demo/DemoWorkspace.h"
#include "secrets/KeychainStore.h"
#include "store/DataDirectory.h"

#include <QDir>
#include <QFileInfo>
#include <QMessageBox>
#include <QLoggingCategory>
#include <QTimer>

namespace calldeck
{

namespace
{

Q_LOGGING_CATEGORY(timing, "calldeck.timing", QtWarningMsg)

constexpr int longestWaitForPictureMs = 20'000;

} // namespace

DeskApplication::DeskApplication(QApplication &application, Options options) : m_application(application), m_options(std::move(options)) {}

DeskApplication::~DeskApplication()
{
    if (m_window)
        m_window->keepTyped();
    if (m_store)
        m_store->close();
}

Verdict DeskApplication::start()
{
    noteTime("application ready");
    if (Verdict opened = openData(); !opened)
        return opened;
    noteTime("data open");
    m_preferences = std::make_unique<FilePreferences>(QDir(m_options.data_dir).filePath(QStringLiteral("window.preferences")));
    m_theme = std::make_unique<Theme>();
    const auto remembered = static_cast<ThemeChoice>(m_preferences->value(QStringLiteral("theme"), 0).toInt());
    m_theme->choose(m_options.theme.value_or(remembered));
    m_theme->applyTo(m_application);
    if (m_options.demo && !m_options.no_feed)
        m_feed = std::make_unique<DemoFeed>(*m_store);
    showWindow();
    return Done{};
}

Verdict DeskApplication::openData()
{
    const auto key = findKey();
    if (!key)
        return key.error();
    if (m_options.demo) {
        if (Verdict filled = fillDemo(key->key); !filled)
            return filled;
    }
    auto store = DeskStore::open(m_options.data_dir, CacheFile::Mode::Create, m_options.agent_name, *key);
    if (!store)
        return store.error();
    m_store = *std::move(store);
    return m_options.call.isEmpty() ? Verdict(Done{}) : findCall(key->key);
}

Result<DataKey> DeskApplication::findKey()
{
    const auto lock = DirectoryLock::take(m_options.data_dir);
    if (!lock)
        return lock.error();
    KeyWishes wishes;
    wishes.key_file = m_options.key_file;
    wishes.no_encryption = m_options.no_encryption;
    wishes.plain_without_keyring = m_options.demo;
    if (canAsk() && !m_options.demo)
        wishes.passphrase = [this](bool isNew) { return askPassphrase(isNew); };
    KeychainStore keyring;
    auto key = keyForDesk(m_options.data_dir, wishes, keyring);
    noteTime("key found");
    return key;
}

bool DeskApplication::canAsk() const { return m_options.screenshot.isEmpty() && QGuiApplication::platformName() != QStringLiteral("offscreen"); }

std::optional<QByteArray> DeskApplication::askPassphrase(bool isNew) const
{
    PassphraseDialog dialog(isNew);
    return dialog.exec() == QDialog::Accepted ? std::optional(dialog.passphrase()) : std::nullopt;
}

Verdict DeskApplication::fillDemo(const DatabaseKey &key)
{
    if (QFileInfo::exists(cachePath(m_options.data_dir)))
        return Done{};
    return makeDemoWorkspace(m_options.data_dir, m_options.demo_calls, QDateTime::currentMSecsSinceEpoch(), key);
}

Verdict DeskApplication::findCall(const DatabaseKey &key)
{
    auto cache = CacheFile::open(m_options.data_dir, CacheFile::Mode::ReadOnly, key);
    if (!cache)
        return cache.error();
    const auto call = (*cache)->findCall(m_options.call);
    if (!call)
        return call.error();
    if (!*call)
        return Error{Error::Code::NotFound, QStringLiteral("--call: there is no call \"%1\" in %2.").arg(m_options.call, m_options.data_dir), {}, false};
    m_call = **call;
    return Done{};
}

void DeskApplication::showWindow()
{
    m_window = std::make_unique<MainWindow>(*m_store, *m_theme, *m_preferences, m_feed.get());
    if (!m_options.size.isEmpty())
        m_window->resize(m_options.size);
    if (!m_options.screenshot.isEmpty())
        takeScreenshot();
    noteTime("window made");
    connect(m_window.get(), &MainWindow::firstRowsPainted, this, [this] { noteTime("first rows painted"); });
    m_window->show();
    noteTime("window shown");
    if (!m_options.view.isEmpty() && !m_window->showView(m_options.view)) {
        fputs(qPrintable(QStringLiteral("--view: there is no view named \"%1\".\n").arg(m_options.view)), stderr);
        QMetaObject::invokeMethod(&m_application, [] { QCoreApplication::exit(1); }, Qt::QueuedConnection);
    }
    if (m_call)
        m_window->openCall(m_call);
    if (m_feed)
        m_feed->start();
}

void DeskApplication::noteTime(const char *what) const
{
    qCDebug(timing, "%s after %lld ms", what, QDateTime::currentMSecsSinceEpoch() - m_options.started_at);
}

void DeskApplication::takeScreenshot()
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

bool DeskApplication::showFailure(const Error &error)
{
    fputs(qPrintable(QStringLiteral("calldeck: %1\n").arg(error.message)), stderr);
    if (!canAsk())
        return false;
    m_failure = std::make_unique<QMessageBox>(QMessageBox::Critical, QStringLiteral("Calldeck"), QStringLiteral("The desk could not open."));
    m_failure->setInformativeText(error.message);
    m_failure->setTextFormat(Qt::PlainText);
    m_failure->show();
    return true;
}

} // namespace calldeck
