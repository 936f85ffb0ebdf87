#pragma once

#include <QColor>
#include <QIconEngine>

namespace calldeck
{

/** One of our line icons in a colour; cached, so that a paint path only looks it up. */
QPixmap iconPixmap(const QString &name, const QColor &color, QSize size, qreal devicePixelRatio);

class IconEngine : public QIconEngine
{
public:
    IconEngine(QString name, QColor color, QColor disabled) : m_name(std::move(name)), m_color(color), m_disabled(disabled) {}
    void paint(QPainter *painter, const QRect &rect, QIcon::Mode mode, QIcon::State state) override;
    QPixmap pixmap(const QSize &size, QIcon::Mode mode, QIcon::State state) override;
    QPixmap scaledPixmap(const QSize &size, QIcon::Mode mode, QIcon::State state, qreal scale) override;
    QIconEngine *clone() const override { return new IconEngine(*this); }

private:
    QString m_name;
    QColor m_color;
    QColor m_disabled;
};

} // namespace calldeck
