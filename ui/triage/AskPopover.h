#pragma once

#include "theme/Controls.h"

#include <QLineEdit>

namespace calldeck
{

/**
 * A short question over the window: a sentence, perhaps a field, and answers that each have a key. Enter gives the first answer or
 * the one that has the focus, Esc closes.
 */
class AskPopover : public Popover
{
    Q_OBJECT
public:
    AskPopover(const Theme &theme, const QString &question, const QString &explanation, QWidget *window);

    QLineEdit *addField(const QString &placeholder, const QString &name);
    /** `key` 0 for none but Enter or the mouse. */
    Button *addAnswer(ButtonKind kind, const QString &text, int key);
    /** Why the answer could not be taken; "" for nothing. */
    void sayProblem(const QString &sentence);
    void ask();

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    const Theme &m_theme;
    QVBoxLayout *m_column;
    QBoxLayout *m_answers;
    QLineEdit *m_field = nullptr;
    Text *m_problem;
    QList<std::pair<int, Button *>> m_keys;
};

} // namespace calldeck
