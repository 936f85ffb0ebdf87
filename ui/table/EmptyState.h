#pragma once

#include "theme/Controls.h"

namespace calldeck
{

/** What stands where the rows would be: why there are none, and what to do next. */
class EmptyState : public QWidget
{
    Q_OBJECT
public:
    EmptyState(const Theme &theme, QWidget *parent);
    void say(const QString &icon, const QString &title, const QString &advice, const QString &action);

Q_SIGNALS:
    void actionAsked();

private:
    const Theme &m_theme;
    QLabel *m_icon;
    Text *m_title;
    Text *m_advice;
    Button *m_action;
};

} // namespace calldeck
