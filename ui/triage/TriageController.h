#pragma once

#include "drawer/CallDrawer.h"
#include "rules/Triage.h"
#include "table/CallTable.h"

#include <QElapsedTimer>
#include <QLineEdit>

namespace calldeck
{

/** Working through the list one call at a time: moving, saving and going on, skipping with a reason, undo, progress. */
class TriageController : public QObject
{
    Q_OBJECT
public:
    TriageController(DeskService &desk, Theme &theme, CallTable &table, CallDrawer &drawer, QWidget *window);

    QWidget *progressLine() const { return m_progressLine; }
    /** One of the keys of the key map that are about the call at hand; false when it is not. */
    bool handle(const QString &action);
    void setActive(bool active);
    void undo();
    void remember(const Receipt &receipt);

Q_SIGNALS:
    void said(const QString &sentence, bool canUndo);
    void failed(const calldeck::Error &error);

private:
    void buildSkip(QWidget *window);
    void buildGuard(QWidget *window);
    void move(bool forward);
    void moveNow(bool forward);
    void goOn(CallKey from);
    void openSkip(bool thenMove);
    void skip();
    void showProgress();
    void counted(const DeskCounts &counts);

    DeskService &m_desk;
    Theme &m_theme;
    CallTable &m_table;
    CallDrawer &m_drawer;
    Text *m_progressLine;
    Popover *m_skip;
    QLineEdit *m_reason;
    Popover *m_guard;
    TriageProgress m_progress;
    QElapsedTimer m_onThisCall;
    QStringList m_undoable;
    bool m_forward = true;
    bool m_moveAfterSkip = false;
    bool m_active = false;
};

} // namespace calldeck
