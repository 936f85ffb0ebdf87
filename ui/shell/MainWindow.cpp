#include "shell/MainWindow.h"

#include "desk/Answer.h"
#include "drawer/CallDrawer.h"
#include "followups/FollowUpsView.h"
#include "settings/SettingsView.h"
#include "records/Damage.h"
#include "shell/CallsPage.h"
#include "shell/DeskArea.h"
#include "shell/KeyMap.h"
#include "shell/KeySheet.h"
#include "shell/LockPage.h"
#include "shell/NavigationRail.h"
#include "shell/SavedViewMenu.h"
#include "shell/StatusLine.h"
#include "shell/SyncPanel.h"
#include "shell/TopBar.h"
#include "triage/TriageController.h"

#include <QApplication>
#include <QCloseEvent>
#include <QDialog>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QSplitter>
#include <QStackedWidget>

namespace calldeck
{

namespace
{

constexpr QSize designedSize(1440, 900);
constexpr QSize smallestSize(1024, 700);
constexpr int narrowestDrawer = 400;
constexpr int designedDrawer = 500;
constexpr int narrowestList = 420;
constexpr int quietMs = 700;

} // namespace

MainWindow::MainWindow(DeskService &desk, Theme &theme, DeskPreferences &preferences, LiveFeed *feed, SyncService *sync, AccountService *account, LockService *lock)
    : m_desk(desk), m_theme(theme), m_preferences(preferences), m_sync(sync), m_account(account), m_lock(lock), m_area(new DeskArea(this)), m_rail(new NavigationRail(theme, m_area)),
      m_top(new TopBar(desk, theme, feed, m_area)), m_splitter(new QSplitter(Qt::Horizontal, m_area)), m_stack(new QStackedWidget), m_page(new CallsPage(desk, theme, preferences, m_area)),
      m_followUps(new FollowUpsView(desk, theme, m_area)), m_drawer(new CallDrawer(desk, theme, m_area)), m_status(new StatusLine(theme, m_area)),
      m_triage(new TriageController(desk, theme, m_page->table(), *m_drawer, m_area)), m_savedViews(new SavedViewMenu(desk, theme, m_area)), m_toast(new Toast(theme, m_area))
{
    setWindowTitle(desk.workspace().name);
    setMinimumSize(smallestSize);
    resize(preferences.value(QStringLiteral("window/size"), designedSize).toSize().expandedTo(smallestSize));
    m_quiet.setSingleShot(true);
    m_quiet.setInterval(quietMs);
    connect(&m_quiet, &QTimer::timeout, this, &MainWindow::settled);
    build();
    connectPage();
    connectDrawer();
    connectFrame();
    connectSync();
    connectLock();
    onAnswer(m_desk.counts(), this, [this](const Result<DeskCounts> &counts) {
        if (counts)
            showCounts(*counts);
    });
    showView(preferences.value(QStringLiteral("window/view"), QStringLiteral("triage")).toString());
    showLock();
}

void MainWindow::connectSync()
{
    if (!m_sync)
        return;
    m_status->setSync(m_sync->status());
    connect(m_sync, &SyncService::statusChanged, m_status, &StatusLine::setSync);
    connect(m_status, &StatusLine::syncAsked, this, [this] {
        if (!m_syncPanel) {
            m_syncPanel = new SyncPanel(*m_sync, m_theme, QTimeZone(m_desk.workspace().zone), m_area);
            connect(m_syncPanel, &SyncPanel::failed, this, &MainWindow::fail);
            connect(m_syncPanel, &SyncPanel::callWanted, this, [this](const QString &callId) {
                onAnswer(m_desk.callNamed(callId), this, [this](const Result<CallKey> &call) { call ? openCall(*call) : fail(call.error()); });
            });
        }
        m_syncPanel->open(m_status->syncButton());
    });
}

void MainWindow::connectLock()
{
    if (!m_lock)
        return;
    m_lockPage = new LockPage(*m_lock, m_desk, m_theme, this);
    layout()->addWidget(m_lockPage);
    connect(m_lock, &LockService::locked, this, &MainWindow::showLock);
    connect(m_lock, &LockService::unlocked, this, &MainWindow::showLock);
}

void MainWindow::lockNow()
{
    if (m_lock && m_lock->isSet())
        m_lock->lock();
    else
        say(m_lock ? QStringLiteral("Set a passphrase in Settings first.") : QStringLiteral("This desk has no lock: its calls are made up."), false);
}

void MainWindow::showLock()
{
    const bool locked = m_lock && m_lock->isLocked();
    if (locked != m_area->isAway())
        locked ? putAway() : bringBack();
}

void MainWindow::putAway()
{
    keepTyped();
    for (Popover *popover : findChildren<Popover *>())
        popover->hide();
    // Dialogs, menus, tooltips and the lists of fields are windows of their own.
    QList<QPointer<QWidget>> others;
    for (QWidget *widget : QApplication::topLevelWidgets()) {
        if (widget != this && widget->isVisible())
            others.append(widget);
    }
    for (const QPointer<QWidget> &other : std::as_const(others)) {
        auto *dialog = qobject_cast<QDialog *>(other);
        // One that waits for something may end that first.
        for (int times = 0; times < 2 && other && other->isVisible(); ++times)
            dialog ? dialog->reject() : other->hide();
    }
    m_focusBefore = focusWidget();
    m_area->putAway(true);
    m_lockPage->open();
}

void MainWindow::bringBack()
{
    m_lockPage->hide();
    m_area->putAway(false);
    QTimer::singleShot(0, this, &MainWindow::sizeDrawer);
    if (m_focusBefore && m_focusBefore->isVisible() && m_focusBefore->isEnabled())
        m_focusBefore->setFocus();
    else
        focusList();
    if (const auto unsaid = std::exchange(m_unsaid, {}))
        say(unsaid->first, unsaid->second);
}

void MainWindow::build()
{
    auto *whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->addWidget(m_area);
    auto *row = new QHBoxLayout(m_area);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(m_rail);
    row->addWidget(new Rule(m_theme, Qt::Vertical, m_area));
    auto *ground = new Panel(m_theme, Token::Window, m_area);
    row->addWidget(ground, 1);
    auto *column = new QVBoxLayout(ground);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_top);
    auto *progress = new QHBoxLayout;
    progress->setContentsMargins(20, 0, 14, 6);
    progress->addWidget(m_triage->progressLine());
    column->addLayout(progress);
    m_stack->addWidget(m_page);
    m_stack->addWidget(m_followUps);
    m_stack->setMinimumWidth(narrowestList);
    m_drawer->setMinimumWidth(narrowestDrawer);
    m_splitter->addWidget(m_stack);
    m_splitter->addWidget(m_drawer);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setStretchFactor(0, 1);
    m_splitter->setHandleWidth(5);
    column->addWidget(m_splitter, 1);
    column->addWidget(new Rule(m_theme, Qt::Horizontal, m_area));
    column->addWidget(m_status);
    m_status->setEncryptionNotice(m_desk.encryptionNotice());
    m_drawer->hide();
}

