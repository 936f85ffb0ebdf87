#pragma once

#include <QColor>
#include <QFont>
#include <QIcon>
#include <QObject>
#include <QPixmap>
#include <array>

class QApplication;

namespace calldeck
{

/** Colours by meaning. Text tokens reach 4.5:1 on the surfaces they stand on, in both themes. */
enum class Token {
    Window, Surface, SurfaceRaised, SurfaceSunken, Hover, Selection, SelectionBar,
    Border, BorderStrong, FocusRing,
    Text, TextMuted, TextFaint, TextOnAccent,
    Accent, AccentHover, AccentPressed, AccentSoft, AccentText,
    Ok, OkSoft, Warning, WarningSoft, Critical, CriticalSoft, Overdue, OverdueSoft,
    Info, InfoSoft, Violet, VioletSoft, Neutral, NeutralSoft,
};

enum class ThemeChoice { System, Light, Dark };
enum class Density { Comfortable, Compact };
enum class TypeRole { Title, Heading, Body, BodyStrong, Small, SmallStrong, Digits };

namespace metrics
{
inline constexpr int gap = 8;
inline constexpr int smallGap = 4;
inline constexpr int pad = 12;
inline constexpr int bigPad = 20;
inline constexpr int radius = 6;
inline constexpr int controlHeight = 32;
inline constexpr int chipHeight = 28;
inline constexpr int railWidth = 76;
inline constexpr int settingName = 200;
inline constexpr int rowComfortable = 44;
inline constexpr int rowCompact = 28;
} // namespace metrics

/**
 * The look of the program. One object, made by the composition and handed to the windows; widgets repaint on changed().
 * Colours, fonts and cached icons are plain look-ups: safe in paint paths.
 */
class Theme : public QObject
{
    Q_OBJECT
public:
    explicit Theme(QObject *parent = nullptr);

    void choose(ThemeChoice choice);
    ThemeChoice choice() const { return m_choice; }
    bool isDark() const { return m_dark; }
    QColor color(Token token) const;
    const QFont &font(TypeRole role) const;
    /** A lucide icon recoloured by token; crisp at any scale. `name` without ".svg". */
    QIcon icon(const QString &name, Token token) const;
    QPixmap pixmap(const QString &name, Token token, int size, qreal devicePixelRatio) const;
    /** Sets style, palette, style sheet and fonts of the application, now and whenever the theme changes. */
    void applyTo(QApplication &application);

Q_SIGNALS:
    void changed();

private:
    std::array<QFont, 7> m_fonts;
    ThemeChoice m_choice = ThemeChoice::System;
    bool m_dark = false;
};

} // namespace calldeck
