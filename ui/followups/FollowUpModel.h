#pragma once

#include "desk/DeskService.h"

#include <QAbstractListModel>

namespace calldeck
{

/** Open follow-ups under the headings Overdue, Today, This week and Later. GUI thread. */
class FollowUpModel : public QAbstractListModel
{
    Q_OBJECT
public:
    explicit FollowUpModel(DeskService &desk, QObject *parent = nullptr);

    void reload();
    /** Empty for everybody's. */
    void setOwner(const QString &owner);
    /** Null for a heading. */
    const FollowUpTask *taskAt(int row) const;
    QString headingAt(int row) const { return m_rows.value(row).heading; }
    /** "Fri 14:30", "Overdue, today 9:00". */
    QString dueText(const FollowUpTask &task) const;
    bool isLate(const FollowUpTask &task) const { return task.due_at <= m_desk.now(); }
    QString whoText(const FollowUpTask &task) const;
    /** The row of this task, else the first task, else -1. */
    int rowOf(const QString &task) const;
    /** The next row in a direction that is a task; `row` when there is none. */
    int taskRowFrom(int row, int step) const;
    int taskCount() const { return m_shownTasks; }
    bool isLoaded() const { return m_loaded; }

    int rowCount(const QModelIndex &parent = {}) const override { return parent.isValid() ? 0 : static_cast<int>(m_rows.size()); }
    QVariant data(const QModelIndex &index, int role) const override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;

Q_SIGNALS:
    void loaded();
    void failed(const calldeck::Error &error);

private:
    struct Row {
        QString heading;
        qsizetype task = -1; ///< index into m_tasks
    };
    QString headingOf(TimeMs due) const;
    void rebuild();

    DeskService &m_desk;
    QTimeZone m_zone;
    QString m_owner;
    QList<FollowUpTask> m_tasks;
    QList<Row> m_rows;
    int m_shownTasks = 0;
    bool m_loaded = false;
    quint64 m_request = 0;
};

} // namespace calldeck
