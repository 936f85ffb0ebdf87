#pragma once

#include <QWidget>

namespace calldeck
{

/**
 * All of a window that a lock puts away, popovers and messages too. Put away, nothing in it is seen, has the focus or takes a key, and assistive technology
 * finds nothing in it: Qt goes on listing what is in a hidden widget, names and all.
 */
class DeskArea : public QWidget
{
    Q_OBJECT
public:
    explicit DeskArea(QWidget *window);
    void putAway(bool away);
    bool isAway() const { return m_away; }

private:
    bool m_away = false;
};

} // namespace calldeck
