#include "shell/FilterBar.h"

#include "rules/FilterTerms.h"
#include "shell/FilterPopover.h"
#include "theme/FlowLayout.h"

#include <QHBoxLayout>

namespace calldeck
{

namespace
{

/** "status: missed, voicemail" for a chip. */
QString termText(const FilterTerm &term)
{
    if (term.key.isEmpty())
        return term.values.join(u' ');
    const QString key = QString((term.negated ? QStringLiteral("not ") : QString()) + term.key);
    return key + (term.op == QStringLiteral(":") ? QStringLiteral(": ") : QString(u' ' + term.op + u' ')) + term.values.join(QStringLiteral(", ")).toLower();
}

} // namespace

FilterBar::FilterBar(DeskService &desk, const Theme &theme, QWidget *window)
    : QWidget(window), m_desk(desk), m_theme(theme), m_quickBox(new QWidget(this)), m_others(new QWidget(this)),
      m_problem(new Text(theme, TypeRole::Small, Token::Overdue, {}, this)), m_window(window)
{
    setAccessibleName(QStringLiteral("Filters"));
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(20, 2, 14, 8);
    column->setSpacing(6);
    auto *row = new QHBoxLayout;
    row->setSpacing(6);
    new FlowLayout(m_quickBox, 6);
    row->addWidget(m_quickBox, 1);
    buildTools(row);
    column->addLayout(row);
    new FlowLayout(m_others, 6);
    column->addWidget(m_others);
    column->addWidget(m_problem);
    m_problem->setWordWrap(true);
    m_problem->hide();
    rebuildQuick();
    setFilter({});
}

void FilterBar::buildTools(QBoxLayout *row)
{
    auto *columns = Button::iconOnly(m_theme, QStringLiteral("columns"), QStringLiteral("Columns"), this);
    auto *density = Button::iconOnly(m_theme, QStringLiteral("rows"), QStringLiteral("Row height"), this);
    row->addWidget(columns, 0, Qt::AlignTop);
    row->addWidget(density, 0, Qt::AlignTop);
    connect(columns, &QPushButton::clicked, this, [this, columns] { Q_EMIT columnsAsked(columns); });
    connect(density, &QPushButton::clicked, this, &FilterBar::densityAsked);
}

void FilterBar::rebuildQuick()
{
    m_quick = quickFilters(m_desk.now(), QTimeZone(m_desk.workspace().zone));
    for (int i = 0; i < m_quick.size(); ++i) {
        auto *chip = new Button(m_theme, ButtonKind::Chip, m_quick[i].label, m_quick[i].icon, m_quickBox);
        chip->setCheckable(true);
        m_quickBox->layout()->addWidget(chip);
        m_chips.append(chip);
        connect(chip, &QPushButton::clicked, this, [this, i](bool on) {
            // Made anew each time: what "today" means moves on at midnight.
            m_quick = quickFilters(m_desk.now(), QTimeZone(m_desk.workspace().zone));
            CallFilter filter = m_filter;
            m_quick[i].set(filter, on);
            take(filter);
        });
    }
    auto *all = new Button(m_theme, ButtonKind::Chip, QStringLiteral("Filters"), QStringLiteral("filter"), m_quickBox);
    m_quickBox->layout()->addWidget(all);
    connect(all, &QPushButton::clicked, this, [this, all] {
        // Made anew each time: what "today" means moves on at midnight.
        if (m_popover)
            m_popover->deleteLater();
        m_popover = new FilterPopover(m_desk, m_theme, m_window);
        connect(m_popover, &FilterPopover::changed, this, &FilterBar::take);
        m_popover->open(all, m_filter);
    });
}

void FilterBar::take(const CallFilter &filter)
{
    setFilter(filter);
    Q_EMIT changed(m_filter);
}

void FilterBar::setFilter(const CallFilter &filter)
{
    m_filter = filter;
    showChips();
    showOthers();
}

void FilterBar::setInTriage(bool on)
{
    m_inTriage = on;
    showChips();
}

void FilterBar::showChips()
{
    for (int i = 0; i < m_chips.size(); ++i)
        m_chips[i]->setChecked(m_quick[i].isOn(m_filter));
    for (qsizetype i = 0; i < m_chips.size(); ++i)
        m_chips[i]->setHidden(m_inTriage && !m_quick[i].in_triage);
}

void FilterBar::showOthers()
{
    for (QWidget *chip : m_others->findChildren<QWidget *>(QString(), Qt::FindDirectChildrenOnly)) {
        chip->hide();
        chip->deleteLater();
    }
    CallFilter rest = m_filter;
    for (const QuickFilter &quick : std::as_const(m_quick)) {
        if (quick.isOn(rest))
            quick.set(rest, false);
    }
    const QTimeZone zone(m_desk.workspace().zone);
    const QList<FilterTerm> terms = splitFilter(callFilterText(rest, zone));
    for (int i = 0; i < terms.size(); ++i) {
        auto *chip = new Button(m_theme, ButtonKind::Chip, termText(terms[i]), QStringLiteral("x"), m_others);
        chip->setAccessibleName(QStringLiteral("Remove the filter %1").arg(termText(terms[i])));
        m_others->layout()->addWidget(chip);
        connect(chip, &QPushButton::clicked, this, [this, rest, zone, i] {
            QStringList kept;
            const QList<FilterTerm> all = splitFilter(callFilterText(rest, zone));
            for (int k = 0; k < all.size(); ++k) {
                if (k != i)
                    kept.append(all[k].typed);
            }
            const auto less = parseCallFilter(kept.join(u' '), m_desk.now(), zone);
            CallFilter filter = less ? *less : CallFilter{};
            for (const QuickFilter &quick : std::as_const(m_quick)) {
                if (quick.isOn(m_filter))
                    quick.set(filter, true);
            }
            take(filter);
        });
    }
    m_others->setVisible(!terms.isEmpty());
}

void FilterBar::sayProblem(const QString &sentence)
{
    m_problem->setText(sentence);
    m_problem->setVisible(!sentence.isEmpty());
}

} // namespace calldeck
