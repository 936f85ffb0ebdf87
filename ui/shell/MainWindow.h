#pragma once

#include "desk/AccountService.h"
#include "desk/DeskPreferences.h"
#include "desk/DeskService.h"
#include "desk/LiveFeed.h"
#include "desk/LockService.h"
#include "desk/SyncService.h"
#include "theme/Controls.h"

#include <QTimer>

class QSplitter;
class QStackedWidget;

namespace calldeck
{

class CallDrawer;
class CallsPage;
class DeskArea;
class FollowUpsView;
class KeySheet;
class LockPage;
class NavigationRail;
class SavedViewMenu;
class SettingsView;
class StatusLine;
class SyncPanel;
class TopBar;
class TriageController;

/** The frame: rail, top bar, the view, the drawer and the status line; it hands keys and calls from one to the other. While the desk is locked, the lock page alone. */
class MainWindow : public QWidget
{
    Q_OBJECT
public:
    /** `feed` null when nothing arrives by itself, `sync` when there is no server, `account` where nobody can sign in, `lock` where nothing can be locked. */
    MainWindow(DeskService &desk, Theme &theme, DeskPreferences &preferences, LiveFeed *feed, SyncService *sync = nullptr, AccountService *account = nullptr, LockService *lock = nullptr);

    /** triage, calls, followups, settings or keys; false when there is no such view. */
    bool showView(const QString &view);
    void openCall(CallKey call);
    /** Hands what is typed and not yet saved to the desk. */
    void keepTyped();
    /** Whether nothing would be lost, and nobody interrupted, if this window were made anew: drafts come back, half a filter or a selection does not. */
    bool isAtRest() const;
    void tell(const QString &sentence) { say(sentence, false); }
    /** The call in the drawer, 0 for none. */
    CallKey currentCall() const;
    /** Tells the person what did not work. */
    void fail(const Error &error);

Q_SIGNALS:
    /** Rows stand on the screen for the first time. */
    void firstRowsPainted();
    /** The file with the data is damaged: some of it cannot be read. */
    void damaged(const Error &error);
    /** Everything that was asked for has come and nothing moved for a moment. */
    void settled();

protected:
    void closeEvent(QCloseEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void showEvent(QShowEvent *event) override;

private:
    void build();
    void connectPage();
    void connectDrawer();
    void connectFrame();
    void connectSync();
    void connectLock();
    void lockNow();
    void showLock();
    void putAway();
    void bringBack();
    void handle(const QString &action);
    bool handleCall(const QString &action);
    bool isCallView() const { return m_view == QLatin1String("triage") || m_view == QLatin1String("calls"); }
    void showSettings();
    void showKeys();
    void showDrawer(bool on);
    void sizeDrawer();
    void close();
    void focusList();
    void say(const QString &sentence, bool canUndo);
    void saved(const Receipt &receipt, const QString &sentence);
    void showCounts(const DeskCounts &counts);
    void showStatus();
    void switchTheme(ThemeChoice choice);

    DeskService &m_desk;
    Theme &m_theme;
    DeskPreferences &m_preferences;
    SyncService *m_sync;
    AccountService *m_account;
    LockService *m_lock;
    DeskArea *m_area; ///< all below but the lock page is in it
    NavigationRail *m_rail;
    TopBar *m_top;
    QSplitter *m_splitter;
    QStackedWidget *m_stack;
    CallsPage *m_page;
    FollowUpsView *m_followUps;
    SettingsView *m_settings = nullptr; ///< from its first showing
    CallDrawer *m_drawer;
    StatusLine *m_status;
    TriageController *m_triage;
    SavedViewMenu *m_savedViews;
    SyncPanel *m_syncPanel = nullptr; ///< from its first showing
    KeySheet *m_keys = nullptr; ///< from its first showing
    Toast *m_toast;
    LockPage *m_lockPage = nullptr; ///< null without a lock
    QPointer<QWidget> m_focusBefore; ///< the lock
    std::optional<std::pair<QString, bool>> m_unsaid; ///< what say() was last to say while the desk was locked
    QTimer m_quiet;
    QString m_view;
    bool m_painted = false;
};

} // namespace calldeck
