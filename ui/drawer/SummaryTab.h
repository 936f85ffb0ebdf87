#pragma once

#include "drawer/TagEditor.h"

#include <QScrollArea>

namespace calldeck
{

class ContactCard;

/** Why they called, value, tags, contact and open follow-ups. */
class SummaryTab : public QScrollArea
{
    Q_OBJECT
public:
    SummaryTab(DeskService &desk, const Theme &theme, QWidget *parent = nullptr);
    void setCall(const CallDetail &detail);
    void editTags() { m_tags->focusField(); }
    void editValue();

Q_SIGNALS:
    void saved(const calldeck::Receipt &receipt, const QString &sentence);
    void failed(const calldeck::Error &error);

private:
    QLayout *buildValue();
    void setValue(qint64 cents);
    void parseValue();
    void showFollowUps(const QList<FollowUpTask> &tasks);
    void apply(const Command &command, const QString &sentence);

    DeskService &m_desk;
    const Theme &m_theme;
    CallKey m_call = 0;
    Text *m_reason;
    Text *m_summary;
    Text *m_notes;
    Text *m_transcript;
    Text *m_transcriptLabel;
    QLineEdit *m_value;
    QList<std::pair<qint64, Button *>> m_amounts;
    TagEditor *m_tags;
    ContactCard *m_contact;
    QWidget *m_followUps;
};

} // namespace calldeck