void MainWindow::connectPage()
{
    CallTable &table = m_page->table();
    connect(&table, &CallTable::currentChanged, this, [this](CallKey call) {
        if (isCallView() && !m_drawer->isHidden())
            m_drawer->showCall(call);
    });
    connect(&table, &CallTable::opened, this, [this](CallKey call) {
        if (call)
            openCall(call);
    });
    connect(&table, &CallTable::followUpAsked, this, [this](CallKey call) {
        openCall(call);
        if (m_drawer->call() == call)
            m_drawer->openFollowUp();
    });
    connect(&table, &CallTable::countChanged, this, [this] {
        if (isCallView() && m_page->table().count() == 0)
            m_drawer->showCall(0);
        showStatus();
    });
    connect(&table, &CallTable::rowsPainted, this, [this] {
        if (!m_painted)
            Q_EMIT firstRowsPainted();
        m_painted = true;
        m_quiet.start();
    });
    connect(m_page, &CallsPage::selectionChanged, this, &MainWindow::showStatus);
    connect(m_page, &CallsPage::saved, this, &MainWindow::saved);
    connect(m_page, &CallsPage::failed, this, &MainWindow::fail);
    connect(m_page, &CallsPage::filtersCleared, this, [this] { m_top->setSearchText({}); });
    connect(m_followUps, &FollowUpsView::callChosen, this, [this](CallKey call) {
        if (m_view == QStringLiteral("followups") && !m_drawer->isHidden())
            m_drawer->showCall(call);
    });
    connect(m_followUps, &FollowUpsView::opened, this, &MainWindow::openCall);
    connect(m_followUps, &FollowUpsView::saved, this, &MainWindow::saved);
    connect(m_followUps, &FollowUpsView::failed, this, &MainWindow::fail);
    connect(m_followUps, &FollowUpsView::countChanged, this, [this] {
        m_quiet.start();
        showStatus();
    });
}

