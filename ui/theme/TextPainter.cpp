#include "theme/TextPainter.h"

#include <QFontMetrics>
#include <QPainter>
#include <algorithm>

namespace calldeck
{

namespace
{

constexpr int textsKept = 8000;
constexpr char16_t firstThatNeedsShaping = 0x0300; ///< combining marks and every script after them

bool isPlain(const QString &text)
{
    return std::all_of(text.cbegin(), text.cend(), [](QChar c) { return c.unicode() < firstThatNeedsShaping || (c.unicode() >= 0x2010 && c.unicode() < 0x2030); });
}

} // namespace

TextPainter::TextPainter(const Theme &theme)
    : m_theme(theme), m_texts(textsKept), m_changed(QObject::connect(&theme, &Theme::changed, &theme, [this] { m_texts.clear(); }))
{
}

TextPainter::~TextPainter() { QObject::disconnect(m_changed); }

QFont TextPainter::fontFor(const QString &text, TypeRole role) const
{
    QFont font = m_theme.font(role);
    // Shaping is a third of the cost of a painted table, and Latin letters, digits and dashes in a cell lose nothing without it.
    if (isPlain(text))
        font.setStyleStrategy(QFont::PreferNoShaping);
    return font;
}

const QStaticText &TextPainter::laidOut(const QString &text, TypeRole role, int room)
{
    const Key key{text, static_cast<int>(role), room};
    if (const QStaticText *known = m_texts.object(key))
        return *known;
    const QFont font = fontFor(text, role);
    auto *made = new QStaticText(QFontMetrics(font).elidedText(text, Qt::ElideRight, room));
    made->setTextFormat(Qt::PlainText);
    made->prepare(QTransform(), font);
    m_texts.insert(key, made);
    return *made;
}

void TextPainter::draw(QPainter &painter, const QRect &area, const QString &text, TypeRole role, Token ink, bool right)
{
    if (text.isEmpty() || area.width() <= 0)
        return;
    const QStaticText &laid = laidOut(text, role, area.width());
    painter.setFont(fontFor(text, role));
    painter.setPen(m_theme.color(ink));
    const QSizeF size = laid.size();
    const int x = right ? area.right() + 1 - static_cast<int>(size.width()) : area.left();
    painter.drawStaticText(x, area.top() + static_cast<int>((area.height() - size.height()) / 2), laid);
}

int TextPainter::width(const QString &text, TypeRole role, int room) { return static_cast<int>(laidOut(text, role, room).size().width()); }

} // namespace calldeck
