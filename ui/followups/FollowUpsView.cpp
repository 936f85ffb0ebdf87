#include "followups/FollowUpsView.h"

#include "desk/Answer.h"
#include "drawer/FollowUpPicker.h"
#include "followups/FollowUpDelegate.h"
#include "followups/FollowUpModel.h"
#include "rules/FollowUp.h"
#include "table/EmptyState.h"

#include <QHBoxLayout>
#include <QKeyEvent>

namespace calldeck
{

FollowUpsView::FollowUpsView(DeskService &desk, const Theme &theme, QWidget *window)
    : QWidget(window), m_desk(desk), m_theme(theme), m_model(new FollowUpModel(desk, this)), m_list(new QListView(this)), m_empty(new EmptyState(theme, this)),
      m_tools(new QWidget(this)), m_mover(new Popover(theme, QStringLiteral("Move the follow-up"), window)), m_picker(new FollowUpPicker(desk, theme, m_mover))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    buildTools();
    buildMove();
    column->addWidget(m_tools);
    column->addWidget(m_list, 1);
    column->addWidget(m_empty, 1);
    m_list->setModel(m_model);
    m_list->setItemDelegate(new FollowUpDelegate(theme, *m_model, desk.workspace().region, this));
    m_list->setAccessibleName(QStringLiteral("Open follow-ups"));
    m_list->setMouseTracking(true);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_list->installEventFilter(this);
    setFocusProxy(m_list);
    connect(m_model, &FollowUpModel::loaded, this, &FollowUpsView::take);
    connect(m_model, &FollowUpModel::failed, this, &FollowUpsView::failed);
    connect(m_list->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex &current) {
        if (const FollowUpTask *task = m_model->taskAt(current.row())) {
            m_kept = task->id;
            m_keptRow = current.row();
            if (!m_taking)
                announce(*task);
        }
    });
    connect(m_list, &QListView::clicked, this, &FollowUpsView::announceCurrent);
    connect(m_list, &QListView::doubleClicked, this, [this](const QModelIndex &index) {
        if (const FollowUpTask *task = m_model->taskAt(index.row()))
            Q_EMIT opened(task->call);
    });
    connect(&theme, &Theme::changed, m_list->viewport(), qOverload<>(&QWidget::update));
    take();
}

void FollowUpsView::buildTools()
{
    auto *row = new QHBoxLayout(m_tools);
    row->setContentsMargins(20, 2, 14, 8);
    row->setSpacing(6);
    auto *all = new Button(m_theme, ButtonKind::Chip, QStringLiteral("Everybody's"), {}, m_tools);
    auto *mine = new Button(m_theme, ButtonKind::Chip, QStringLiteral("Mine"), QStringLiteral("user"), m_tools);
    for (Button *chip : {all, mine}) {
        chip->setCheckable(true);
        chip->setAutoExclusive(true);
        row->addWidget(chip);
    }
    all->setChecked(true);
    connect(all, &QPushButton::clicked, this, [this] { m_model->setOwner({}); });
    connect(mine, &QPushButton::clicked, this, [this] { m_model->setOwner(m_desk.agentName()); });
    row->addStretch();
    auto *done = new Button(m_theme, ButtonKind::Ghost, QStringLiteral("Done  D"), QStringLiteral("check"), m_tools);
    auto *move = new Button(m_theme, ButtonKind::Ghost, QStringLiteral("Move  M"), QStringLiteral("calendar-clock"), m_tools);
    row->addWidget(done);
    row->addWidget(move);
    connect(done, &QPushButton::clicked, this, &FollowUpsView::done);
    connect(move, &QPushButton::clicked, this, &FollowUpsView::askMove);
}

void FollowUpsView::buildMove()
{
    auto *column = new QVBoxLayout(m_mover);
    column->setContentsMargins(18, 16, 18, 16);
    column->setSpacing(metrics::gap);
    column->addWidget(new Text(m_theme, TypeRole::Heading, Token::Text, QStringLiteral("Move the follow-up"), m_mover));
    m_picker->setMinimumWidth(400);
    column->addWidget(m_picker);
    auto *row = new QHBoxLayout;
    auto *apply = new Button(m_theme, ButtonKind::Primary, QStringLiteral("Move"), {}, m_mover);
    auto *cancel = new Button(m_theme, ButtonKind::Ghost, QStringLiteral("Cancel  Esc"), {}, m_mover);
    row->addWidget(apply);
    row->addWidget(cancel);
    row->addStretch();
    column->addLayout(row);
    connect(apply, &QPushButton::clicked, this, &FollowUpsView::move);
    connect(m_picker, &FollowUpPicker::finished, this, &FollowUpsView::move);
    connect(cancel, &QPushButton::clicked, m_mover, &QWidget::hide);
}

