#include "table/CallTable.h"

#include "records/Damage.h"
#include "table/CallDelegate.h"
#include "table/CallTableView.h"
#include "table/EmptyState.h"

#include <QHeaderView>
#include <QMenu>
#include <QStackedLayout>

namespace calldeck
{

CallTable::CallTable(DeskService &desk, Theme &theme, DeskPreferences &preferences, QWidget *parent)
    : QWidget(parent), m_desk(desk), m_theme(theme), m_preferences(preferences), m_model(new CallTableModel(desk, this)), m_selection(new CallSelection(this)),
      m_view(new CallTableView(*m_model, *m_selection, theme, this)), m_delegate(new CallDelegate(theme, desk, *m_model, this)),
      m_empty(new EmptyState(theme, this)), m_stack(new QStackedLayout(this))
{
    m_view->setItemDelegate(m_delegate);
    m_stack->addWidget(m_view);
    m_stack->addWidget(m_empty);
    setDensity(static_cast<Density>(preferences.value(QStringLiteral("table/density"), 0).toInt()));
    connectModel();
    connectHeader();
    connect(m_view, &CallTableView::opened, this, &CallTable::opened);
    connect(m_view, &CallTableView::followUpAsked, this, &CallTable::followUpAsked);
    connect(m_view, &CallTableView::painted, this, &CallTable::rowsPainted);
    connect(m_view, &QTableView::doubleClicked, this, [this](const QModelIndex &index) { Q_EMIT opened(m_model->keyAt(index.row())); });
    connect(m_empty, &EmptyState::actionAsked, this, [this] {
        if (m_problem.isEmpty())
            Q_EMIT clearFiltersAsked();
        else
            setQuery(m_model->query(), m_viewName);
    });
    setFocusProxy(m_view);
}

void CallTable::connectModel()
{
    connect(m_model, &CallTableModel::orderChanged, this, [this](bool sameQuery) {
        m_problem.clear();
        showState();
        if (m_model->isComplete())
            m_selection->keepOnly(m_model->order());
        if (m_wanted && select(m_wanted))
            m_wanted = 0;
        else if ((!sameQuery || m_wasEmpty) && !m_wanted && count() > 0 && !m_view->currentIndex().isValid())
            m_view->setCurrentIndex(m_model->index(0, 2));
        m_wasEmpty = count() == 0;
        Q_EMIT countChanged(count());
    });
    connect(m_model, &CallTableModel::failed, this, &CallTable::failed);
    connect(m_model, &CallTableModel::orderFailed, this, [this](const Error &error) {
        // The words in place of the rows are no way out of that.
        if (isDamage(error))
            Q_EMIT failed(error);
        m_problem = error.message;
        showState();
        Q_EMIT countChanged(count());
    });
    connect(m_view->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex &current, const QModelIndex &) {
        if (current.isValid())
            Q_EMIT currentChanged(m_model->keyAt(current.row()));
    });
}

void CallTable::connectHeader()
{
    QHeaderView *header = m_view->horizontalHeader();
    header->setContextMenuPolicy(Qt::CustomContextMenu);
    header->setSectionsClickable(true);
    connect(header, &QHeaderView::customContextMenuRequested, this, [this, header] { chooseColumns(header); });
    connect(header, &QHeaderView::sectionClicked, this, &CallTable::sortBy);
    connect(header, &QHeaderView::sectionMoved, this, &CallTable::rememberColumns);
    connect(header, &QHeaderView::sectionResized, this, &CallTable::rememberColumns);
}

QWidget *CallTable::view() const { return m_view; }

void CallTable::setQuery(const CallQuery &query, const QString &viewName)
{
    if (viewName != m_viewName) {
        m_viewName = viewName;
        restoreColumns();
    }
    m_problem.clear();
    m_wanted = 0;
    m_selection->clear();
    m_view->setCurrentIndex({});
    m_model->setQuery(query);
    m_view->scrollToTop();
    showSortMark();
}

CallKey CallTable::currentCall() const { return m_model->keyAt(m_view->currentIndex().row()); }

bool CallTable::select(CallKey key)
{
    const int row = m_model->rowOf(key);
    if (row < 0) {
        m_wanted = key;
        return false;
    }
    m_view->setCurrentIndex(m_model->index(row, std::max(2, m_view->currentIndex().column())));
    return true;
}

bool CallTable::step(int by)
{
    const int row = m_view->currentIndex().row() + by;
    if (row < 0 || row >= count())
        return false;
    m_view->setCurrentIndex(m_model->index(row, std::max(2, m_view->currentIndex().column())));
    return true;
}

void CallTable::forgetWanted(CallKey shown)
{
    if (shown != m_wanted)
        m_wanted = 0;
}

void CallTable::setDensity(Density density)
{
    m_density = density;
    m_delegate->setDensity(density);
    m_view->verticalHeader()->setDefaultSectionSize(density == Density::Comfortable ? metrics::rowComfortable : metrics::rowCompact);
    m_preferences.setValue(QStringLiteral("table/density"), static_cast<int>(density));
}

QList<CallKey> CallTable::selectedCalls() const
{
    return m_selection->keys(m_model->order());
}

void CallTable::setGate(std::function<bool()> mayLeave) { m_view->setGate(std::move(mayLeave)); }
void CallTable::focusList() { m_view->setFocus(); }

