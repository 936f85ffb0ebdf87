#include "theme/Controls.h"

#include <QApplication>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QPainter>
#include <QTimer>

namespace calldeck
{

namespace
{

constexpr int toastMs = 8000;
constexpr int iconPixels = 16;

void paintRaised(QWidget *widget, const Theme &theme)
{
    QPainter painter(widget);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(theme.color(Token::SurfaceRaised));
    painter.setPen(theme.color(Token::BorderStrong));
    painter.drawRoundedRect(QRectF(widget->rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8);
}

} // namespace

Button::Button(const Theme &theme, ButtonKind kind, const QString &text, const QString &icon, QWidget *parent)
    : QPushButton(text, parent), m_theme(theme), m_kind(kind), m_role(kind == ButtonKind::Primary ? TypeRole::BodyStrong : TypeRole::Body), m_icon(icon)
{
    setProperty("kind", static_cast<int>(kind));
    setAttribute(Qt::WA_Hover);
    setIconSize(QSize(iconPixels, iconPixels));
    setAutoDefault(false);
    refresh();
    connect(&theme, &Theme::changed, this, &Button::refresh);
}

Button *Button::iconOnly(const Theme &theme, const QString &icon, const QString &name, QWidget *parent)
{
    auto *button = new Button(theme, ButtonKind::Ghost, QString(), icon, parent);
    button->setAccessibleName(name);
    button->setToolTip(name);
    button->setFixedSize(metrics::controlHeight, metrics::controlHeight);
    return button;
}

void Button::setIconName(const QString &icon)
{
    m_icon = icon;
    refresh();
}

void Button::setRole(TypeRole role)
{
    m_role = role;
    refresh();
}

void Button::refresh()
{
    setFont(m_theme.font(m_role));
    if (!m_icon.isEmpty())
        setIcon(m_theme.icon(m_icon, m_kind == ButtonKind::Primary ? Token::TextOnAccent : m_kind == ButtonKind::Danger ? Token::Overdue : Token::TextMuted));
}

Text::Text(const Theme &theme, TypeRole role, Token ink, const QString &text, QWidget *parent) : QLabel(text, parent), m_theme(theme), m_role(role), m_ink(ink)
{
    setTextFormat(Qt::PlainText);
    refresh();
    connect(&theme, &Theme::changed, this, &Text::refresh);
}

void Text::setInk(Token ink)
{
    m_ink = ink;
    refresh();
}

void Text::refresh()
{
    setFont(m_theme.font(m_role));
    QPalette colours = palette();
    colours.setColor(QPalette::WindowText, m_theme.color(m_ink));
    setPalette(colours);
}

Pill::Pill(const Theme &theme, QWidget *parent) : QWidget(parent), m_theme(theme)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
}

void Pill::show(const QString &text, Token ink, Token ground, const QString &icon)
{
    m_text = text;
    m_ink = ink;
    m_ground = ground;
    m_icon = icon;
    setAccessibleName(text);
    updateGeometry();
    update();
    setVisible(!text.isEmpty());
}

QSize Pill::sizeHint() const
{
    const int text = QFontMetrics(m_theme.font(TypeRole::SmallStrong)).horizontalAdvance(m_text);
    return {text + 16 + (m_icon.isEmpty() ? 0 : 17), 22};
}

void Pill::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(m_theme.color(m_ground));
    painter.setPen(Qt::NoPen);
    painter.drawRoundedRect(rect(), 5, 5);
    int x = 8;
    if (!m_icon.isEmpty()) {
        painter.drawPixmap(QPoint(x - 2, 4), m_theme.pixmap(m_icon, m_ink, 14, devicePixelRatioF()));
        x += 15;
    }
    painter.setPen(m_theme.color(m_ink));
    painter.setFont(m_theme.font(TypeRole::SmallStrong));
    painter.drawText(rect().adjusted(x, 0, -6, 0), Qt::AlignVCenter | Qt::AlignLeft, m_text);
}

Rule::Rule(const Theme &theme, Qt::Orientation orientation, QWidget *parent) : QWidget(parent), m_theme(theme)
{
    orientation == Qt::Horizontal ? setFixedHeight(1) : setFixedWidth(1);
}

void Rule::paintEvent(QPaintEvent *) { QPainter(this).fillRect(rect(), m_theme.color(Token::Border)); }

