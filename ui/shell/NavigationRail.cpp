#include "shell/NavigationRail.h"

#include <QVBoxLayout>

namespace calldeck
{

namespace
{

QString countText(int count) { return count > 999 ? QStringLiteral("999+") : QString::number(count); }

} // namespace

RailButton::RailButton(const Theme &theme, const QString &icon, const QString &label, const QString &keys, QWidget *parent)
    : QAbstractButton(parent), m_theme(theme), m_icon(icon)
{
    setText(label);
    setAccessibleName(label);
    setToolTip(QStringLiteral("%1  %2").arg(label, keys));
    setCheckable(true);
    setAutoExclusive(true);
    setAttribute(Qt::WA_Hover);
    setFocusPolicy(Qt::TabFocus);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
}

void RailButton::setCount(int count, bool late)
{
    m_count = count;
    m_late = late;
    setAccessibleDescription(count == 0 ? QString() : QStringLiteral("%1 %2").arg(count).arg(late ? QStringLiteral("overdue") : QStringLiteral("waiting")));
    update();
}

void RailButton::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF tile = QRectF(rect()).adjusted(8, 2, -8, -2);
    painter.setPen(Qt::NoPen);
    if (isChecked() || underMouse()) {
        painter.setBrush(m_theme.color(isChecked() ? Token::AccentSoft : Token::Hover));
        painter.drawRoundedRect(tile, 8, 8);
    }
    const Token ink = isChecked() ? Token::AccentText : Token::TextMuted;
    painter.drawPixmap(QPoint((width() - 20) / 2, 11), m_theme.pixmap(m_icon, ink, 20, devicePixelRatioF()));
    painter.setFont(m_theme.font(isChecked() ? TypeRole::SmallStrong : TypeRole::Small));
    painter.setPen(m_theme.color(ink));
    painter.drawText(QRect(0, 34, width(), 18), Qt::AlignCenter, text());
    if (m_count > 0) {
        painter.setFont(m_theme.font(TypeRole::SmallStrong));
        const QString count = countText(m_count);
        const int wide = std::max(18, painter.fontMetrics().horizontalAdvance(count) + 10);
        const QRect badge(width() / 2 + 4, 4, wide, 18);
        painter.setPen(Qt::NoPen);
        painter.setBrush(m_theme.color(m_late ? Token::OverdueSoft : Token::NeutralSoft));
        painter.drawRoundedRect(badge, 9, 9);
        painter.setPen(m_theme.color(m_late ? Token::Overdue : Token::Text));
        painter.drawText(badge, Qt::AlignCenter, count);
    }
    if (hasFocus()) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(m_theme.color(Token::FocusRing), 2));
        painter.drawRoundedRect(tile, 8, 8);
    }
}

NavigationRail::NavigationRail(const Theme &theme, QWidget *parent) : QWidget(parent)
{
    setAccessibleName(QStringLiteral("Views"));
    setFixedWidth(metrics::railWidth);
    auto *outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    auto *ground = new Panel(theme, Token::SurfaceSunken, this);
    outer->addWidget(ground);
    auto *column = new QVBoxLayout(ground);
    column->setContentsMargins(0, 12, 0, 12);
    column->setSpacing(2);
    const auto add = [&](const QString &view, const QString &icon, const QString &label, const QString &keys) {
        auto *button = new RailButton(theme, icon, label, keys, ground);
        m_buttons.insert(view, button);
        column->addWidget(button);
        connect(button, &QAbstractButton::clicked, this, [this, view] { Q_EMIT chosen(view); });
    };
    add(QStringLiteral("triage"), QStringLiteral("inbox"), QStringLiteral("Triage"), QStringLiteral("Ctrl+1"));
    add(QStringLiteral("calls"), QStringLiteral("phone"), QStringLiteral("Calls"), QStringLiteral("Ctrl+2"));
    add(QStringLiteral("followups"), QStringLiteral("calendar-clock"), QStringLiteral("Follow-ups"), QStringLiteral("Ctrl+3"));
    column->addStretch();
    add(QStringLiteral("settings"), QStringLiteral("settings"), QStringLiteral("Settings"), QStringLiteral("Ctrl+8"));
}

void NavigationRail::setCurrent(const QString &view)
{
    if (RailButton *button = m_buttons.value(view))
        button->setChecked(true);
}

void NavigationRail::setCounts(const DeskCounts &counts)
{
    m_buttons.value(QStringLiteral("triage"))->setCount(counts.triage, counts.triage_overdue > 0);
    m_buttons.value(QStringLiteral("followups"))->setCount(counts.follow_ups_overdue, counts.follow_ups_overdue > 0);
}

} // namespace calldeck
