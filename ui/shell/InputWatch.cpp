#include "shell/InputWatch.h"

#include "theme/ButtonAccess.h"

#include <QCoreApplication>
#include <QKeyEvent>

namespace calldeck
{

namespace
{

bool isInput(QEvent::Type type)
{
    switch (type) {
    case QEvent::KeyPress:
    case QEvent::ShortcutOverride: // a key that is somebody's shortcut comes as nothing else
    case QEvent::MouseButtonPress:
    case QEvent::MouseMove:
    case QEvent::Wheel:
    case QEvent::TouchBegin:
    case QEvent::TouchUpdate:
    case QEvent::TabletPress:
    case QEvent::TabletMove:
    case QEvent::InputMethod: return true;
    default: return type == assistedPress();
    }
}

} // namespace

void InputWatch::setWatching(bool watching)
{
    m_watching = watching;
    follow();
}

void InputWatch::follow() { m_watching || m_takenKey ? qApp->installEventFilter(this) : qApp->removeEventFilter(this); }

bool InputWatch::eventFilter(QObject *, QEvent *event)
{
    if (isOfTakenKey(*event)) {
        event->accept();
        return true;
    }
    if (!m_watching || !isInput(event->type()) || !m_takes())
        return false;
    // Else it is offered to the widget around, and to the shortcuts.
    event->accept();
    if (event->type() == QEvent::ShortcutOverride || event->type() == QEvent::KeyPress)
        m_takenKey = static_cast<const QKeyEvent *>(event)->key();
    follow();
    return true;
}

bool InputWatch::isOfTakenKey(const QEvent &event)
{
    const bool press = event.type() == QEvent::KeyPress;
    const bool release = event.type() == QEvent::KeyRelease;
    const bool override = event.type() == QEvent::ShortcutOverride;
    if (!m_takenKey || (!press && !release && !override))
        return false;
    const auto &key = static_cast<const QKeyEvent &>(event);
    // What is pressed anew begins so; the release may have gone to another program.
    const bool begins = override && !key.isAutoRepeat();
    const bool ours = key.key() == *m_takenKey && !begins;
    if (!ours || (release && !key.isAutoRepeat())) {
        m_takenKey.reset();
        follow();
    }
    return ours;
}

} // namespace calldeck
