#pragma once

#include "drawer/TagEditor.h"

#include <QScrollArea>

namespace calldeck
{

class AmountPicker;
class ContactCard;
class FollowUpList;

/** Why they called, notes, follow-ups, value, tags, contact and how the talk began. */
class SummaryTab : public QScrollArea
{
    Q_OBJECT
public:
    SummaryTab(DeskService &desk, const Theme &theme, QWidget *parent = nullptr);
    void setCall(const CallDetail &detail);
    void editTags();
    void editValue();

Q_SIGNALS:
    void saved(const calldeck::Receipt &receipt, const QString &sentence);
    void failed(const calldeck::Error &error);
    void doneTyping();

private:
    void addSection(QVBoxLayout *column, const Theme &theme, const QString &label, QWidget *part);
    void showSection(QWidget *part, bool on);
    void setValue();
    void apply(const Command &command, const QString &sentence);

    DeskService &m_desk;
    CallKey m_call = 0;
    OptionalInt m_savedValue;
    Text *m_reason;
    Text *m_summary;
    Text *m_notes;
    Text *m_transcript;
    AmountPicker *m_value;
    TagEditor *m_tags;
    ContactCard *m_contact;
    FollowUpList *m_followUps;
    QHash<QWidget *, Text *> m_headings;
};

} // namespace calldeck
