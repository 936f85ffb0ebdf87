#pragma once

#include <QCoreApplication>
#include <QEvent>
#include <QWidget>
#include <functional>

namespace calldeck::bench
{

/** Counts the paints of a widget, and tells when one has ended. */
class PaintWatch : public QObject
{
public:
    explicit PaintWatch(QWidget *widget, std::function<void()> painted = {}) : m_painted(std::move(painted)) { widget->installEventFilter(this); }
    int paints = 0;

protected:
    bool eventFilter(QObject *watched, QEvent *event) override
    {
        if (event->type() != QEvent::Paint)
            return false;
        watched->removeEventFilter(this);
        QCoreApplication::sendEvent(watched, event);
        watched->installEventFilter(this);
        ++paints;
        if (m_painted)
            m_painted();
        return true;
    }

private:
    std::function<void()> m_painted;
};

} // namespace calldeck::bench
