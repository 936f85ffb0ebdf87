#pragma once

#include "desk/DeskPreferences.h"
#include "table/CallSelection.h"
#include "table/CallTableModel.h"
#include "theme/Theme.h"

#include <QWidget>

class QStackedLayout;

namespace calldeck
{

class CallDelegate;
class CallTableView;
class EmptyState;

/** The calls table with its header, selection, row actions and empty states. */
class CallTable : public QWidget
{
    Q_OBJECT
public:
    CallTable(DeskService &desk, Theme &theme, DeskPreferences &preferences, QWidget *parent = nullptr);

    /** `viewName` names the set of columns that is remembered. */
    void setQuery(const CallQuery &query, const QString &viewName);
    const CallQuery &query() const { return m_model->query(); }
    qint64 count() const { return m_model->rowCount(); }
    CallKey currentCall() const;
    /** Goes to a call. One that is not in the list yet is gone to when it comes, until forgetWanted(). */
    bool select(CallKey key);
    /** The person has turned to `shown`: a call that select() still waits for is no longer gone to. */
    void forgetWanted(CallKey shown);
    bool selectNext() { return step(1); }
    bool selectPrevious() { return step(-1); }

    Density density() const { return m_density; }
    void setDensity(Density density);
    CallSelection &selection() { return *m_selection; }
    QList<CallKey> selectedCalls() const;
    /** The menu of columns, under `anchor`. */
    void chooseColumns(QWidget *anchor);
    void focusList();
    /** Asked before the person goes to another row; false keeps them where they are. */
    void setGate(std::function<bool()> mayLeave);
    const CallTableModel &model() const { return *m_model; }
    QWidget *view() const;

Q_SIGNALS:
    void currentChanged(calldeck::CallKey key);
    void opened(calldeck::CallKey key);
    void followUpAsked(calldeck::CallKey key);
    void countChanged(qint64 count);
    void rowsPainted();
    /** The person chose another order in the header. */
    void sorted(calldeck::SortOrder order);
    void failed(const calldeck::Error &error);
    void clearFiltersAsked();

private:
    void connectModel();
    void connectHeader();
    bool step(int by);
    void restoreColumns();
    void rememberColumns();
    void showState();
    void sortBy(int section);
    void showSortMark();

    DeskService &m_desk;
    Theme &m_theme;
    DeskPreferences &m_preferences;
    CallTableModel *m_model;
    CallSelection *m_selection;
    CallTableView *m_view;
    CallDelegate *m_delegate;
    EmptyState *m_empty;
    QStackedLayout *m_stack;
    QString m_viewName;
    Density m_density = Density::Comfortable;
    CallKey m_wanted = 0;
    bool m_wasEmpty = false; ///< the first call that comes into an empty list is looked at, as with a first sync
    QString m_problem; ///< why there are no calls to show, "" when there is none
    bool m_restoring = false;
};

} // namespace calldeck
