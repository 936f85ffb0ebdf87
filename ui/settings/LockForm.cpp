#include "settings/LockForm.h"

#include "desk/Answer.h"
#include "rules/Passphrase.h"

#include <QHBoxLayout>
#include <QLineEdit>

namespace calldeck
{

namespace
{

constexpr int formWidth = 400;
constexpr int firstMinutes = 10;

/** By LockForm::Wish. */
struct Words {
    const char16_t *heading;
    const char16_t *explanation;
    const char16_t *confirm;
    const char16_t *done;
};
constexpr Words allWords[] = {
    {u"Set a passphrase", u"Without it this desk stays locked, to you as well.", u"Turn the lock on", u"The lock is on: this desk locks after 10 minutes, or with Ctrl+Shift+L."},
    {u"Change the passphrase", u"From now on only the new one unlocks this desk.", u"Change it", u"The passphrase is changed."},
    {u"Turn the lock off", u"This desk then stays open to whoever comes by.", u"Turn it off", u"The lock is off."},
};
const Words &wordsOf(LockForm::Wish wish) { return allWords[static_cast<size_t>(wish)]; }
QString text(const char16_t *words) { return QString::fromUtf16(words); }

} // namespace

LockForm::LockForm(LockService &lock, const Theme &theme, QWidget *window)
    : Popover(theme, QStringLiteral("Passphrase of the lock"), window), m_lock(lock), m_theme(theme), m_heading(new Text(theme, TypeRole::Heading, Token::Text, {}, this)),
      m_explanation(new Text(theme, TypeRole::Body, Token::TextMuted, {}, this)), m_hint(new Text(theme, TypeRole::Small, Token::TextMuted, {}, this)),
      m_confirm(new Button(theme, ButtonKind::Primary, {}, {}, this))
{
    setFixedWidth(formWidth);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(18, 16, 18, 16);
    column->setSpacing(metrics::gap);
    column->addWidget(m_heading);
    column->addWidget(m_explanation);
    m_present = addField(column, QStringLiteral("Present passphrase"));
    m_new = addField(column, QStringLiteral("New passphrase"));
    m_again = addField(column, QStringLiteral("New passphrase once more"));
    m_hint->setWordWrap(true);
    column->addWidget(m_hint);
    auto *answers = new QHBoxLayout;
    answers->setSpacing(metrics::gap);
    answers->addWidget(m_confirm);
    auto *cancel = new Button(m_theme, ButtonKind::Ghost, QStringLiteral("Cancel  Esc"), {}, this);
    answers->addWidget(cancel);
    answers->addStretch();
    column->addLayout(answers);
    connect(m_confirm, &QPushButton::clicked, this, &LockForm::confirm);
    connect(cancel, &QPushButton::clicked, this, &QWidget::hide);
    connect(this, &Popover::closed, this, &LockForm::clear);
}

QLineEdit *LockForm::addField(QBoxLayout *column, const QString &name)
{
    auto *field = new QLineEdit(this);
    field->setEchoMode(QLineEdit::Password);
    field->setPlaceholderText(name);
    field->setAccessibleName(name);
    column->addWidget(field);
    connect(field, &QLineEdit::textChanged, this, &LockForm::check);
    connect(field, &QLineEdit::returnPressed, this, &LockForm::confirm);
    return field;
}

void LockForm::ask(Wish wish)
{
    m_wish = wish;
    setAccessibleName(text(wordsOf(wish).heading));
    m_heading->setText(text(wordsOf(wish).heading));
    m_explanation->setText(text(wordsOf(wish).explanation));
    m_confirm->setText(text(wordsOf(wish).confirm));
    m_present->setVisible(wish != Wish::Set);
    m_new->setVisible(wish != Wish::TurnOff);
    m_again->setVisible(wish != Wish::TurnOff);
    clear();
    openCentred();
    (wish == Wish::Set ? m_new : m_present)->setFocus();
}

void LockForm::clear()
{
    for (QLineEdit *field : {m_present, m_new, m_again})
        field->clear();
    check();
}

void LockForm::check()
{
    const QString problem = m_wish == Wish::TurnOff ? QString() : newPassphraseProblem(m_new->text(), m_again->text());
    say(problem, Token::TextMuted);
    m_confirm->setEnabled(!m_asking && problem.isEmpty() && (m_wish == Wish::Set || !m_present->text().isEmpty()));
}

QFuture<Result<Done>> LockForm::apply()
{
    switch (m_wish) {
    case Wish::Set: return m_lock.set(m_new->text(), firstMinutes);
    case Wish::Change: return m_lock.change(m_present->text(), m_new->text());
    case Wish::TurnOff: break;
    }
    return m_lock.remove(m_present->text());
}

void LockForm::confirm()
{
    if (!m_confirm->isEnabled())
        return;
    m_asking = true;
    m_confirm->setEnabled(false);
    onAnswer(apply(), this, [this, wish = m_wish](const Result<Done> &done) {
        m_asking = false;
        if (done) {
            hide();
            Q_EMIT said(text(wordsOf(wish).done));
            return;
        }
        if (done.error().code == Error::Code::WrongKey)
            m_present->clear();
        check();
        say(done.error().message, Token::Overdue);
    });
}

void LockForm::say(const QString &sentence, Token ink)
{
    m_hint->setInk(ink);
    m_hint->setText(sentence);
}

} // namespace calldeck
