#pragma once

#include <QApplication>
#include <QElapsedTimer>
#include <QEvent>
#include <QTimer>
#include <functional>

namespace calldeck
{

/** Waits for a moment in which nobody works at the desk, once. Drafts are kept whatever happens; a hand on the keys is not to be interrupted. */
class RestWatch : public QObject
{
public:
    RestWatch(std::function<bool()> isAtRest, std::function<void()> then, QObject *parent) : QObject(parent), m_isAtRest(std::move(isAtRest)), m_then(std::move(then))
    {
        m_sinceInput.start();
        qApp->installEventFilter(this);
        connect(&m_timer, &QTimer::timeout, this, [this] {
            if (!m_sinceInput.hasExpired(quietMs) || QApplication::activeModalWidget() || QApplication::activePopupWidget() || !m_isAtRest())
                return;
            m_timer.stop();
            deleteLater();
            m_then();
        });
        m_timer.start(250);
    }

protected:
    bool eventFilter(QObject *, QEvent *event) override
    {
        if (event->type() == QEvent::KeyPress || event->type() == QEvent::MouseButtonPress || event->type() == QEvent::Wheel || event->type() == QEvent::InputMethod)
            m_sinceInput.start();
        return false;
    }

private:
    static constexpr int quietMs = 3000;
    std::function<bool()> m_isAtRest;
    std::function<void()> m_then;
    QElapsedTimer m_sinceInput;
    QTimer m_timer;
};

} // namespace calldeck
