#include "table/EmptyState.h"

#include <QHBoxLayout>

namespace calldeck
{

EmptyState::EmptyState(const Theme &theme, QWidget *parent)
    : QWidget(parent), m_theme(theme), m_icon(new QLabel(this)), m_title(new Text(theme, TypeRole::Heading, Token::Text)),
      m_advice(new Text(theme, TypeRole::Body, Token::TextMuted)), m_action(new Button(theme, ButtonKind::Secondary, QString()))
{
    auto *column = new QVBoxLayout(this);
    column->setSpacing(metrics::gap);
    column->addStretch(2);
    column->addWidget(m_icon, 0, Qt::AlignHCenter);
    column->addWidget(m_title, 0, Qt::AlignHCenter);
    // Centred by stretches: an aligned label would be given the height of a single line.
    auto *middle = new QHBoxLayout;
    middle->addStretch();
    middle->addWidget(m_advice);
    middle->addStretch();
    column->addLayout(middle);
    column->addWidget(m_action, 0, Qt::AlignHCenter);
    column->addStretch(3);
    m_advice->setWordWrap(true);
    m_advice->setAlignment(Qt::AlignHCenter);
    m_advice->setFixedWidth(420);
    m_advice->setTextInteractionFlags(Qt::TextSelectableByMouse);
    connect(m_action, &QPushButton::clicked, this, &EmptyState::actionAsked);
}

void EmptyState::say(const QString &icon, const QString &title, const QString &advice, const QString &action)
{
    m_icon->setPixmap(m_theme.pixmap(icon, Token::TextFaint, 36, devicePixelRatioF()));
    m_title->setText(title);
    m_advice->setText(advice);
    m_action->setText(action);
    m_action->setVisible(!action.isEmpty());
}

} // namespace calldeck
