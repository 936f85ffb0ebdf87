#pragma once

#include "drawer/CallDrawer.h"
#include "rules/Triage.h"
#include "table/CallTable.h"

#include <QElapsedTimer>

namespace calldeck
{

class AskPopover;
class TypeAhead;

/**
 * Working through the list one call at a time: moving, saving and going on, skipping with a reason, undo, progress. Moving and
 * saving work in every list; the question before leaving, and the progress, belong to triage. GUI thread.
 */
class TriageController : public QObject
{
    Q_OBJECT
public:
    TriageController(DeskService &desk, Theme &theme, CallTable &table, CallDrawer &drawer, QWidget *window);

    QWidget *progressLine() const { return m_line; }
    /** One of the keys of the key map that are about the call at hand; false when it is not. */
    bool handle(const QString &action);
    void setActive(bool active);
    /** False when a decision on the call at hand is not saved: then the question what to do with it has been asked. */
    bool mayLeave();
    /** Takes back the newest change of this session that still stands; a disposition comes back as a draft of its call. */
    void undo();
    /** A change that undo() can take back. Changes made in the drawer are known already. */
    void remember(const Receipt &receipt);

Q_SIGNALS:
    void said(const QString &sentence, bool canUndo);
    void failed(const calldeck::Error &error);
    /** A call was saved, and the list that is shown is not this controller's: that one goes on. */
    void nextAsked();

private:
    struct Step {
        QString mutation_id;
        CallKey call = 0;
        DispositionEntry entry; ///< of a disposition, else empty
        bool counted = false;   ///< as done in the progress
    };

    void buildLine();
    void buildSkip();
    void buildGuard();
    void connectParts();
    void move(bool forward);
    void moveNow(bool forward);
    void saveAndGoOn();
    void leaving(CallKey call);
    void stay();
    void releaseKeys();
    void goOn(CallKey from);
    void turnFrom(CallKey from, CallKey next);
    void openSkip();
    void skip();
    void recorded(CallKey call, const DispositionEntry &entry, const Receipt &receipt);
    void count(CallKey call);
    void tookBack(const Step &step);
    void leave(CallKey from, CallKey next);
    /** The call that is worked after this one: the next in the list that is not decided yet, else the one before; 0 for none. */
    CallKey following(CallKey call) const;
    CallKey firstUndecided(int row, int step) const;
    void noteFollower();
    void counted(const DeskCounts &counts);
    void showProgress();

    DeskService &m_desk;
    Theme &m_theme;
    CallTable &m_table;
    CallDrawer &m_drawer;
    TypeAhead *m_ahead; ///< keys for the call after m_leaving
    QWidget *m_line;
    Text *m_progressText;
    Pill *m_owed;
    AskPopover *m_skip;
    QLineEdit *m_reason;
    AskPopover *m_guard;
    TriageProgress m_progress;
    int m_outcomesOwed = 0;
    QElapsedTimer m_onThisCall;
    QList<Step> m_undoable; ///< oldest first
    QHash<CallKey, CallKey> m_nextAfter; ///< the call that followed when a save began
    CallKey m_leaving = 0;               ///< being saved before going on
    QSet<CallKey> m_decided;             ///< in triage, and still in the list
    CallKey m_follower = 0;              ///< of the current call, for when that one leaves the list
    bool m_forward = true;
    CallKey m_skipped = 0;               ///< whose reason is being asked for
    bool m_skipping = false;
    bool m_undoWhenSaved = false;        ///< undo was asked for during a save
    bool m_active = false;
};

} // namespace calldeck