void MainWindow::connectDrawer()
{
    connect(m_drawer, &CallDrawer::filled, this, [this](CallKey call) {
        m_page->table().forgetWanted(call);
        m_quiet.start();
    });
    connect(m_drawer, &CallDrawer::saved, this, &MainWindow::saved);
    connect(m_drawer, &CallDrawer::closeAsked, this, &MainWindow::close);
    connect(m_drawer, &CallDrawer::callAsked, this, &MainWindow::openCall);
    connect(m_drawer, &CallDrawer::failed, this, &MainWindow::fail);
    connect(m_triage, &TriageController::said, this, &MainWindow::say);
    connect(m_triage, &TriageController::failed, this, &MainWindow::fail);
    connect(m_triage, &TriageController::nextAsked, this, [this] {
        m_followUps->focusList();
        m_followUps->step(1);
    });
    connect(m_toast, &Toast::undoAsked, m_triage, &TriageController::undo);
}

void MainWindow::connectFrame()
{
    connect(m_rail, &NavigationRail::chosen, this, &MainWindow::showView);
    connect(new KeyMap(m_area), &KeyMap::triggered, this, &MainWindow::handle);
    connect(m_top, &TopBar::searched, this, [this](const QString &text) {
        if (!isCallView())
            showView(QStringLiteral("calls"));
        m_page->setSearch(text);
    });
    connect(m_top, &TopBar::listAsked, this, [this] { m_stack->currentWidget()->setFocus(); m_page->table().focusList(); });
    connect(m_top, &TopBar::viewsAsked, this, [this](QWidget *anchor) { m_savedViews->open(anchor, m_page->expression()); });
    connect(m_top, &TopBar::themeSwitched, this, [this] { switchTheme(m_theme.isDark() ? ThemeChoice::Light : ThemeChoice::Dark); });
    connect(m_top, &TopBar::keysAsked, this, &MainWindow::showKeys);
    connect(m_savedViews, &SavedViewMenu::failed, this, &MainWindow::fail);
    connect(m_savedViews, &SavedViewMenu::chosen, this, [this](const QString &, const QString &expression) {
        const auto filter = parseCallFilter(expression, m_desk.now(), QTimeZone(m_desk.workspace().zone));
        if (!filter) {
            fail(filter.error());
            return;
        }
        showView(QStringLiteral("calls"));
        if (m_view != QStringLiteral("calls"))
            return; // asked first what to do with an unsaved decision
        m_top->setSearchText({});
        m_page->setFilter(*filter);
    });
    connect(&m_desk, &DeskService::countsChanged, this, &MainWindow::showCounts);
    connect(&m_desk, &DeskService::failed, this, [this](const Error &error) {
        m_status->setBroken(QStringLiteral("Nothing can be saved"));
        fail(error);
    });
    connect(&m_desk, &DeskService::recovered, this, [this] { m_status->setBroken({}); });
    connect(m_splitter, &QSplitter::splitterMoved, this, [this] { m_preferences.setValue(QStringLiteral("drawer/width/") + m_view, m_drawer->width()); });
}

