#include "followups/FollowUpModel.h"

#include "desk/Answer.h"
#include "rules/FollowUp.h"
#include "rules/Phone.h"

#include <QDateTime>

namespace calldeck
{

FollowUpModel::FollowUpModel(DeskService &desk, QObject *parent) : QAbstractListModel(parent), m_desk(desk), m_zone(desk.workspace().zone)
{
    connect(&desk, &DeskService::countsChanged, this, &FollowUpModel::reload);
}

void FollowUpModel::reload()
{
    onAnswer(m_desk.followUps(), this, [this, request = ++m_request](const Result<QList<FollowUpTask>> &tasks) {
        if (request != m_request)
            return;
        if (!tasks) {
            Q_EMIT failed(tasks.error());
            return;
        }
        m_tasks = *tasks;
        m_loaded = true;
        rebuild();
    });
}

void FollowUpModel::setOwner(const QString &owner)
{
    m_owner = owner;
    rebuild();
}

QString FollowUpModel::headingOf(TimeMs due) const
{
    const TimeMs now = m_desk.now();
    if (due <= now)
        return QStringLiteral("Overdue");
    const QDate today = QDateTime::fromMSecsSinceEpoch(now, m_zone).date();
    const QDate day = QDateTime::fromMSecsSinceEpoch(due, m_zone).date();
    if (day == today)
        return QStringLiteral("Today");
    return day <= today.addDays(7 - today.dayOfWeek()) ? QStringLiteral("This week") : QStringLiteral("Later");
}

void FollowUpModel::rebuild()
{
    beginResetModel();
    m_rows.clear();
    m_shownTasks = 0;
    QString heading;
    for (qsizetype i = 0; i < m_tasks.size(); ++i) {
        if (!m_owner.isEmpty() && m_tasks[i].owner.compare(m_owner, Qt::CaseInsensitive) != 0)
            continue;
        if (const QString mine = headingOf(m_tasks[i].due_at); mine != heading) {
            heading = mine;
            m_rows.append({heading, -1});
        }
        m_rows.append({{}, i});
        ++m_shownTasks;
    }
    endResetModel();
    Q_EMIT loaded();
}

const FollowUpTask *FollowUpModel::taskAt(int row) const
{
    const qsizetype task = row >= 0 && row < m_rows.size() ? m_rows[row].task : -1;
    return task < 0 ? nullptr : &m_tasks[task];
}

QString FollowUpModel::dueText(const FollowUpTask &task) const { return followUpTimeText(task.due_at, m_desk.now(), m_zone); }

QString FollowUpModel::whoText(const FollowUpTask &task) const
{
    const QString number = formatPhone(task.number, m_desk.workspace().region);
    return task.caller_name.isEmpty() ? number : task.caller_name;
}

int FollowUpModel::rowOf(const QString &task) const
{
    for (int row = 0; row < m_rows.size(); ++row) {
        if (const FollowUpTask *at = taskAt(row); at && at->id == task)
            return row;
    }
    return m_rows.isEmpty() ? -1 : 1;
}

int FollowUpModel::taskRowFrom(int row, int step) const
{
    for (int next = row + step; next >= 0 && next < m_rows.size(); next += step) {
        if (taskAt(next))
            return next;
    }
    return row;
}

QVariant FollowUpModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || (role != Qt::DisplayRole && role != Qt::AccessibleTextRole))
        return {};
    const FollowUpTask *task = taskAt(index.row());
    if (!task)
        return headingAt(index.row());
    QStringList parts{isLate(*task) ? QStringLiteral("Overdue, %1").arg(dueText(*task)) : dueText(*task), whoText(*task), task->note, task->owner};
    parts.removeAll(QString());
    return parts.join(QStringLiteral(", "));
}

Qt::ItemFlags FollowUpModel::flags(const QModelIndex &index) const
{
    return taskAt(index.row()) ? Qt::ItemIsEnabled | Qt::ItemIsSelectable : Qt::ItemIsEnabled;
}

} // namespace calldeck
