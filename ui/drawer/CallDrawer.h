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

    void showCall(CallKey call);
    CallKey call() const { return m_call; }
    const Call &shownCall() const { return m_shown; }
    bool isFilled() const { return m_shown.key == m_call; }
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

Q_SIGNALS:
    void filled(calldeck::CallKey call);
    void saved(const calldeck::Receipt &receipt, const QString &sentence);
    void savedAndNext(calldeck::CallKey call);
    void doneTyping();
    void previousAsked();
    void nextAsked();
    void closeAsked();
    void callAsked(calldeck::CallKey call);
    void failed(const calldeck::Error &error);

private:
    void connectParts();
    void refill();
    void take(const CallDetail &detail);
    void apply(const Command &command, const QString &sentence);
    void toggleDoNotContact();

    DeskService &m_desk;
    CallKey m_call = 0;
    Call m_shown;
    DrawerHeader *m_header;
    QTabWidget *m_tabs;
    SummaryTab *m_summary;
    DetailsTab *m_details;
    HistoryTab *m_history;
    DispositionPanel *m_disposition;
};

} // namespace calldeck
