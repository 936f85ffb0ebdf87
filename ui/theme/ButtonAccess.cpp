#include "theme/ButtonAccess.h"

#include <QAbstractButton>
#include <QAccessibleWidget>
#include <QCoreApplication>
#include <QPointer>

namespace calldeck
{

namespace
{

class ButtonAccess : public QAccessibleWidget
{
public:
    explicit ButtonAccess(QAbstractButton *button) : QAccessibleWidget(button, QAccessible::Button) {}

    QAccessible::State state() const override
    {
        QAccessible::State state = QAccessibleWidget::state();
        state.checkable = button()->isCheckable();
        state.checked = button()->isChecked();
        state.pressed = button()->isDown();
        return state;
    }

    QString text(QAccessible::Text kind) const override
    {
        const QString own = QAccessibleWidget::text(kind);
        if (kind != QAccessible::Name || !own.isEmpty())
            return own;
        QString words = button()->text();
        return words.replace(QStringLiteral("&&"), QStringLiteral("&"));
    }

    QStringList actionNames() const override
    {
        return isEnabled() ? QStringList{pressAction(), setFocusAction()} : QStringList();
    }

    void doAction(const QString &action) override
    {
        if (action != pressAction())
            QAccessibleWidget::doAction(action);
        else if (isEnabled())
            press();
    }

private:
    void press()
    {
        const QPointer<QAbstractButton> pressed = button();
        QEvent assisted(assistedPress());
        assisted.ignore();
        QCoreApplication::sendEvent(pressed, &assisted);
        if (!assisted.isAccepted() && pressed && pressed->isEnabled())
            pressed->click();
    }
    QAbstractButton *button() const { return static_cast<QAbstractButton *>(object()); }
    bool isEnabled() const { return button()->isEnabled(); }
};

QAccessibleInterface *describe(const QString &, QObject *object)
{
    auto *button = qobject_cast<QAbstractButton *>(object);
    return button && qstrncmp(button->metaObject()->className(), "calldeck::", 10) == 0 ? new ButtonAccess(button) : nullptr;
}

} // namespace

QEvent::Type assistedPress()
{
    static const auto type = static_cast<QEvent::Type>(QEvent::registerEventType());
    return type;
}

void installButtonAccess() { QAccessible::installFactory(describe); }

} // namespace calldeck
