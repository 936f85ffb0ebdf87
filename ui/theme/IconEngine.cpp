#include "theme/IconEngine.h"

#include <QFile>
#include <QPainter>
#include <QPixmapCache>
#include <QSvgRenderer>

// Resources of a static library are linked only when asked for, and Q_INIT_RESOURCE must stand outside namespaces.
static void loadIconResources() { Q_INIT_RESOURCE(desk); }

namespace calldeck
{

QPixmap iconPixmap(const QString &name, const QColor &color, QSize size, qreal devicePixelRatio)
{
    const QString key = QStringLiteral("calldeck/%1/%2/%3x%4@%5").arg(name, color.name(QColor::HexArgb)).arg(size.width()).arg(size.height()).arg(devicePixelRatio);
    QPixmap pixmap;
    if (QPixmapCache::find(key, &pixmap))
        return pixmap;
    loadIconResources();
    QFile file(QStringLiteral(":/calldeck/icons/%1.svg").arg(name));
    if (!file.open(QIODevice::ReadOnly))
        return pixmap;
    QSvgRenderer renderer(file.readAll().replace("currentColor", color.name().toLatin1()));
    pixmap = QPixmap(size * devicePixelRatio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    renderer.render(&painter);
    painter.end();
    pixmap.setDevicePixelRatio(devicePixelRatio);
    QPixmapCache::insert(key, pixmap);
    return pixmap;
}

void IconEngine::paint(QPainter *painter, const QRect &rect, QIcon::Mode mode, QIcon::State)
{
    const QColor color = mode == QIcon::Disabled ? m_disabled : m_color;
    painter->drawPixmap(rect, iconPixmap(m_name, color, rect.size(), painter->device()->devicePixelRatioF()));
}

QPixmap IconEngine::pixmap(const QSize &size, QIcon::Mode mode, QIcon::State state) { return scaledPixmap(size, mode, state, 1); }

QPixmap IconEngine::scaledPixmap(const QSize &size, QIcon::Mode mode, QIcon::State, qreal scale)
{
    QPixmap pixmap = iconPixmap(m_name, mode == QIcon::Disabled ? m_disabled : m_color, size / scale, scale);
    return pixmap;
}

} // namespace calldeck
