#pragma once

#include "BackendHost.h"
#include "FilePreferences.h"
#include "Options.h"
#include "backend/DeskAccount.h"
#include "backend/DeskSync.h"
#include "demo/DemoFeed.h"
#include "desk/AccountService.h"
#include "shell/MainWindow.h"
#include "store/DeskStore.h"

namespace calldeck
{

/** One data directory that is open, with all that works on it and its window. Destroyed, it has kept what was typed and closed everything. */
class OpenDesk : public QObject
{
    Q_OBJECT
public:
    /**
     * `account` null for a desk that works by itself, over a backend of its own; `accounts` null where nobody can sign in, `lock` where nothing can be locked.
     * Blocks for the few milliseconds of opening the data.
     */
    static Result<std::unique_ptr<OpenDesk>> open(const Options &options, const DataKey &key, Theme &theme, DeskAccount *account, AccountService *accounts, LockService *lock);
    ~OpenDesk() override;

    /** Makes the window; shows it, or takes the picture that the options ask for. */
    void show(CallKey call);
    MainWindow &window() { return *m_window; }
    DeskSync *sync() { return m_sync.get(); }

Q_SIGNALS:
    /** The workspace's settings are others than those that this desk shows. */
    void settingsChanged();
    void signInAsked();
    /** The store of the desk's own backend cannot be read. */
    void storeDamaged();
    /** "window made", "window shown", "first rows painted". */
    void reached(const char *step);

private:
    OpenDesk(const Options &options, Theme &theme, AccountService *accounts, LockService *lock) : m_options(options), m_theme(theme), m_accounts(accounts), m_lock(lock) {}
    void syncWith(DeskAccount &account);
    void syncWithOwnBackend(const DatabaseKey &key);
    void takeScreenshot();

    const Options &m_options;
    Theme &m_theme;
    AccountService *m_accounts;
    LockService *m_lock;
    std::unique_ptr<FilePreferences> m_preferences;
    std::unique_ptr<DeskStore> m_store; ///< holds the directory's lock, so it goes after the backend
    std::unique_ptr<BackendHost> m_backend; ///< null for a desk with an account
    std::unique_ptr<DeskSync> m_sync;
    std::unique_ptr<DemoFeed> m_feed;
    std::unique_ptr<MainWindow> m_window;
};

} // namespace calldeck