void FollowUpsView::open()
{
    m_announced.clear();
    m_opening = true;
    m_model->reload();
}

void FollowUpsView::announce(const FollowUpTask &task)
{
    m_announced = task.id;
    Q_EMIT callChosen(task.call);
}

void FollowUpsView::announceCurrent()
{
    const FollowUpTask *task = m_model->taskAt(m_list->currentIndex().row());
    if (task && task->id != m_announced)
        announce(*task);
}

void FollowUpsView::focusList() { m_list->setFocus(); }
int FollowUpsView::count() const { return m_model->taskCount(); }

void FollowUpsView::take()
{
    const bool some = m_model->taskCount() > 0;
    m_list->setVisible(some || !m_model->isLoaded());
    m_empty->setVisible(!some && m_model->isLoaded());
    m_empty->say(QStringLiteral("check"), QStringLiteral("Nobody waits for a call back"), QStringLiteral("Follow-ups that you schedule, and those of missed calls, stand here until they are done."), {});
    if (some) {
        const int same = m_model->rowOf(m_kept);
        const FollowUpTask *task = m_model->taskAt(same);
        const bool there = task && task->id == m_kept;
        // The one that was current is done: go on with what took its place.
        const int place = there ? same : m_model->taskRowFrom(std::min(m_keptRow, m_model->rowCount()) - 1, 1);
        // Somebody may be typing in the drawer: it turns to another call only when the person at the desk asked for that.
        const bool done = !there && !m_kept.isEmpty() && m_kept == m_doneTask;
        m_taking = !std::exchange(m_opening, false) && !done;
        m_list->setCurrentIndex(m_model->index(m_model->taskAt(place) ? place : m_model->taskRowFrom(m_model->rowCount(), -1)));
        m_taking = false;
    }
    Q_EMIT countChanged(m_model->taskCount());
}

void FollowUpsView::step(int by)
{
    if (!currentTask().isEmpty() && currentTask() != m_announced) {
        // The list went on by itself, and the drawer did not: now it does.
        announceCurrent();
        return;
    }
    const int row = m_model->taskRowFrom(m_list->currentIndex().row(), by);
    if (m_model->taskAt(row))
        m_list->setCurrentIndex(m_model->index(row));
}

QString FollowUpsView::currentTask() const
{
    const FollowUpTask *task = m_model->taskAt(m_list->currentIndex().row());
    return task ? task->id : QString();
}

void FollowUpsView::done()
{
    m_doneTask = currentTask();
    if (!m_doneTask.isEmpty())
        apply(CloseFollowUp{m_doneTask, FollowUpState::DONE}, QStringLiteral("Follow-up done"));
}

void FollowUpsView::askMove()
{
    m_moving = currentTask();
    if (m_moving.isEmpty())
        return;
    m_picker->setTime({});
    m_mover->openCentred();
    m_picker->focusField();
}

void FollowUpsView::move()
{
    if (m_moving.isEmpty() || !m_picker->time())
        return;
    m_mover->hide();
    apply(MoveFollowUp{m_moving, *m_picker->time()},
          QStringLiteral("Follow-up moved to %1").arg(followUpTimeText(*m_picker->time(), m_desk.now(), QTimeZone(m_desk.workspace().zone))));
}

void FollowUpsView::apply(const Command &command, const QString &sentence)
{
    onAnswer(m_desk.apply(command), this, [this, sentence](const Result<Receipt> &receipt) {
        if (receipt)
            Q_EMIT saved(*receipt, sentence);
        else
            Q_EMIT failed(receipt.error());
    });
}

bool FollowUpsView::eventFilter(QObject *watched, QEvent *event)
{
    if (watched != m_list || event->type() != QEvent::KeyPress)
        return false;
    auto *key = static_cast<QKeyEvent *>(event);
    if (key->modifiers() != Qt::NoModifier)
        return false;
    switch (key->key()) {
    case Qt::Key_D: done(); return true;
    case Qt::Key_M: askMove(); return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (const FollowUpTask *task = m_model->taskAt(m_list->currentIndex().row()))
            Q_EMIT opened(task->call);
        return true;
    default: return false;
    }
}

} // namespace calldeck
