#pragma once

#include "desk/DeskService.h"
#include "theme/Controls.h"

#include <QListView>

namespace calldeck
{

class EmptyState;
class FollowUpModel;
class FollowUpPicker;

/** Whom to get back to, and when: overdue first. Done, move, and the call behind it. */
class FollowUpsView : public QWidget
{
    Q_OBJECT
public:
    FollowUpsView(DeskService &desk, const Theme &theme, QWidget *window);

    /** Reads the list again and announces its current call: for turning to this view. */
    void open();
    void step(int by);
    void focusList();
    int count() const;

Q_SIGNALS:
    void callChosen(calldeck::CallKey call);
    void opened(calldeck::CallKey call);
    void saved(const calldeck::Receipt &receipt, const QString &sentence);
    void failed(const calldeck::Error &error);
    void countChanged(int count);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void buildTools();
    void buildMove();
    void take();
    void announce(const FollowUpTask &task);
    void announceCurrent();
    QString currentTask() const;
    void done();
    void askMove();
    void move();
    void apply(const Command &command, const QString &sentence);

    DeskService &m_desk;
    const Theme &m_theme;
    FollowUpModel *m_model;
    QListView *m_list;
    EmptyState *m_empty;
    QWidget *m_tools;
    Popover *m_mover;
    FollowUpPicker *m_picker;
    QString m_kept; ///< task that was current before the list was filled again
    int m_keptRow = 1;
    QString m_moving;    ///< task whose new time is being asked for
    QString m_announced; ///< task whose call was told last
    QString m_doneTask;  ///< closed here: the next one is gone on to
    bool m_opening = false;  ///< the next list comes because the person turned to it
    bool m_taking = false;
};

} // namespace calldeck
