#pragma once

#include "desk/DeskService.h"
#include "drawer/DraftSaver.h"
#include "drawer/FollowUpPicker.h"

#include <QPlainTextEdit>

namespace calldeck
{

/** The foot of the drawer: which disposition, what it needs, what is still missing, and the two save buttons. */
class DispositionPanel : public QWidget
{
    Q_OBJECT
public:
    DispositionPanel(DeskService &desk, const Theme &theme, QWidget *parent = nullptr);

    /** Shows another call with the draft kept for it. */
    void setCall(const CallDetail &detail);
    CallKey call() const { return m_call; }
    /** What stands in the form now. */
    DispositionEntry entry() const;
    /** Something is chosen or typed that is not saved. */
    bool isTouched() const;
    void choose(QChar hotkey);
    void focusNotes();
    void focusFollowUp();
    bool isTyping() const;
    /** Saves when complete; says what is missing when not. */
    void save(bool thenNext);
    void flushDraft() { m_drafts.flush(); }

Q_SIGNALS:
    void saved(const calldeck::Receipt &receipt, const QString &sentence);
    void savedAndNext(calldeck::CallKey call);
    void touched();
    void doneTyping();

private:
    void buildPicker(QVBoxLayout *column);
    void buildInputs(QVBoxLayout *column);
    void buildFoot(QVBoxLayout *column);
    void choose(const QString &key);
    void edited();
    void showInputs();
    void showMissing();
    void sayState(const QString &text, Token ink);
    void finishSave(const Result<Receipt> &receipt, CallKey call, const DispositionEntry &recorded, const QString &label);
    void parseAmount();

    DeskService &m_desk;
    const Theme &m_theme;
    DraftSaver m_drafts;
    CallKey m_call = 0;
    QString m_callId;
    bool m_hasContact = false;
    bool m_filling = false;
    bool m_saving = false;
    QString m_chosen;
    QString m_recorded; ///< disposition already on the call
    OptionalInt m_amount;
    QHash<QString, Button *> m_buttons;
    QPlainTextEdit *m_notes;
    QLineEdit *m_amountField;
    QLineEdit *m_transferField;
    FollowUpPicker *m_followUp;
    QWidget *m_followUpRow;
    Text *m_missing;
    Text *m_state;
    Button *m_save;
    Button *m_saveNext;
};

} // namespace calldeck
