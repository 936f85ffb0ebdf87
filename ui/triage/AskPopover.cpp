#include "triage/AskPopover.h"

#include <QHBoxLayout>
#include <QKeyEvent>

namespace calldeck
{

namespace
{

constexpr int narrowest = 340;

} // namespace

AskPopover::AskPopover(const Theme &theme, const QString &question, const QString &explanation, QWidget *window)
    : Popover(theme, question, window), m_theme(theme), m_column(new QVBoxLayout(this)), m_answers(new QHBoxLayout),
      m_problem(new Text(theme, TypeRole::Small, Token::Overdue, {}, this))
{
    setAccessibleDescription(explanation);
    setMinimumWidth(narrowest);
    m_column->setContentsMargins(18, 16, 18, 16);
    m_column->setSpacing(metrics::gap);
    m_column->addWidget(new Text(theme, TypeRole::Heading, Token::Text, question, this));
    m_column->addWidget(new Text(theme, TypeRole::Body, Token::TextMuted, explanation, this));
    m_column->addWidget(m_problem);
    m_column->addSpacing(metrics::smallGap);
    m_answers->setSpacing(metrics::gap);
    m_column->addLayout(m_answers);
    m_problem->hide();
}

QLineEdit *AskPopover::addField(const QString &placeholder, const QString &name)
{
    m_field = new QLineEdit(this);
    m_field->setPlaceholderText(placeholder);
    m_field->setAccessibleName(name);
    m_column->insertWidget(m_column->indexOf(m_problem), m_field);
    return m_field;
}

Button *AskPopover::addAnswer(ButtonKind kind, const QString &text, int key)
{
    QString label = text;
    auto *button = new Button(m_theme, kind, label.replace(u'&', QStringLiteral("&&")), {}, this);
    button->setAccessibleName(text);
    m_answers->addWidget(button);
    m_keys.append({key, button});
    return button;
}

void AskPopover::sayProblem(const QString &sentence)
{
    m_problem->setText(sentence);
    m_problem->setVisible(!sentence.isEmpty());
    adjustSize();
}

void AskPopover::ask()
{
    sayProblem({});
    openCentred();
    if (m_field)
        m_field->setFocus();
}

void AskPopover::keyPressEvent(QKeyEvent *event)
{
    const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    for (const auto &[key, button] : std::as_const(m_keys)) {
        if (enter ? button->hasFocus() : key != 0 && event->key() == key && event->modifiers() == Qt::NoModifier) {
            button->click();
            return;
        }
    }
    if (enter && !m_keys.isEmpty())
        m_keys.first().second->click();
    else
        Popover::keyPressEvent(event);
}

} // namespace calldeck
