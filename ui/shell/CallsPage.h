#pragma once

#include "desk/DeskPreferences.h"
#include "table/CallTable.h"

namespace calldeck
{

class BulkBar;
class FilterBar;

/** The calls of one view: its own filter, the chips, what is typed in the search field, the bulk bar and the table. */
class CallsPage : public QWidget
{
    Q_OBJECT
public:
    CallsPage(DeskService &desk, Theme &theme, DeskPreferences &preferences, QWidget *window);

    CallTable &table() { return *m_table; }
    /** "triage" or "calls": each has its own order and columns, and keeps its filter. */
    void showView(const QString &view);
    void setSearch(const QString &text);
    void setFilter(const CallFilter &filter);
    /** Chips and search as one expression for a saved view. */
    QString expression() const;
    qint64 selectedCount() const;

Q_SIGNALS:
    void saved(const calldeck::Receipt &receipt, const QString &sentence);
    void failed(const calldeck::Error &error);
    /** The chips and the search are empty again: the search field should be too. */
    void filtersCleared();
    void selectionChanged();

private:
    void query();
    void toggleDensity();

    DeskService &m_desk;
    CallTable *m_table;
    FilterBar *m_filters;
    BulkBar *m_bulk;
    QString m_view = QStringLiteral("calls");
    QHash<QString, CallFilter> m_kept; ///< filters of the views that are not shown
    QHash<QString, SortOrder> m_sorts; ///< chosen in the header, by view
    CallFilter m_typed;
};

} // namespace calldeck
