#include "shell/DeskArea.h"

#include <QAccessibleWidget>

namespace calldeck
{

namespace
{

class AreaAccess : public QAccessibleWidget
{
public:
    explicit AreaAccess(DeskArea *area) : QAccessibleWidget(area) {}

    int childCount() const override { return isAway() ? 0 : QAccessibleWidget::childCount(); }
    QAccessibleInterface *child(int index) const override { return isAway() ? nullptr : QAccessibleWidget::child(index); }
    int indexOfChild(const QAccessibleInterface *child) const override { return isAway() ? -1 : QAccessibleWidget::indexOfChild(child); }
    QAccessibleInterface *focusChild() const override { return isAway() ? nullptr : QAccessibleWidget::focusChild(); }

private:
    bool isAway() const
    {
        const auto *area = qobject_cast<const DeskArea *>(object());
        return area && area->isAway();
    }
};

QAccessibleInterface *describe(const QString &, QObject *object)
{
    auto *area = qobject_cast<DeskArea *>(object);
    return area ? new AreaAccess(area) : nullptr;
}

} // namespace

DeskArea::DeskArea(QWidget *window) : QWidget(window)
{
    static const bool described = (QAccessible::installFactory(describe), true);
    Q_UNUSED(described)
}

void DeskArea::putAway(bool away)
{
    m_away = away;
    // Disabled as well: code that turns the focus to a field would find even a hidden one.
    setEnabled(!away);
    setVisible(!away);
}

} // namespace calldeck
