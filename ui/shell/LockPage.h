#pragma once

#include "desk/DeskService.h"
#include "desk/LockService.h"
#include "theme/Controls.h"

#include <QTimer>

class QLineEdit;

namespace calldeck
{

/** What a locked desk shows in place of its calls: whose it is, since when, and a field for the passphrase. */
class LockPage : public Panel
{
    Q_OBJECT
public:
    LockPage(LockService &lock, const DeskService &desk, const Theme &theme, QWidget *window);
    /** Shows it with an empty field that has the focus. */
    void open();

private:
    QWidget *card();
    void showLook();
    void unlock();
    void refused(const Error &error);
    void showPause();
    void say(const QString &sentence);

    LockService &m_lock;
    const DeskService &m_desk;
    const Theme &m_theme;
    QLabel *m_icon;
    Text *m_since;
    QLineEdit *m_field;
    Text *m_problem;
    Button *m_button;
    QTimer m_timer; ///< while a pause counts down
    QString m_refusal;
    bool m_checking = false;
};

} // namespace calldeck