Panel::Panel(const Theme &theme, Token ground, QWidget *parent) : QWidget(parent), m_theme(theme), m_ground(ground)
{
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
}

void Panel::paintEvent(QPaintEvent *) { QPainter(this).fillRect(rect(), m_theme.color(m_ground)); }

Popover::Popover(const Theme &theme, const QString &name, QWidget *window) : QFrame(window), m_theme(theme)
{
    setAccessibleName(name);
    setAutoFillBackground(false);
    setFocusPolicy(Qt::StrongFocus);
    hide();
}

void Popover::fit()
{
    adjustSize();
    // Lines that wrap make it taller than its hint.
    if (layout() && layout()->hasHeightForWidth())
        resize(width(), layout()->totalHeightForWidth(width()));
}

void Popover::openUnder(QWidget *anchor)
{
    fit();
    QPoint place = anchor->mapTo(parentWidget(), QPoint(0, anchor->height() + 4));
    place.setX(std::clamp(place.x(), 8, std::max(8, parentWidget()->width() - width() - 8)));
    if (place.y() + height() > parentWidget()->height() - 8)
        place.setY(std::max(8, anchor->mapTo(parentWidget(), QPoint()).y() - height() - 4));
    openAt(place);
}

void Popover::openCentred()
{
    fit();
    openAt(QPoint((parentWidget()->width() - width()) / 2, std::max(16, (parentWidget()->height() - height()) / 3)));
}

void Popover::openAt(const QPoint &place)
{
    // What was asked for before the desk was locked does not open over it.
    if (!isEnabled())
        return;
    move(place);
    // One that is open already, and moves because it says more, leaves the focus where it is.
    if (isVisible())
        return;
    m_focusBefore = QApplication::focusWidget();
    QFrame::show();
    raise();
    setFocus();
    qApp->installEventFilter(this);
}

bool Popover::event(QEvent *event)
{
    if (event->type() != QEvent::ShortcutOverride)
        return QFrame::event(event);
    // No popover has a use for keys with both, and the desk can be locked from everywhere.
    const bool both = (static_cast<QKeyEvent *>(event)->modifiers() & (Qt::ControlModifier | Qt::ShiftModifier)) == (Qt::ControlModifier | Qt::ShiftModifier);
    event->setAccepted(!both);
    return true;
}

void Popover::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Escape)
        hide();
    else
        QFrame::keyPressEvent(event);
}

void Popover::hideEvent(QHideEvent *event)
{
    qApp->removeEventFilter(this);
    if (m_focusBefore && (isAncestorOf(QApplication::focusWidget()) || QApplication::focusWidget() == this || !QApplication::focusWidget()))
        m_focusBefore->setFocus();
    QFrame::hideEvent(event);
    Q_EMIT closed();
}

bool Popover::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::MouseButtonPress) {
        auto *widget = qobject_cast<QWidget *>(watched);
        if (widget && widget != this && !isAncestorOf(widget) && widget->window() == window())
            hide();
    }
    return false;
}

void Popover::paintEvent(QPaintEvent *) { paintRaised(this, m_theme); }

Toast::Toast(const Theme &theme, QWidget *window)
    : QFrame(window), m_theme(theme), m_text(new Text(theme, TypeRole::Body, Token::Text)), m_undo(new Button(theme, ButtonKind::Ghost, QStringLiteral("Undo"), QStringLiteral("undo"))),
      m_timer(new QTimer(this))
{
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(14, 6, 8, 6);
    row->addWidget(m_text);
    row->addWidget(m_undo);
    m_undo->setFocusPolicy(Qt::NoFocus);
    m_timer->setSingleShot(true);
    m_timer->setInterval(toastMs);
    connect(m_timer, &QTimer::timeout, this, &QWidget::hide);
    connect(m_undo, &QPushButton::clicked, this, [this] {
        hide();
        Q_EMIT undoAsked();
    });
    hide();
}

void Toast::show(const QString &text, bool canUndo)
{
    m_text->setText(text);
    setAccessibleName(text);
    m_undo->setVisible(canUndo);
    adjustSize();
    move(metrics::railWidth + 20, parentWidget()->height() - height() - 44);
    QFrame::show();
    raise();
    m_timer->start();
}

void Toast::paintEvent(QPaintEvent *) { paintRaised(this, m_theme); }

} // namespace calldeck
