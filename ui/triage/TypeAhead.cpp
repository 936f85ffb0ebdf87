#include "triage/TypeAhead.h"

#include <QApplication>
#include <QKeyEvent>
#include <QPointer>
#include <QShortcut>
#include <QWidget>
#include <QWindow>

namespace calldeck
{

namespace
{

QKeyEvent eventOf(QEvent::Type type, QKeyCombination keys, const QString &text, bool repeated)
{
    return QKeyEvent(type, keys.key(), keys.keyboardModifiers(), text, repeated);
}

} // namespace

TypeAhead::TypeAhead(QWidget *window) : QObject(window), m_window(window) {}

void TypeAhead::hold()
{
    if (!std::exchange(m_holding, true))
        qApp->installEventFilter(this);
}

void TypeAhead::release()
{
    qApp->removeEventFilter(this);
    m_holding = false;
    while (!m_holding && m_window->isEnabled() && !m_waiting.isEmpty())
        give(m_waiting.takeFirst());
    // One of them may have locked the desk.
    if (!m_window->isEnabled())
        drop();
}

void TypeAhead::drop() { m_waiting.clear(); }

bool TypeAhead::eventFilter(QObject *watched, QEvent *event)
{
    const bool press = event->type() == QEvent::KeyPress;
    if ((!press && event->type() != QEvent::ShortcutOverride && event->type() != QEvent::KeyRelease) || !isOurs(watched))
        return false;
    const auto *key = static_cast<QKeyEvent *>(event);
    // A key that is held down stops when it is let go, not when its repeats have been worked off.
    const bool again = key->isAutoRepeat() && !m_waiting.isEmpty() && m_waiting.last().repeated && m_waiting.last().keys == key->keyCombination();
    if (press && !again)
        m_waiting.append({key->keyCombination(), key->text(), key->isAutoRepeat()});
    event->accept();
    return true;
}

bool TypeAhead::isOurs(const QObject *target) const
{
    // On a locked desk what is typed is the passphrase.
    if (!m_window->isEnabled())
        return false;
    if (const auto *widget = qobject_cast<const QWidget *>(target))
        return widget->window() == m_window->window();
    return target == m_window->window()->windowHandle();
}

void TypeAhead::give(const Key &key)
{
    QPointer<QWidget> focus = QApplication::focusWidget() ? QApplication::focusWidget() : m_window->focusWidget();
    if (!focus)
        focus = m_window;
    QKeyEvent override = eventOf(QEvent::ShortcutOverride, key.keys, key.text, key.repeated);
    override.ignore();
    QApplication::sendEvent(focus, &override);
    if (!m_window->isEnabled() || (!override.isAccepted() && trigger(key)))
        return;
    QKeyEvent press = eventOf(QEvent::KeyPress, key.keys, key.text, key.repeated);
    QApplication::sendEvent(focus, &press);
    if (!focus)
        return;
    QKeyEvent release = eventOf(QEvent::KeyRelease, key.keys, key.text, key.repeated);
    QApplication::sendEvent(focus, &release);
}

bool TypeAhead::trigger(const Key &key) const
{
    const Qt::KeyboardModifiers modifiers = key.keys.keyboardModifiers() & ~Qt::KeypadModifier;
    const QKeySequence asPressed(QKeyCombination(modifiers, key.keys.key()));
    // A sign such as ? needs Shift on most keyboards, and its shortcut does not say so.
    const QKeySequence asSign(QKeyCombination(modifiers & ~Qt::ShiftModifier, key.keys.key()));
    for (QShortcut *shortcut : m_window->findChildren<QShortcut *>()) {
        const bool sign = key.text.size() == 1 && !key.text.front().isLetterOrNumber() && shortcut->key() == asSign;
        if ((shortcut->key() != asPressed && !sign) || !shortcut->isEnabled())
            continue;
        if (!key.repeated || shortcut->autoRepeat())
            Q_EMIT shortcut->activated();
        return true;
    }
    return false;
}

} // namespace calldeck
