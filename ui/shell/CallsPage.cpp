#include "shell/CallsPage.h"

#include "shell/BulkBar.h"
#include "shell/FilterBar.h"

namespace calldeck
{

CallsPage::CallsPage(DeskService &desk, Theme &theme, DeskPreferences &preferences, QWidget *window)
    : QWidget(window), m_desk(desk), m_table(new CallTable(desk, theme, preferences, this)), m_filters(new FilterBar(desk, theme, window)),
      m_bulk(new BulkBar(desk, theme, [this] { return m_table->selectedCalls(); }, window))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_filters);
    column->addWidget(m_bulk);
    column->addWidget(m_table, 1);
    connect(m_filters, &FilterBar::changed, this, &CallsPage::query);
    connect(m_filters, &FilterBar::columnsAsked, m_table, &CallTable::chooseColumns);
    connect(m_filters, &FilterBar::densityAsked, this, &CallsPage::toggleDensity);
    connect(m_table, &CallTable::clearFiltersAsked, this, [this] {
        m_filters->setFilter({});
        setSearch({});
        Q_EMIT filtersCleared();
    });
    connect(m_table, &CallTable::failed, this, &CallsPage::failed);
    connect(m_table, &CallTable::sorted, this, [this](SortOrder order) { m_sorts.insert(m_view, order); });
    connect(&m_table->selection(), &CallSelection::changed, this, [this] {
        m_bulk->setCount(selectedCount());
        Q_EMIT selectionChanged();
    });
    connect(m_bulk, &BulkBar::clearAsked, this, [this] {
        m_table->selection().clear();
        m_table->focusList();
    });
    connect(m_bulk, &BulkBar::saved, this, &CallsPage::saved);
    connect(m_bulk, &BulkBar::failed, this, &CallsPage::failed);
}

qint64 CallsPage::selectedCount() const { return m_table->selection().count(); }

void CallsPage::showView(const QString &view)
{
    m_kept.insert(m_view, m_filters->filter());
    m_view = view;
    m_filters->setFilter(m_kept.value(view));
    m_filters->setInTriage(view == QStringLiteral("triage"));
    query();
}

void CallsPage::setSearch(const QString &text)
{
    const auto parsed = parseCallFilter(text, m_desk.now(), QTimeZone(m_desk.workspace().zone));
    m_filters->sayProblem(parsed ? QString() : parsed.error().message);
    if (!parsed)
        return;
    m_typed = *parsed;
    query();
}

void CallsPage::setFilter(const CallFilter &filter)
{
    m_filters->setFilter(filter);
    query();
}

QString CallsPage::expression() const { return callFilterText(mergedFilter(m_filters->filter(), m_typed), QTimeZone(m_desk.workspace().zone)); }

void CallsPage::query()
{
    const bool triage = m_view == QStringLiteral("triage");
    const SortOrder usual = triage ? SortOrder{SortColumn::Triage, false} : SortOrder{};
    CallQuery query{mergedFilter(m_filters->filter(), m_typed), m_sorts.value(m_view, usual)};
    if (triage)
        query.filter.in_triage = true;
    m_table->setQuery(query, m_view);
}

void CallsPage::toggleDensity() { m_table->setDensity(m_table->density() == Density::Comfortable ? Density::Compact : Density::Comfortable); }

} // namespace calldeck
