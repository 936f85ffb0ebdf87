#pragma once

#include "desk/LockService.h"
#include "theme/Controls.h"

class QLineEdit;

namespace calldeck
{

/** Asks for a passphrase of the lock: a new one, another one, or the present one to turn it off. Empty as soon as it is closed. */
class LockForm : public Popover
{
    Q_OBJECT
public:
    enum class Wish { Set, Change, TurnOff };
    LockForm(LockService &lock, const Theme &theme, QWidget *window);
    void ask(Wish wish);

Q_SIGNALS:
    void said(const QString &sentence);

private:
    QLineEdit *addField(QBoxLayout *column, const QString &name);
    void clear();
    void check();
    void confirm();
    QFuture<Result<Done>> apply();
    void say(const QString &sentence, Token ink);

    LockService &m_lock;
    const Theme &m_theme;
    Wish m_wish = Wish::Set;
    bool m_asking = false; ///< the lock
    Text *m_heading;
    Text *m_explanation;
    QLineEdit *m_present;
    QLineEdit *m_new;
    QLineEdit *m_again;
    Text *m_hint;
    Button *m_confirm;
};

} // namespace calldeck