void CallTable::showState()
{
    if (m_problem.isEmpty() && (count() > 0 || !m_model->isComplete())) {
        m_stack->setCurrentWidget(m_view);
        return;
    }
    CallFilter filter = m_model->query().filter;
    const bool triage = filter.in_triage == true;
    filter.in_triage.reset();
    if (!m_problem.isEmpty())
        m_empty->say(QStringLiteral("alert"), QStringLiteral("The calls could not be read"), m_problem, QStringLiteral("Try again"));
    else if (triage && !filter.isEmpty())
        m_empty->say(QStringLiteral("search"), QStringLiteral("No waiting call matches"), QStringLiteral("Other calls may wait in triage. Try fewer words or another filter."), QStringLiteral("Clear filters"));
    else if (triage)
        m_empty->say(QStringLiteral("check"), QStringLiteral("Nothing waits in triage"), QStringLiteral("Every call that needs an outcome has one. New calls appear here by themselves."), {});
    else if (filter.isEmpty())
        m_empty->say(QStringLiteral("inbox"), QStringLiteral("No calls yet"),
                     QStringLiteral("Import your call log with: calldeck-cli import FILE. Or start the desk with --demo to look around."), {});
    else
        m_empty->say(QStringLiteral("search"), QStringLiteral("No call matches"), QStringLiteral("Try fewer words or another filter. All dates are searched."), QStringLiteral("Clear filters"));
    m_stack->setCurrentWidget(m_empty);
}

void CallTable::sortBy(int section)
{
    const auto sort = m_model->column(section).sort;
    if (!sort)
        return;
    CallQuery query = m_model->query();
    const bool textual = *sort == SortColumn::Caller || *sort == SortColumn::Agent || *sort == SortColumn::Queue || *sort == SortColumn::Sla;
    query.sort = {*sort, query.sort.column == *sort ? !query.sort.descending : !textual};
    setQuery(query, m_viewName);
    Q_EMIT sorted(query.sort);
}

void CallTable::showSortMark()
{
    QHeaderView *header = m_view->horizontalHeader();
    const SortOrder sort = m_model->query().sort;
    header->setSortIndicatorShown(true);
    for (int section = 0; section < m_model->columnCount(); ++section) {
        if (m_model->column(section).sort == sort.column) {
            header->setSortIndicator(section, sort.descending ? Qt::DescendingOrder : Qt::AscendingOrder);
            return;
        }
    }
    header->setSortIndicator(-1, Qt::AscendingOrder);
}

void CallTable::restoreColumns()
{
    m_restoring = true;
    QHeaderView *header = m_view->horizontalHeader();
    const QString prefix = QStringLiteral("columns/%1/").arg(m_viewName);
    QStringList shown;
    for (const CallColumn &column : callColumns()) {
        if (m_viewName == QStringLiteral("triage") ? column.shown_in_triage : column.shown)
            shown.append(column.id);
    }
    shown = m_preferences.value(prefix + QStringLiteral("shown"), shown).toStringList();
    for (int section = 0; section < m_model->columnCount(); ++section) {
        const CallColumn &column = m_model->column(section);
        m_view->setColumnWidth(section, m_preferences.value(prefix + QStringLiteral("width/") + column.id, column.width).toInt());
        m_view->setColumnHidden(section, !shown.contains(column.id));
    }
    int place = 0;
    for (const QString &id : std::as_const(shown)) {
        for (int section = 0; section < m_model->columnCount(); ++section) {
            if (m_model->column(section).id == id)
                header->moveSection(header->visualIndex(section), place++);
        }
    }
    m_restoring = false;
}

void CallTable::rememberColumns()
{
    if (m_restoring || m_viewName.isEmpty())
        return;
    QHeaderView *header = m_view->horizontalHeader();
    const QString prefix = QStringLiteral("columns/%1/").arg(m_viewName);
    QStringList shown;
    int last = header->count() - 1;
    while (last > 0 && header->isSectionHidden(header->logicalIndex(last)))
        --last;
    for (int place = 0; place < header->count(); ++place) {
        const int section = header->logicalIndex(place);
        if (header->isSectionHidden(section))
            continue;
        const CallColumn &column = m_model->column(section);
        shown.append(column.id);
        // The last one is stretched over what is left: its width says nothing about the person's wish.
        if (place == last)
            continue;
        const int width = header->sectionSize(section);
        m_preferences.setValue(prefix + QStringLiteral("width/") + column.id, width == column.width ? QVariant() : QVariant(width));
    }
    m_preferences.setValue(prefix + QStringLiteral("shown"), shown);
}

void CallTable::chooseColumns(QWidget *anchor)
{
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (int section = 0; section < m_model->columnCount(); ++section) {
        QAction *action = menu->addAction(m_model->column(section).title);
        action->setCheckable(true);
        action->setChecked(!m_view->isColumnHidden(section));
        connect(action, &QAction::toggled, this, [this, section](bool on) {
            m_view->setColumnHidden(section, !on);
            rememberColumns();
        });
    }
    menu->addSeparator();
    connect(menu->addAction(QStringLiteral("Reset columns")), &QAction::triggered, this, [this] {
        const QString prefix = QStringLiteral("columns/%1/").arg(m_viewName);
        m_preferences.setValue(prefix + QStringLiteral("shown"), QVariant());
        for (const CallColumn &column : callColumns())
            m_preferences.setValue(prefix + QStringLiteral("width/") + column.id, QVariant());
        restoreColumns();
    });
    menu->popup(anchor->mapToGlobal(QPoint(0, anchor->height())));
}

} // namespace calldeck
