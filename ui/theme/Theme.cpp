#include "theme/Theme.h"

#include "theme/ButtonAccess.h"
#include "theme/DeskStyle.h"
#include "theme/IconEngine.h"
#include "theme/Palette.h"

#include <QApplication>
#include <QFontDatabase>
#include <QPalette>

namespace calldeck
{

namespace
{

QString familyName()
{
    static const QString family = [] {
        const QString wanted = QStringLiteral("Inter");
        return QFontDatabase::hasFamily(wanted) ? wanted : QApplication::font().family();
    }();
    return family;
}

QPalette paletteOf(bool dark)
{
    const auto color = [dark](Token token) { return paletteColor(token, dark); };
    QPalette palette;
    palette.setColor(QPalette::Window, color(Token::Window));
    palette.setColor(QPalette::Base, color(Token::Surface));
    palette.setColor(QPalette::AlternateBase, color(Token::SurfaceSunken));
    palette.setColor(QPalette::Button, color(Token::Surface));
    palette.setColor(QPalette::ToolTipBase, color(Token::SurfaceRaised));
    palette.setColor(QPalette::Highlight, color(Token::Accent));
    palette.setColor(QPalette::HighlightedText, color(Token::TextOnAccent));
    palette.setColor(QPalette::PlaceholderText, color(Token::TextFaint));
    palette.setColor(QPalette::Link, color(Token::AccentText));
    for (auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::ToolTipText}) {
        palette.setColor(role, color(Token::Text));
        palette.setColor(QPalette::Disabled, role, color(Token::TextFaint));
    }
    palette.setColor(QPalette::Mid, color(Token::Border));
    palette.setColor(QPalette::Dark, color(Token::BorderStrong));
    palette.setColor(QPalette::Light, color(Token::Hover));
    return palette;
}

/** Qt 6.4 has no colour scheme of the system; the lightness of the palette it starts with tells. */
bool systemIsDark()
{
    static const bool dark = QApplication::palette().color(QPalette::Window).lightness() < 128;
    return dark;
}

QFont fontOf(TypeRole role)
{
    struct Look {
        int pixels;
        QFont::Weight weight;
    };
    static constexpr Look looks[] = {{19, QFont::DemiBold}, {15, QFont::DemiBold}, {13, QFont::Normal}, {13, QFont::DemiBold}, {12, QFont::Normal}, {12, QFont::DemiBold}, {13, QFont::Medium}};
    const Look look = looks[static_cast<size_t>(role)];
    QFont font(familyName());
    font.setPixelSize(look.pixels);
    font.setWeight(look.weight);
    return font;
}

} // namespace

Theme::Theme(QObject *parent) : QObject(parent)
{
    m_dark = systemIsDark();
    for (size_t i = 0; i < m_fonts.size(); ++i)
        m_fonts[i] = fontOf(static_cast<TypeRole>(i));
}

void Theme::choose(ThemeChoice choice)
{
    m_choice = choice;
    m_dark = choice == ThemeChoice::Dark || (choice == ThemeChoice::System && systemIsDark());
    Q_EMIT changed();
}

QColor Theme::color(Token token) const { return paletteColor(token, m_dark); }

const QFont &Theme::font(TypeRole role) const { return m_fonts[static_cast<size_t>(role)]; }

QIcon Theme::icon(const QString &name, Token token) const { return QIcon(new IconEngine(name, color(token), color(Token::TextFaint))); }

QPixmap Theme::pixmap(const QString &name, Token token, int size, qreal devicePixelRatio) const
{
    return iconPixmap(name, color(token), QSize(size, size), devicePixelRatio);
}

void Theme::applyTo(QApplication &application)
{
    installButtonAccess();
    application.setStyle(new DeskStyle(*this));
    const auto refresh = [this, &application] {
        application.setPalette(paletteOf(m_dark));
        application.setFont(font(TypeRole::Body));
    };
    refresh();
    connect(this, &Theme::changed, &application, refresh);
}

} // namespace calldeck
