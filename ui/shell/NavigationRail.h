#pragma once

#include "desk/DeskService.h"
#include "theme/Controls.h"

#include <QHash>

namespace calldeck
{

class RailButton;

/** The views at the left edge, with what waits in each. */
class NavigationRail : public QWidget
{
    Q_OBJECT
public:
    explicit NavigationRail(const Theme &theme, QWidget *parent = nullptr);
    void setCurrent(const QString &view);
    void setCounts(const DeskCounts &counts);

Q_SIGNALS:
    void chosen(const QString &view);

private:
    QHash<QString, RailButton *> m_buttons;
};

/** An icon over a label, with a count at its corner. */
class RailButton : public QAbstractButton
{
    Q_OBJECT
public:
    RailButton(const Theme &theme, const QString &icon, const QString &label, const QString &keys, QWidget *parent);
    /** `late` counts are drawn as a warning. */
    void setCount(int count, bool late);
    QSize sizeHint() const override { return {metrics::railWidth, 60}; }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const Theme &m_theme;
    QString m_icon;
    int m_count = 0;
    bool m_late = false;
};

} // namespace calldeck