bool MainWindow::showView(const QString &view)
{
    static const QStringList views{QStringLiteral("triage"), QStringLiteral("calls"), QStringLiteral("followups"), QStringLiteral("settings")};
    static const QStringList titles{QStringLiteral("Triage"), QStringLiteral("Calls"), QStringLiteral("Follow-ups"), QStringLiteral("Settings")};
    if (view == QStringLiteral("keys")) {
        QTimer::singleShot(0, this, &MainWindow::showKeys);
        return true;
    }
    const auto place = views.indexOf(view);
    if (place < 0)
        return false;
    if (view == m_view) {
        m_stack->currentWidget()->setFocus();
        return true;
    }
    if (!m_triage->mayLeave())
        return true;
    m_drawer->flushDraft();
    m_view = view;
    m_preferences.setValue(QStringLiteral("window/view"), view);
    m_rail->setCurrent(view);
    m_top->setTitle(titles[place], isCallView());
    m_triage->setActive(view == QStringLiteral("triage"));
    m_drawer->showCall(0);
    showDrawer(view == QStringLiteral("triage") || (view != QStringLiteral("settings") && m_preferences.value(QStringLiteral("drawer/open/") + view, false).toBool()));
    if (isCallView()) {
        m_stack->setCurrentWidget(m_page);
        m_page->showView(view);
        m_page->table().focusList();
    } else if (view == QStringLiteral("followups")) {
        m_stack->setCurrentWidget(m_followUps);
        m_followUps->open();
        m_followUps->focusList();
    } else {
        showSettings();
    }
    showStatus();
    m_quiet.start();
    return true;
}

void MainWindow::showSettings()
{
    // Made when first asked for: the start has better things to do.
    if (!m_settings) {
        m_settings = new SettingsView(m_desk, m_account, m_lock, m_theme, m_area);
        m_stack->addWidget(m_settings);
        connect(m_settings, &SettingsView::keysAsked, this, &MainWindow::showKeys);
        connect(m_settings, &SettingsView::themeChosen, this, &MainWindow::switchTheme);
        connect(m_settings, &SettingsView::said, this, &MainWindow::tell);
        connect(m_settings, &SettingsView::densityChosen, &m_page->table(), &CallTable::setDensity);
    }
    m_settings->setDensity(m_page->table().density());
    m_stack->setCurrentWidget(m_settings);
}

void MainWindow::showKeys()
{
    if (!m_keys)
        m_keys = new KeySheet(m_theme, m_desk.workspace().dispositions, m_area);
    m_keys->openCentred();
}

void MainWindow::openCall(CallKey call)
{
    if (call != m_drawer->call() && !m_triage->mayLeave())
        return;
    if (m_view == QStringLiteral("settings"))
        showView(QStringLiteral("calls"));
    showDrawer(true);
    m_drawer->showCall(call);
    if (isCallView())
        m_page->table().select(call);
}

void MainWindow::keepTyped()
{
    m_drawer->flushDraft();
    m_preferences.setValue(QStringLiteral("window/size"), size());
}

bool MainWindow::isAtRest() const
{
    const auto popovers = findChildren<Popover *>();
    const bool asks = std::any_of(popovers.cbegin(), popovers.cend(), [](const Popover *popover) { return popover->isVisible(); });
    const auto *line = qobject_cast<const QLineEdit *>(QApplication::focusWidget());
    const bool typing = line && !line->text().isEmpty();
    return !asks && !typing && m_page->selectedCount() == 0 && m_page->expression().isEmpty() && QGuiApplication::mouseButtons() == Qt::NoButton;
}

CallKey MainWindow::currentCall() const { return m_drawer->isHidden() ? 0 : m_drawer->call(); }

void MainWindow::showDrawer(bool on)
{
    if (!on)
        m_drawer->flushDraft();
    m_drawer->setVisible(on);
    if (m_view != QStringLiteral("triage") && m_view != QStringLiteral("settings"))
        m_preferences.setValue(QStringLiteral("drawer/open/") + m_view, on);
    if (on)
        sizeDrawer();
}

