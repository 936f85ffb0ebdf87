#pragma once

#include "desk/DeskService.h"
#include "shell/QuickFilters.h"
#include "theme/Controls.h"

namespace calldeck
{

class FilterPopover;
class FlowLayout;

/** The chips over the table: quick filters, all filters, what else is filtered as removable chips, and how the table looks. */
class FilterBar : public QWidget
{
    Q_OBJECT
public:
    FilterBar(DeskService &desk, const Theme &theme, QWidget *window);

    const CallFilter &filter() const { return m_filter; }
    /** Shows this filter without telling. */
    void setFilter(const CallFilter &filter);
    /** In triage every call needs an outcome: the chips about outcomes are hidden. */
    void setInTriage(bool on);
    /** A sentence under the chips about what was typed in the search field; "" for none. */
    void sayProblem(const QString &sentence);

Q_SIGNALS:
    void changed(const calldeck::CallFilter &filter);
    void columnsAsked(QWidget *anchor);
    void densityAsked();

private:
    void buildTools(QBoxLayout *row);
    void rebuildQuick();
    void take(const CallFilter &filter);
    void showChips();
    void showOthers();

    DeskService &m_desk;
    const Theme &m_theme;
    CallFilter m_filter;
    QList<QuickFilter> m_quick;
    QList<Button *> m_chips;
    QWidget *m_quickBox;
    QWidget *m_others;
    Text *m_problem;
    QWidget *m_window;
    FilterPopover *m_popover = nullptr; ///< of the last opening
    bool m_inTriage = false;
};

} // namespace calldeck
