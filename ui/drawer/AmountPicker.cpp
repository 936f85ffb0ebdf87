#include "drawer/AmountPicker.h"

#include "theme/FlowLayout.h"
#include "rules/Money.h"
#include "table/CallColumns.h"

namespace calldeck
{

namespace
{

constexpr qint64 quickAmounts[] = {15'000, 35'000, 75'000, 250'000};
constexpr int fieldWidth = 92;

} // namespace

AmountPicker::AmountPicker(const Theme &theme, const QString &name, QWidget *parent)
    : QWidget(parent), m_field(new QLineEdit(this)), m_problem(new Text(theme, TypeRole::Small, Token::Overdue, {}, this))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(metrics::smallGap);
    auto *choices = new QWidget(this);
    auto *row = new FlowLayout(choices, 6);
    for (qint64 amount : quickAmounts) {
        auto *button = new Button(theme, ButtonKind::Chip, moneyText(amount), {}, choices);
        button->setCheckable(true);
        button->setAccessibleName(QStringLiteral("%1: %2").arg(name, moneyText(amount)));
        connect(button, &QPushButton::clicked, this, [this, amount] {
            setCents(amount);
            Q_EMIT changed();
            Q_EMIT entered();
        });
        row->addWidget(button);
        m_quick.append({amount, button});
    }
    m_field->setPlaceholderText(QStringLiteral("Other"));
    m_field->setAccessibleName(name);
    m_field->setFixedSize(fieldWidth, metrics::chipHeight);
    row->addWidget(m_field);
    m_problem->setWordWrap(true);
    m_problem->hide();
    column->addWidget(choices);
    column->addWidget(m_problem);
    connect(m_field, &QLineEdit::textEdited, this, &AmountPicker::typed);
    connect(m_field, &QLineEdit::returnPressed, this, &AmountPicker::finished);
    connect(m_field, &QLineEdit::editingFinished, this, [this] {
        if (std::exchange(m_typed, false) && m_problem->isHidden())
            Q_EMIT entered();
    });
}

void AmountPicker::setCents(OptionalInt cents)
{
    m_typed = false;
    m_field->setText(cents ? moneyInput(*cents) : QString());
    take(cents, {});
}

void AmountPicker::focusField()
{
    m_field->setFocus();
    m_field->selectAll();
}

void AmountPicker::typed(const QString &text)
{
    m_typed = true;
    const auto amount = parseMoney(text);
    if (amount)
        take(*amount, {});
    else
        take({}, text.trimmed().isEmpty() ? QString() : amount.error().message);
    Q_EMIT changed();
}

void AmountPicker::take(OptionalInt cents, const QString &problem)
{
    m_cents = cents;
    for (const auto &[amount, button] : std::as_const(m_quick))
        button->setChecked(cents == amount);
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
}

} // namespace calldeck
