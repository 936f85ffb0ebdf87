#pragma once

#include "desk/DeskService.h"
#include "theme/Controls.h"

namespace calldeck
{

/** The open follow-ups of a number: each can be marked done or moved to another time. */
class FollowUpList : public QWidget
{
    Q_OBJECT
public:
    FollowUpList(DeskService &desk, const Theme &theme, QWidget *parent = nullptr);
    /** Rows are made anew only when the tasks differ, so that neither focus nor a time being typed is lost to news of the call. */
    void setTasks(const QList<FollowUpTask> &tasks);

Q_SIGNALS:
    void commandAsked(const calldeck::Command &command, const QString &sentence);

private:
    void addRow(const FollowUpTask &task);
    void openMove(QWidget *row, const QString &task);

    DeskService &m_desk;
    const Theme &m_theme;
    QStringList m_shown;
};

} // namespace calldeck
