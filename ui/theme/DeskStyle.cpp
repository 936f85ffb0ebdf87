#include "theme/DeskStyle.h"

#include <QLabel>
#include <QPainter>
#include <QStyleFactory>
#include <QStyleOptionSlider>
#include <QWidget>

namespace calldeck
{

namespace
{

constexpr int iconGap = 6;
constexpr int sortArrow = 14;

void roundRect(QPainter *painter, const QRectF &rect, const QColor &fill, const QColor &border, qreal radius, qreal width = 1)
{
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setBrush(fill);
    painter->setPen(border.isValid() ? QPen(border, width) : QPen(Qt::NoPen));
    const qreal inset = width / 2;
    painter->drawRoundedRect(rect.adjusted(inset, inset, -inset, -inset), radius, radius);
    painter->restore();
}

ButtonKind kindOf(const QWidget *widget)
{
    const QVariant kind = widget ? widget->property("kind") : QVariant();
    return kind.isValid() ? static_cast<ButtonKind>(kind.toInt()) : ButtonKind::Secondary;
}

} // namespace

DeskStyle::DeskStyle(const Theme &theme) : QProxyStyle(QStyleFactory::create(QStringLiteral("Fusion"))), m_theme(theme) {}

void DeskStyle::polish(QWidget *widget)
{
    if (widget->inherits("QTipLabel"))
        static_cast<QLabel *>(widget)->setTextFormat(Qt::PlainText);
    QProxyStyle::polish(widget);
}

void DeskStyle::drawField(const QStyleOption *option, QPainter *painter) const
{
    const bool focus = option->state & State_HasFocus;
    const bool enabled = option->state & State_Enabled;
    roundRect(painter, option->rect, m_theme.color(enabled ? Token::Surface : Token::SurfaceSunken), m_theme.color(focus ? Token::FocusRing : Token::BorderStrong),
              metrics::radius, focus ? 2 : 1);
}

void DeskStyle::drawButton(const QStyleOption *option, QPainter *painter, const QWidget *widget) const
{
    const bool hover = option->state & State_MouseOver;
    const bool down = option->state & State_Sunken;
    const bool on = option->state & State_On;
    const bool enabled = option->state & State_Enabled;
    QColor fill = m_theme.color(down ? Token::SurfaceSunken : hover ? Token::Hover : Token::Surface);
    QColor border = m_theme.color(Token::BorderStrong);
    switch (kindOf(widget)) {
    case ButtonKind::Primary:
        fill = m_theme.color(down ? Token::AccentPressed : hover ? Token::AccentHover : Token::Accent);
        border = QColor();
        break;
    case ButtonKind::Ghost:
        fill = down || hover || on ? m_theme.color(on ? Token::AccentSoft : Token::SurfaceSunken) : QColor(Qt::transparent);
        border = QColor();
        break;
    case ButtonKind::Danger: border = m_theme.color(Token::Overdue); break;
    case ButtonKind::Chip:
    case ButtonKind::Secondary: break;
    }
    if (on && kindOf(widget) != ButtonKind::Ghost) {
        fill = m_theme.color(Token::AccentSoft);
        border = m_theme.color(Token::Accent);
    }
    if (!enabled && kindOf(widget) != ButtonKind::Ghost) {
        fill = m_theme.color(Token::SurfaceSunken);
        border = m_theme.color(Token::Border);
    }
    roundRect(painter, option->rect, fill, border, metrics::radius);
    if (option->state & State_HasFocus)
        roundRect(painter, QRectF(option->rect), Qt::transparent, m_theme.color(kindOf(widget) == ButtonKind::Primary ? Token::Text : Token::FocusRing), metrics::radius, 2);
}

void DeskStyle::drawPrimitive(PrimitiveElement element, const QStyleOption *option, QPainter *painter, const QWidget *widget) const
{
    switch (element) {
    case PE_PanelLineEdit:
    case PE_FrameLineEdit:
        if (!widget || !widget->property("bare").toBool())
            drawField(option, painter);
        return;
    case PE_Frame:
        if (widget && widget->property("field").toBool())
            drawField(option, painter);
        return;
    case PE_PanelButtonCommand:
    case PE_PanelButtonTool: drawButton(option, painter, widget); return;
    case PE_FrameFocusRect:
    case PE_IndicatorHeaderArrow: return;
    case PE_PanelScrollAreaCorner: painter->fillRect(option->rect, m_theme.color(Token::Surface)); return;
    case PE_PanelMenu: roundRect(painter, option->rect, m_theme.color(Token::SurfaceRaised), m_theme.color(Token::BorderStrong), metrics::radius); return;
    case PE_IndicatorCheckBox:
    case PE_IndicatorItemViewItemCheck: {
        const bool on = option->state & State_On;
        const QRectF box(option->rect.x(), option->rect.y(), 16, 16);
        roundRect(painter, box, m_theme.color(on ? Token::Accent : Token::Surface), m_theme.color(on ? Token::Accent : Token::BorderStrong), 4);
        if (on)
            painter->drawPixmap(box.topLeft() + QPointF(2, 2), m_theme.pixmap(QStringLiteral("check"), Token::TextOnAccent, 12, painter->device()->devicePixelRatioF()));
        return;
    }
    default: QProxyStyle::drawPrimitive(element, option, painter, widget);
    }
}

void DeskStyle::drawButtonLabel(const QStyleOptionButton &button, QPainter *painter, const QWidget *widget) const
{
    const ButtonKind kind = kindOf(widget);
    const bool enabled = button.state & State_Enabled;
    const Token ink = !enabled                      ? Token::TextFaint
                      : kind == ButtonKind::Primary ? Token::TextOnAccent
                      : kind == ButtonKind::Danger  ? Token::Overdue
                      : button.state & State_On     ? Token::AccentText
                                                    : Token::Text;
    const bool left = widget && widget->property("leftAligned").toBool();
    const int icon = button.icon.isNull() ? 0 : button.iconSize.width();
    const int gap = icon && !button.text.isEmpty() ? iconGap : 0;
    const QRect area = left ? button.rect.adjusted(8, 0, -4, 0) : button.rect;
    const QString text = button.fontMetrics.elidedText(button.text, Qt::ElideRight, area.width() - icon - gap, Qt::TextShowMnemonic);
    const int wide = icon + gap + button.fontMetrics.size(Qt::TextSingleLine | Qt::TextHideMnemonic, text).width();
    int x = left ? area.left() : area.left() + (area.width() - wide) / 2;
    if (icon) {
        const QRect box(x, area.center().y() - icon / 2 + 1, icon, icon);
        button.icon.paint(painter, box, Qt::AlignCenter, enabled ? QIcon::Normal : QIcon::Disabled);
        x += icon + gap;
    }
    painter->setPen(m_theme.color(ink));
    painter->drawText(QRect(x, area.top(), area.right() - x + 1, area.height()), Qt::AlignVCenter | Qt::AlignLeft | Qt::TextHideMnemonic, text);
}

void DeskStyle::drawHeaderLabel(const QStyleOptionHeader &header, QPainter *painter) const
{
    painter->save();
    painter->setFont(m_theme.font(TypeRole::SmallStrong));
    painter->setPen(m_theme.color(Token::TextMuted));
    const bool sorted = header.sortIndicator != QStyleOptionHeader::None;
    const bool right = header.textAlignment & Qt::AlignRight;
    const int arrow = sorted ? sortArrow + 2 : 0;
    const QRect area = header.rect.adjusted(10, 0, right ? -10 : -4, 0);
    const QString text = painter->fontMetrics().elidedText(header.text, Qt::ElideRight, area.width() - arrow);
    const int wide = painter->fontMetrics().horizontalAdvance(text);
    const int x = right ? area.right() - wide - arrow : area.left();
    painter->drawText(QRect(x, area.top(), wide + 2, area.height()), Qt::AlignVCenter | Qt::AlignLeft, text);
    if (sorted) {
        const QString name = header.sortIndicator == QStyleOptionHeader::SortUp ? QStringLiteral("chevron-down") : QStringLiteral("chevron-up");
        painter->drawPixmap(QPoint(x + wide + 3, area.center().y() - sortArrow / 2 + 1),
                            m_theme.pixmap(name, Token::TextMuted, sortArrow, painter->device()->devicePixelRatioF()));
    }
    painter->restore();
}

void DeskStyle::drawTab(const QStyleOption *option, QPainter *painter) const
{
    const auto *tab = qstyleoption_cast<const QStyleOptionTab *>(option);
    const bool selected = option->state & State_Selected;
    painter->save();
    painter->setFont(m_theme.font(selected ? TypeRole::BodyStrong : TypeRole::Body));
    painter->setPen(m_theme.color(selected ? Token::AccentText : Token::TextMuted));
    painter->drawText(option->rect, Qt::AlignCenter, tab->text);
    if (selected)
        painter->fillRect(QRect(option->rect.left() + 4, option->rect.bottom() - 1, option->rect.width() - 8, 2), m_theme.color(Token::Accent));
    if (option->state & State_HasFocus)
        roundRect(painter, QRectF(option->rect).adjusted(2, 4, -2, -4), Qt::transparent, m_theme.color(Token::FocusRing), 4, 2);
    painter->restore();
}

void DeskStyle::drawControl(ControlElement element, const QStyleOption *option, QPainter *painter, const QWidget *widget) const
{
    if (element == CE_TabBarTabShape || element == CE_TabBarTabLabel) {
        if (element == CE_TabBarTabLabel)
            drawTab(option, painter);
        return;
    }
    if (element == CE_PushButtonLabel) {
        drawButtonLabel(*qstyleoption_cast<const QStyleOptionButton *>(option), painter, widget);
        return;
    }
    if (element == CE_HeaderSection || element == CE_HeaderEmptyArea) {
        painter->fillRect(option->rect, m_theme.color(Token::Surface));
        painter->fillRect(QRect(option->rect.left(), option->rect.bottom(), option->rect.width(), 1), m_theme.color(Token::Border));
        return;
    }
    if (element == CE_HeaderLabel) {
        drawHeaderLabel(*qstyleoption_cast<const QStyleOptionHeader *>(option), painter);
        return;
    }
    if (element == CE_MenuItem) {
        const auto *item = qstyleoption_cast<const QStyleOptionMenuItem *>(option);
        if (item && item->menuItemType != QStyleOptionMenuItem::Separator && (option->state & State_Selected)) {
            painter->fillRect(option->rect.adjusted(4, 0, -4, 0), m_theme.color(Token::AccentSoft));
            QStyleOptionMenuItem plain = *item;
            plain.state &= ~State_Selected;
            plain.palette.setColor(QPalette::Text, m_theme.color(Token::AccentText));
            QProxyStyle::drawControl(element, &plain, painter, widget);
            return;
        }
    }
    if (element == CE_Splitter) {
        painter->fillRect(option->rect, m_theme.color(option->state & State_MouseOver ? Token::BorderStrong : Token::Border));
        return;
    }
    QProxyStyle::drawControl(element, option, painter, widget);
}

void DeskStyle::drawScrollBar(const QStyleOptionComplex *option, QPainter *painter) const
{
    const auto *slider = qstyleoption_cast<const QStyleOptionSlider *>(option);
    painter->fillRect(option->rect, m_theme.color(Token::Surface));
    const QRect handle = subControlRect(CC_ScrollBar, slider, SC_ScrollBarSlider, nullptr);
    const bool active = option->state & (State_MouseOver | State_Sunken);
    roundRect(painter, QRectF(handle).adjusted(3, 2, -3, -2), m_theme.color(active ? Token::TextFaint : Token::BorderStrong), QColor(), 3, 0);
}

void DeskStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex *option, QPainter *painter, const QWidget *widget) const
{
    if (control == CC_ScrollBar) {
        drawScrollBar(option, painter);
        return;
    }
    if (control == CC_ComboBox) {
        drawButton(option, painter, widget);
        const QRect rect = option->rect;
        painter->drawPixmap(QPoint(rect.right() - 24, rect.center().y() - 7),
                            m_theme.pixmap(QStringLiteral("chevron-down"), Token::TextMuted, 16, painter->device()->devicePixelRatioF()));
        return;
    }
    QProxyStyle::drawComplexControl(control, option, painter, widget);
}

