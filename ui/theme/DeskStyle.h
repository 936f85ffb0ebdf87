#pragma once

#include "theme/Theme.h"

#include <QProxyStyle>
#include <QStyleOption>

namespace calldeck
{

/** Fusion with our own buttons, fields, checks, menus, scroll bars and focus rings, drawn from the theme's tokens. */
class DeskStyle : public QProxyStyle
{
    Q_OBJECT
public:
    explicit DeskStyle(const Theme &theme);

    using QProxyStyle::polish;
    /** Tooltips show what they hold to the letter: Qt would take a caller's name for a page with pictures. */
    void polish(QWidget *widget) override;
    void drawPrimitive(PrimitiveElement element, const QStyleOption *option, QPainter *painter, const QWidget *widget) const override;
    void drawControl(ControlElement element, const QStyleOption *option, QPainter *painter, const QWidget *widget) const override;
    void drawComplexControl(ComplexControl control, const QStyleOptionComplex *option, QPainter *painter, const QWidget *widget) const override;
    int pixelMetric(PixelMetric metric, const QStyleOption *option, const QWidget *widget) const override;
    QSize sizeFromContents(ContentsType type, const QStyleOption *option, const QSize &size, const QWidget *widget) const override;
    int styleHint(StyleHint hint, const QStyleOption *option, const QWidget *widget, QStyleHintReturn *data) const override;
    QIcon standardIcon(StandardPixmap icon, const QStyleOption *option, const QWidget *widget) const override;

private:
    void drawField(const QStyleOption *option, QPainter *painter) const;
    void drawButton(const QStyleOption *option, QPainter *painter, const QWidget *widget) const;
    void drawButtonLabel(const QStyleOptionButton &button, QPainter *painter, const QWidget *widget) const;
    void drawHeaderLabel(const QStyleOptionHeader &header, QPainter *painter) const;
    void drawTab(const QStyleOption *option, QPainter *painter) const;
    void drawScrollBar(const QStyleOptionComplex *option, QPainter *painter) const;

    const Theme &m_theme;
};

/** What a push or tool button looks like; set as the dynamic property "kind". */
enum class ButtonKind { Secondary, Primary, Ghost, Danger, Chip };

} // namespace calldeck
