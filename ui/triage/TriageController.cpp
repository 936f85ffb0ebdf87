#include "triage/TriageController.h"

#include <QHBoxLayout>
#include <QShortcut>

namespace calldeck
{

namespace
{

constexpr int undoLevels = 50;

} // namespace

TriageController::TriageController(DeskService &desk, Theme &theme, CallTable &table, CallDrawer &drawer, QWidget *window)
    : QObject(window), m_desk(desk), m_theme(theme), m_table(table), m_drawer(drawer), m_progressLine(new Text(theme, TypeRole::Body, Token::TextMuted)),
      m_skip(new Popover(theme, QStringLiteral("Skip this call"), window)), m_reason(new QLineEdit), m_guard(new Popover(theme, QStringLiteral("Leave this call?"), window))
{
    buildSkip(window);
    buildGuard(window);
    connect(&drawer, &CallDrawer::savedAndNext, this, &TriageController::goOn);
    connect(&drawer, &CallDrawer::doneTyping, this, [this] { m_table.focusList(); });
    connect(&drawer, &CallDrawer::previousAsked, this, [this] { move(false); });
    connect(&drawer, &CallDrawer::nextAsked, this, [this] { move(true); });
    connect(&drawer, &CallDrawer::filled, this, [this] { m_onThisCall.start(); });
    connect(&desk, &DeskService::countsChanged, this, &TriageController::counted);
}

void TriageController::buildSkip(QWidget *)
{
    auto *column = new QVBoxLayout(m_skip);
    column->setContentsMargins(16, 14, 16, 14);
    column->addWidget(new Text(m_theme, TypeRole::BodyStrong, Token::Text, QStringLiteral("Skip this call, its outcome stays owed")));
    m_reason->setPlaceholderText(QStringLiteral("Why? Kept with the call"));
    m_reason->setAccessibleName(QStringLiteral("Reason for skipping"));
    m_reason->setMinimumWidth(320);
    column->addWidget(m_reason);
    auto *button = new Button(m_theme, ButtonKind::Primary, QStringLiteral("Skip"));
    column->addWidget(button, 0, Qt::AlignRight);
    connect(m_reason, &QLineEdit::returnPressed, this, &TriageController::skip);
    connect(button, &QPushButton::clicked, this, &TriageController::skip);
    m_skip->setFocusProxy(m_reason);
}

void TriageController::buildGuard(QWidget *)
{
    auto *column = new QVBoxLayout(m_guard);
    column->setContentsMargins(16, 14, 16, 14);
    column->addWidget(new Text(m_theme, TypeRole::BodyStrong, Token::Text, QStringLiteral("This call's outcome is not saved yet")));
    column->addWidget(new Text(m_theme, TypeRole::Body, Token::TextMuted, QStringLiteral("What you typed is kept as a draft either way.")));
    auto *row = new QHBoxLayout;
    auto *save = new Button(m_theme, ButtonKind::Primary, QStringLiteral("Save && next  ↵"));
    auto *skip = new Button(m_theme, ButtonKind::Secondary, QStringLiteral("Skip with a reason  S"));
    auto *stay = new Button(m_theme, ButtonKind::Ghost, QStringLiteral("Stay  Esc"));
    for (Button *button : {save, skip, stay})
        row->addWidget(button);
    column->addLayout(row);
    save->setDefault(true);
    connect(save, &QPushButton::clicked, this, [this] {
        m_guard->hide();
        m_drawer.save(true);
    });
    connect(skip, &QPushButton::clicked, this, [this] {
        m_guard->hide();
        openSkip(true);
    });
    connect(stay, &QPushButton::clicked, m_guard, &QWidget::hide);
    for (int key : {Qt::Key_Return, Qt::Key_Enter})
        connect(new QShortcut(QKeySequence(key), m_guard, nullptr, nullptr, Qt::WidgetWithChildrenShortcut), &QShortcut::activated, save, &QPushButton::click);
    connect(new QShortcut(QKeySequence(Qt::Key_S), m_guard, nullptr, nullptr, Qt::WidgetWithChildrenShortcut), &QShortcut::activated, skip, &QPushButton::click);
}

void TriageController::setActive(bool active)
{
    m_active = active;
    m_progressLine->setVisible(active);
    m_desk.counts().then(this, [this](const Result<DeskCounts> &counts) {
        if (counts)
            counted(*counts);
    });
}

bool TriageController::handle(const QString &action)
{
    if (action == QStringLiteral("next"))
        move(true);
    else if (action == QStringLiteral("previous"))
        move(false);
    else if (action == QStringLiteral("notes"))
        m_drawer.focusNotes();
    else if (action == QStringLiteral("follow-up"))
        m_drawer.openFollowUp();
    else if (action == QStringLiteral("tags"))
        m_drawer.editTags();
    else if (action == QStringLiteral("value"))
        m_drawer.editValue();
    else if (action == QStringLiteral("emergency"))
        m_drawer.toggleEmergency();
    else if (action == QStringLiteral("skip"))
        openSkip(true);
    else if (action == QStringLiteral("save"))
        m_drawer.save(false);
    else if (action == QStringLiteral("save-next"))
        m_drawer.save(true);
    else if (action == QStringLiteral("undo"))
        undo();
    else if (action.startsWith(QStringLiteral("disposition-")))
        m_drawer.choose(action.back());
    else
        return false;
    return true;
}

void TriageController::move(bool forward)
{
    m_forward = forward;
    if (m_active && m_drawer.hasUnsavedDecision()) {
        m_drawer.flushDraft();
        m_guard->openCentred();
        return;
    }
    moveNow(forward);
}

void TriageController::moveNow(bool forward) { forward ? m_table.selectNext() : m_table.selectPrevious(); }

void TriageController::goOn(CallKey from)
{
    if (m_onThisCall.isValid())
        m_progress.seconds_per_call.append(m_onThisCall.elapsed() / 1000);
    ++m_progress.done;
    showProgress();
    m_table.focusList();
    if (m_table.currentCall() != from)
        return;
    const CallKey next = m_table.keyAfter(from);
    if (next)
        m_table.select(next);
}

void TriageController::openSkip(bool thenMove)
{
    if (!m_drawer.call())
        return;
    m_moveAfterSkip = thenMove;
    m_reason->clear();
    m_skip->openCentred();
    m_reason->setFocus();
}

void TriageController::skip()
{
    const CallKey call = m_drawer.call();
    m_desk.apply(SkipTriage{call, m_reason->text()}).then(this, [this](const Result<Receipt> &receipt) {
        if (!receipt) {
            Q_EMIT failed(receipt.error());
            return;
        }
        m_skip->hide();
        remember(*receipt);
        Q_EMIT said(QStringLiteral("Skipped, the outcome is still owed"), true);
        m_table.focusList();
        if (m_moveAfterSkip)
            moveNow(m_forward);
    });
}

void TriageController::remember(const Receipt &receipt)
{
    m_undoable.append(receipt.mutation_id);
    if (m_undoable.size() > undoLevels)
        m_undoable.removeFirst();
}

void TriageController::undo()
{
    if (m_undoable.isEmpty()) {
        Q_EMIT said(QStringLiteral("There is nothing to undo"), false);
        return;
    }
    m_desk.apply(Undo{m_undoable.takeLast()}).then(this, [this](const Result<Receipt> &receipt) {
        if (receipt)
            Q_EMIT said(QStringLiteral("Undone"), false);
        else
            Q_EMIT failed(receipt.error());
    });
}

void TriageController::counted(const DeskCounts &counts)
{
    m_progress.waiting = counts.triage;
    m_progress.overdue = counts.triage_overdue;
    showProgress();
}

void TriageController::showProgress()
{
    m_progressLine->setText(m_progress.sentence());
    m_progressLine->setAccessibleName(m_progressLine->text());
}

} // namespace calldeck
