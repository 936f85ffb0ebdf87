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
        const QStringList families = QFontDatabase::families();
        return families.contains(QStringLiteral("Inter")) ? QStringLiteral("Inter") : QApplication::font().family();
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

} // namespace

Theme::Theme(QObject *parent) : QObject(parent) { m_dark = systemIsDark(); }

void Theme::choose(ThemeChoice choice)
{
    m_choice = choice;
    m_dark = choice == ThemeChoice::Dark || (choice == ThemeChoice::System && systemIsDark());
    Q_EMIT changed();
}

QColor Theme::color(Token token) const { return paletteColor(token, m_dark); }

QFont Theme::font(TypeRole role) const
{
    QFont font(familyName());
    const auto set = [&font](int pixels, QFont::Weight weight) {
        font.setPixelSize(pixels);
        font.setWeight(weight);
    };
    switch (role) {
    case TypeRole::Title: set(19, QFont::DemiBold); break;
    case TypeRole::Heading: set(15, QFont::DemiBold); break;
    case TypeRole::Body: set(13, QFont::Normal); break;
    case TypeRole::BodyStrong: set(13, QFont::DemiBold); break;
    case TypeRole::Small: set(12, QFont::Normal); break;
    case TypeRole::SmallStrong: set(12, QFont::DemiBold); break;
    case TypeRole::Digits: set(13, QFont::Medium); break;
    }
    return font;
}

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
