#pragma once

#include "desk/DeskService.h"
#include "drawer/DraftSaver.h"
#include "theme/Controls.h"

#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSet>

namespace calldeck
{

class AmountPicker;
class DispositionPicker;
class FollowUpPicker;

/** The foot of the drawer: which disposition, what it needs, what is still missing, and the two save buttons. */
class DispositionPanel : public QWidget
{
    Q_OBJECT
public:
    DispositionPanel(DeskService &desk, const Theme &theme, QWidget *parent = nullptr);

    /** Turns to a call, or with 0 to none. Keys are taken at once; what they mean is settled when its detail comes. */
    void begin(CallKey call);
    /**
     * The detail of the call. The first one after begin() brings the draft from the disk, which what was typed meanwhile goes on top
     * of; with later ones what stands in the form is left alone.
     */
    void setDetail(const CallDetail &detail);
    bool isWaiting() const { return m_waiting; }
    CallKey call() const { return m_call; }
    /** What stands in the form now. */
    DispositionEntry entry() const;
    /** Something is chosen or typed that is not saved. */
    bool isTouched() const { return m_call && !entry().isEmpty(); }
    void choose(QChar hotkey);
    void focusNotes();
    void focusFollowUp();
    /** Saves when complete; says what is missing, and goes there, when not. While a save is under way it only adds "and next" to it. */
    void save(bool thenNext);
    bool isSaving() const { return m_saving.contains(m_call); }
    void flushDraft() { m_drafts.flush(); }
    /** Puts back as a draft what a disposition that was undone had recorded. */
    void restore(CallKey call, const DispositionEntry &entry);

Q_SIGNALS:
    void saving(calldeck::CallKey call, bool thenNext);
    void notSaved(calldeck::CallKey call);
    void saved(const calldeck::Receipt &receipt, const QString &sentence);
    void recorded(calldeck::CallKey call, const calldeck::DispositionEntry &entry, const calldeck::Receipt &receipt);
    void savedAndNext(calldeck::CallKey call);
    void touched();
    void doneTyping();
    /** A save was refused for a call that is no longer shown; refusals for the one that is shown are said in the form. */
    void failed(const calldeck::Error &error);

private:
    struct Shown {
        CallKey call = 0;
        QString call_id;
        DispositionEntry entry;
        bool then_next = false;
    };

    void buildInputs(QVBoxLayout *column);
    void buildFoot(QVBoxLayout *column);
    void connectDrafts();
    void keepTypedEarly();
    void take(const CallDetail &detail);
    void fillFirst(const CallDetail &detail);
    void fill(const Draft &draft);
    void choose(const QString &key);
    void suggestFollowUp(const DispositionRule *rule);
    void edited();
    void showInputs();
    void showMissing(Token ink);
    void sayProblem(const QString &sentence);
    void say(const QString &sentence, Token ink);
    void focusMissing(Missing part);
    void sayState(const QString &text, Token ink);
    void sayRecorded();
    void finishSave(const Shown &was, const Result<Receipt> &receipt);
    QList<MissingPart> missing() const;
    QString clock(TimeMs at) const;

    DeskService &m_desk;
    DraftSaver m_drafts;
    CallKey m_call = 0;
    QString m_callId;
    QString m_recorded; ///< disposition that is already on the call
    bool m_hasContact = false;
    bool m_waiting = false; ///< for the first detail of the call
    std::optional<bool> m_saveWhenFilled; ///< Save was asked for while waiting; true for Save & next
    bool m_filling = false;
    bool m_followUpWanted = false;   ///< F was pressed: shown though nothing asks for it
    bool m_followUpSuggested = false; ///< the time came with the disposition and goes with it
    QHash<CallKey, bool> m_saving; ///< under way; true to go on to the next call afterwards
    QString m_chosen;
    QString m_problem; ///< said until the person goes on, "" for none
    DispositionPicker *m_picker;
    QPlainTextEdit *m_notes;
    AmountPicker *m_amount;
    QLineEdit *m_transfer;
    FollowUpPicker *m_followUp;
    Text *m_missing; ///< what is missing, or why nothing was saved
    Text *m_state;
    Button *m_save;
    Button *m_saveNext;
};

} // namespace calldeck