void MainWindow::sizeDrawer()
{
    const int all = m_splitter->width();
    const int designed = m_view == QStringLiteral("triage") ? std::max(designedDrawer, all / 2) : designedDrawer;
    const int wanted = m_preferences.value(QStringLiteral("drawer/width/") + m_view, designed).toInt();
    const int width = std::clamp(wanted, narrowestDrawer, std::max(narrowestDrawer, all - narrowestList));
    m_splitter->setSizes({all - width, width});
}

void MainWindow::close()
{
    if (m_view != QStringLiteral("triage"))
        showDrawer(false);
    focusList();
}

void MainWindow::focusList()
{
    m_stack->currentWidget()->setFocus();
    if (isCallView())
        m_page->table().focusList();
}

void MainWindow::handle(const QString &action)
{
    if (action.startsWith(QStringLiteral("view-")))
        showView(action.mid(5));
    else if (action == QStringLiteral("search"))
        m_top->focusSearch();
    else if (action == QStringLiteral("keys"))
        showKeys();
    else if (action == QStringLiteral("lock"))
        lockNow();
    else if (action == QStringLiteral("close"))
        close();
    else if (action == QStringLiteral("undo"))
        m_triage->handle(action);
    else if (action.startsWith(QStringLiteral("tab-")) && !m_drawer->isHidden())
        m_drawer->showTab(action.mid(4));
    else if (!handleCall(action) && m_view == QStringLiteral("followups") && (action == QStringLiteral("next") || action == QStringLiteral("previous")))
        m_followUps->step(action == QStringLiteral("next") ? 1 : -1);
}

bool MainWindow::handleCall(const QString &action)
{
    const bool moves = action == QStringLiteral("next") || action == QStringLiteral("previous");
    if (m_view == QStringLiteral("settings") || (moves && !isCallView()))
        return false;
    if (!moves && m_drawer->isHidden()) {
        const CallKey call = isCallView() ? m_page->table().currentCall() : 0;
        if (!call)
            return false;
        openCall(call);
    }
    return m_triage->handle(action);
}

void MainWindow::say(const QString &sentence, bool canUndo)
{
    if (m_area->isAway()) {
        m_unsaid = {sentence, canUndo};
        return;
    }
    m_toast->show(sentence, canUndo);
    m_quiet.start();
}

void MainWindow::fail(const Error &error)
{
    if (error.code != Error::Code::Cancelled)
        say(error.message, false);
    if (isDamage(error))
        Q_EMIT damaged(error);
}

void MainWindow::saved(const Receipt &receipt, const QString &sentence)
{
    m_triage->remember(receipt);
    say(sentence, !receipt.mutation_id.isEmpty());
}

void MainWindow::showCounts(const DeskCounts &counts)
{
    m_rail->setCounts(counts);
    m_status->setCounts(counts);
}

void MainWindow::showStatus()
{
    m_status->setVisible(m_view != QStringLiteral("settings"));
    if (m_view == QStringLiteral("followups")) {
        m_status->setNoun(QStringLiteral("open follow-up"), QStringLiteral("open follow-ups"));
        m_status->setShown(m_followUps->count(), 0, true);
        return;
    }
    m_status->setNoun(QStringLiteral("call"), QStringLiteral("calls"));
    m_status->setShown(m_page->table().count(), m_page->selectedCount(), m_page->table().model().isComplete());
}

void MainWindow::switchTheme(ThemeChoice choice)
{
    m_preferences.setValue(QStringLiteral("theme"), static_cast<int>(choice));
    m_theme.choose(choice);
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    keepTyped();
    QWidget::closeEvent(event);
}

void MainWindow::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    if (!m_drawer->isHidden())
        QTimer::singleShot(0, this, &MainWindow::sizeDrawer);
}

void MainWindow::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    QTimer::singleShot(0, this, &MainWindow::sizeDrawer);
    m_quiet.start();
}

} // namespace calldeck
