#pragma once

#include "desk/DeskService.h"
#include "theme/Controls.h"

#include <QLineEdit>
#include <QListWidget>

namespace calldeck
{

/** The linked contact, or a search to link one, or a button to make one from the call. */
class ContactCard : public QWidget
{
    Q_OBJECT
public:
    ContactCard(DeskService &desk, const Theme &theme, QWidget *parent = nullptr);
    void setCall(const CallDetail &detail);

Q_SIGNALS:
    void commandAsked(const calldeck::LinkContact &command, const QString &sentence);

private:
    void search(const QString &text);

    DeskService &m_desk;
    CallKey m_call = 0;
    quint64 m_request = 0;
    Text *m_who;
    Button *m_unlink;
    Button *m_create;
    QLineEdit *m_search;
    QListWidget *m_found;
};

} // namespace calldeck
