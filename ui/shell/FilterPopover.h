#pragma once

#include "desk/DeskService.h"
#include "shell/QuickFilters.h"
#include "theme/Controls.h"

namespace calldeck
{

/** All filters by groups, each value a chip; every click takes effect at once. */
class FilterPopover : public Popover
{
    Q_OBJECT
public:
    FilterPopover(DeskService &desk, const Theme &theme, QWidget *window);
    void open(QWidget *anchor, const CallFilter &filter);

Q_SIGNALS:
    void changed(const calldeck::CallFilter &filter);

private:
    void buildFixed();
    QWidget *addGroup(const QString &name, const QList<QuickFilter> &filters);
    void addValues(const QString &name, QStringList CallFilter::*list, const QStringList &values);
    void askForValues();
    void refresh();
    void place();

    DeskService &m_desk;
    const Theme &m_theme;
    QPointer<QWidget> m_anchor;
    CallFilter m_filter;
    QVBoxLayout *m_column;
    QList<QWidget *> m_found; ///< groups whose values come from the store
    quint64 m_request = 0;
    QList<std::pair<QPointer<Button>, QuickFilter>> m_chips;
};

} // namespace calldeck
