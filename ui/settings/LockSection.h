#pragma once

#include "desk/LockService.h"
#include "settings/LockForm.h"

namespace calldeck
{

/** Settings of the lock: to set one, how soon it locks, another passphrase, and none. */
class LockSection : public QWidget
{
    Q_OBJECT
public:
    LockSection(LockService &lock, const Theme &theme, QWidget *window);

Q_SIGNALS:
    void said(const QString &sentence);

private:
    void addTimes();
    void addButtons();
    Button *addWish(QBoxLayout *row, const QString &words, LockForm::Wish wish);
    void choose(int minutes);
    void refresh();

    LockService &m_lock;
    const Theme &m_theme;
    LockForm *m_form;
    QWidget *m_off; ///< what there is to do without a passphrase
    QWidget *m_on;  ///< and with one
    Button *m_set;
    Button *m_change = nullptr;
    QList<std::pair<int, Button *>> m_times;
};

} // namespace calldeck
