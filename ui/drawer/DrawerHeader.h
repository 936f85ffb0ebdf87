#pragma once

#include "desk/DeskService.h"
#include "theme/Controls.h"

#include <QTimer>

namespace calldeck
{

/** Who called, how late we are and why, and the quick actions. */
class DrawerHeader : public QWidget
{
    Q_OBJECT
public:
    DrawerHeader(DeskService &desk, const Theme &theme, QWidget *parent = nullptr);
    void setCall(const CallDetail &detail);

Q_SIGNALS:
    void followUpAsked();
    void emergencyAsked();
    void doNotContactAsked();
    void copyAsked();
    void previousAsked();
    void nextAsked();
    void closeAsked();

private:
    void buildTop(QVBoxLayout *column);
    void buildActions(QVBoxLayout *column);
    void tick();

    DeskService &m_desk;
    const Theme &m_theme;
    Call m_call;
    Text *m_name;
    Text *m_second;
    Pill *m_status;
    Pill *m_emergency;
    Pill *m_dnc;
    Pill *m_afterHours;
    Pill *m_repeat;
    Pill *m_sla;
    Text *m_why;
    Text *m_refusal; ///< why this number may not be called
    Button *m_emergencyButton;
    Button *m_dncButton;
    QList<Button *> m_actions;
};

} // namespace calldeck
