#pragma once

#include "desk/DeskPreferences.h"
#include "desk/DeskService.h"
#include "theme/Controls.h"

#include <QTabWidget>

namespace calldeck
{

class DetailsTab;
class DispositionPanel;
class DrawerHeader;
class HistoryTab;
class SummaryTab;

/** One call: header, tabs, and the disposition at the foot. */
class CallDrawer : public QWidget
{
    Q_OBJECT
public:
    CallDrawer(DeskService &desk, const Theme &theme, QWidget *parent = nullptr);

    /** Shows a call, or with 0 none. Its draft comes back as it was typed. */
    void showCall(CallKey call);
    CallKey call() const { return m_call; }
    const Call &shownCall() const { return m_shown; }
    bool isFilled() const { return m_shown.key == m_call; }
    bool isSaving() const;
    /** "Summary", "Details" or "History". */
    void showTab(const QString &name);

    /** A disposition is chosen or notes are typed that are not saved. */
    bool hasUnsavedDecision() const;
    void choose(QChar hotkey);
    void focusNotes();
    void openFollowUp();
    void editTags();
    void editValue();
    void toggleEmergency();
    void save(bool thenNext);
    void flushDraft();
    /** Puts back as a draft what a disposition that was undone had recorded. */
    void restore(CallKey call, const DispositionEntry &entry);

Q_SIGNALS:
    /** Turned to a call whose detail is still on its way. */
    void begun(calldeck::CallKey call);
    void filled(calldeck::CallKey call);
    /** No call is shown, also because the one that was asked for could not be read. */
    void emptied();
    /** A disposition is on its way to the disk; recorded() follows when it is there. */
    void saving(calldeck::CallKey call, bool thenNext);
    void notSaved(calldeck::CallKey call);
    void recorded(calldeck::CallKey call, const calldeck::DispositionEntry &entry, const calldeck::Receipt &receipt);
    void saved(const calldeck::Receipt &receipt, const QString &sentence);
    void savedAndNext(calldeck::CallKey call);
    /** Enter or Esc in a field: the list takes over again. */
    void doneTyping();
    void previousAsked();
    void nextAsked();
    void closeAsked();
    void callAsked(calldeck::CallKey call);
    void failed(const calldeck::Error &error);

protected:
    bool event(QEvent *event) override;

private:
    void connectHeader();
    void connectParts();
    void refill();
    void showNone();
    void take(const CallDetail &detail);
    void apply(const Command &command, const QString &sentence);
    void toggleDoNotContact();

    DeskService &m_desk;
    CallKey m_call = 0;
    quint64 m_request = 0; ///< of the newest detail(); an older answer is dropped
    Call m_shown;
    DrawerHeader *m_header;
    QTabWidget *m_tabs;
    SummaryTab *m_summary;
    DetailsTab *m_details;
    HistoryTab *m_history;
    DispositionPanel *m_disposition;
};

} // namespace calldeck
