#include "drawer/FollowUpList.h"

#include "drawer/FollowUpPicker.h"
#include "rules/FollowUp.h"

#include <QHBoxLayout>

namespace calldeck
{

namespace
{

QString stateOf(const FollowUpTask &task) { return QStringLiteral("%1 %2 %3").arg(task.id).arg(task.due_at).arg(task.note); }

} // namespace

FollowUpList::FollowUpList(DeskService &desk, const Theme &theme, QWidget *parent) : QWidget(parent), m_desk(desk), m_theme(theme)
{
    setAccessibleName(QStringLiteral("Open follow-ups"));
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(metrics::smallGap);
}

void FollowUpList::setTasks(const QList<FollowUpTask> &tasks)
{
    QStringList wanted;
    for (const FollowUpTask &task : tasks)
        wanted.append(stateOf(task));
    if (wanted == m_shown)
        return;
    m_shown = wanted;
    for (QWidget *row : findChildren<QWidget *>(QString(), Qt::FindDirectChildrenOnly)) {
        row->hide();
        row->deleteLater();
    }
    for (const FollowUpTask &task : tasks)
        addRow(task);
}

void FollowUpList::addRow(const FollowUpTask &task)
{
    auto *row = new QWidget(this);
    auto *column = new QVBoxLayout(row);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(metrics::smallGap);
    auto *line = new QHBoxLayout;
    line->setSpacing(2);
    const bool late = task.due_at <= m_desk.now();
    const QString when = followUpTimeText(task.due_at, m_desk.now(), QTimeZone(m_desk.workspace().zone));
    QStringList parts{late ? QStringLiteral("Overdue, %1").arg(when) : when, task.note, task.owner};
    parts.removeAll(QString());
    auto *text = new Text(m_theme, TypeRole::Body, late ? Token::Overdue : Token::Text, parts.join(QStringLiteral(" · ")), row);
    text->setWordWrap(true);
    auto *done = new Button(m_theme, ButtonKind::Ghost, QStringLiteral("Done"), QStringLiteral("check"), row);
    done->setAccessibleName(QStringLiteral("Follow-up %1 is done").arg(when));
    auto *move = new Button(m_theme, ButtonKind::Ghost, QStringLiteral("Move"), QStringLiteral("calendar-clock"), row);
    move->setAccessibleName(QStringLiteral("Move the follow-up %1").arg(when));
    line->addWidget(text, 1);
    line->addWidget(done);
    line->addWidget(move);
    column->addLayout(line);
    layout()->addWidget(row);
    connect(done, &QPushButton::clicked, this, [this, id = task.id] { Q_EMIT commandAsked(CloseFollowUp{id, FollowUpState::DONE}, QStringLiteral("Follow-up done")); });
    connect(move, &QPushButton::clicked, this, [this, row, id = task.id] { openMove(row, id); });
}

void FollowUpList::openMove(QWidget *row, const QString &task)
{
    if (auto *open = row->findChild<FollowUpPicker *>()) {
        open->focusField();
        return;
    }
    auto *picker = new FollowUpPicker(m_desk, m_theme, row);
    auto *apply = new Button(m_theme, ButtonKind::Secondary, QStringLiteral("Move follow-up"), {}, row);
    apply->setEnabled(false);
    row->layout()->addWidget(picker);
    static_cast<QVBoxLayout *>(row->layout())->addWidget(apply, 0, Qt::AlignLeft);
    const auto moveNow = [this, picker, task] {
        if (picker->time())
            Q_EMIT commandAsked(MoveFollowUp{task, *picker->time()},
                                QStringLiteral("Follow-up moved to %1").arg(followUpTimeText(*picker->time(), m_desk.now(), QTimeZone(m_desk.workspace().zone))));
    };
    connect(picker, &FollowUpPicker::picked, apply, [picker, apply] { apply->setEnabled(picker->time().has_value()); });
    connect(picker, &FollowUpPicker::finished, this, moveNow);
    connect(apply, &QPushButton::clicked, this, moveNow);
    picker->focusField();
}

} // namespace calldeck
