#pragma once

#include "theme/Theme.h"

#include <QCache>
#include <QStaticText>

namespace calldeck
{

/**
 * Draws the same short texts again and again without laying them out again: what a table paints sixty times a second. Keeps some
 * thousand texts with their elision; forgets them when the theme changes. GUI thread.
 */
class TextPainter
{
public:
    explicit TextPainter(const Theme &theme);
    /** The theme outlives windows: it is told to forget this. */
    ~TextPainter();
    TextPainter(const TextPainter &) = delete;
    TextPainter &operator=(const TextPainter &) = delete;
    /** One line, centred vertically in `area`, elided at its width. */
    void draw(QPainter &painter, const QRect &area, const QString &text, TypeRole role, Token ink, bool right = false);
    /** Width of the text as draw() shows it in an area of this width. */
    int width(const QString &text, TypeRole role, int room);

private:
    struct Key {
        QString text;
        int role;
        int room;
        friend bool operator==(const Key &, const Key &) = default;
        friend size_t qHash(const Key &key, size_t seed) { return qHashMulti(seed, key.text, key.role, key.room); }
    };
    const QStaticText &laidOut(const QString &text, TypeRole role, int room);
    QFont fontFor(const QString &text, TypeRole role) const;

    const Theme &m_theme;
    QCache<Key, QStaticText> m_texts;
    QMetaObject::Connection m_changed;
};

} // namespace calldeck