int DeskStyle::pixelMetric(PixelMetric metric, const QStyleOption *option, const QWidget *widget) const
{
    switch (metric) {
    case PM_ScrollBarExtent: return 12;
    case PM_SplitterWidth: return 1;
    case PM_ButtonShiftHorizontal:
    case PM_ButtonShiftVertical: return 0;
    case PM_IndicatorWidth:
    case PM_IndicatorHeight: return 16;
    case PM_MenuPanelWidth: return 5;
    case PM_TabBarTabShiftVertical:
    case PM_TabBarBaseOverlap: return 0;
    case PM_DefaultFrameWidth:
        if (widget && (widget->property("field").toBool() || widget->inherits("QLineEdit")))
            return 6;
        return widget && widget->inherits("QAbstractScrollArea") ? 0 : QProxyStyle::pixelMetric(metric, option, widget);
    default: return QProxyStyle::pixelMetric(metric, option, widget);
    }
}

QSize DeskStyle::sizeFromContents(ContentsType type, const QStyleOption *option, const QSize &size, const QWidget *widget) const
{
    QSize result = QProxyStyle::sizeFromContents(type, option, size, widget);
    switch (type) {
    case CT_PushButton:
    case CT_LineEdit:
    case CT_ComboBox:
        result.setHeight(kindOf(widget) == ButtonKind::Chip ? metrics::chipHeight : metrics::controlHeight);
        if (type == CT_PushButton)
            result.setWidth(size.width() + 24);
        break;
    case CT_TabBarTab: result.setHeight(36); break;
    case CT_MenuItem: result.setHeight(std::max(result.height(), 28)); break;
    default: break;
    }
    return result;
}

int DeskStyle::styleHint(StyleHint hint, const QStyleOption *option, const QWidget *widget, QStyleHintReturn *data) const
{
    switch (hint) {
    case SH_EtchDisabledText:
    case SH_DitherDisabledText:
    case SH_DialogButtonBox_ButtonsHaveIcons: return 0;
    case SH_TabBar_Alignment: return Qt::AlignLeft;
    case SH_ComboBox_Popup: return 0;
    default: return QProxyStyle::styleHint(hint, option, widget, data);
    }
}

QIcon DeskStyle::standardIcon(StandardPixmap icon, const QStyleOption *option, const QWidget *widget) const
{
    return icon == SP_LineEditClearButton ? m_theme.icon(QStringLiteral("x"), Token::TextMuted) : QProxyStyle::standardIcon(icon, option, widget);
}

} // namespace calldeck
