#include "drawer/DispositionPicker.h"

#include <algorithm>

namespace calldeck
{

namespace
{

constexpr int groupedColumns = 4;
constexpr int groupedFrom = 600; ///< below it the names of the groups would cost the room that the labels need
constexpr int narrowestColumn = 150;
constexpr int buttonHeight = 28;
constexpr int minimumButtonWidth = 96;

QString effectOf(const DispositionRule &rule)
{
    QStringList parts{rule.label};
    if (rule.follow_up_required)
        parts.append(QStringLiteral("asks for a follow-up time"));
    if (rule.suggested_follow_up_minutes != 0)
        parts.append(QStringLiteral("offers a follow-up"));
    if (rule.amount_required)
        parts.append(QStringLiteral("asks for an amount"));
    if (rule.transfer_required)
        parts.append(QStringLiteral("asks to whom"));
    if (rule.contact_required)
        parts.append(QStringLiteral("asks for a linked contact"));
    if (rule.notes_required)
        parts.append(QStringLiteral("asks for notes"));
    return parts.join(QStringLiteral(", "));
}

} // namespace

DispositionPicker::DispositionPicker(const Theme &theme, const QList<DispositionRule> &rules, QWidget *parent) : QWidget(parent), m_grid(new QGridLayout(this))
{
    setAccessibleName(QStringLiteral("Disposition"));
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setHorizontalSpacing(6);
    m_grid->setVerticalSpacing(metrics::smallGap);
    for (const DispositionRule &rule : rules) {
        auto group = std::find_if(m_groups.begin(), m_groups.end(), [&](const Group &known) { return known.name == rule.group; });
        if (group == m_groups.end())
            group = m_groups.insert(m_groups.end(), {rule.group, new Text(theme, TypeRole::SmallStrong, Token::TextFaint, rule.group, this), {}});
        QString label = rule.label;
        auto *button = new Button(theme, ButtonKind::Chip, QStringLiteral("%1  %2").arg(rule.hotkey).arg(label.replace(u'&', QStringLiteral("&&"))), {}, this);
        button->setCheckable(true);
        button->setAccessibleName(QStringLiteral("%1, key %2").arg(rule.label).arg(rule.hotkey));
        button->setAccessibleDescription(effectOf(rule));
        button->setToolTip(effectOf(rule));
        button->setProperty("leftAligned", true);
        button->setRole(TypeRole::Small);
        button->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
        button->setMinimumWidth(minimumButtonWidth);
        button->setFixedHeight(buttonHeight);
        connect(button, &QPushButton::clicked, this, [this, key = rule.key] { Q_EMIT picked(key == m_chosen ? QString() : key); });
        group->buttons.append(button);
        m_inKeyOrder.append(button);
        m_buttons.insert(rule.key, button);
    }
    arrange(2);
}

void DispositionPicker::show(const QString &chosen)
{
    m_chosen = chosen;
    for (auto it = m_buttons.cbegin(); it != m_buttons.cend(); ++it)
        it.value()->setChecked(it.key() == chosen);
}

void DispositionPicker::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    arrange(width() >= groupedFrom ? groupedColumns : std::clamp(width() / narrowestColumn, 2, groupedColumns - 1));
}

QList<QWidgetList> DispositionPicker::inKeyOrder(int columns) const
{
    QList<QWidgetList> cells(columns);
    int place = 0;
    for (Button *button : m_inKeyOrder)
        cells[place++ % columns].append(button);
    return cells;
}

QList<QWidgetList> DispositionPicker::grouped() const
{
    // The largest group stands in the two columns of the middle, the others share the outer ones.
    const auto largest = std::max_element(m_groups.cbegin(), m_groups.cend(), [](const Group &a, const Group &b) { return a.buttons.size() < b.buttons.size(); });
    QList<QWidgetList> cells(groupedColumns);
    int small = 0;
    for (auto group = m_groups.cbegin(); group != m_groups.cend(); ++group) {
        if (group == largest)
            continue;
        QWidgetList &column = cells[small++ % 2 * (groupedColumns - 1)];
        column.append(group->label);
        for (Button *button : group->buttons)
            column.append(button);
    }
    if (largest == m_groups.cend())
        return cells;
    const qsizetype half = (largest->buttons.size() + 1) / 2;
    for (int i = 0; i < 2; ++i) {
        cells[1 + i].append(i == 0 ? largest->label : nullptr);
        for (Button *button : largest->buttons.mid(i * half, half))
            cells[1 + i].append(button);
    }
    return cells;
}

void DispositionPicker::arrange(int columns)
{
    if (columns == m_columns)
        return;
    for (int column = 0; column < m_columns; ++column)
        m_grid->setColumnStretch(column, 0);
    m_columns = columns;
    while (QLayoutItem *item = m_grid->takeAt(0))
        delete item;
    const bool named = columns == groupedColumns;
    for (const Group &group : std::as_const(m_groups))
        group.label->setVisible(named);
    const QList<QWidgetList> cells = named ? grouped() : inKeyOrder(columns);
    for (int column = 0; column < cells.size(); ++column) {
        m_grid->setColumnStretch(column, 1);
        for (int row = 0; row < cells[column].size(); ++row) {
            if (cells[column][row])
                m_grid->addWidget(cells[column][row], row, column);
        }
    }
    for (qsizetype i = 1; i < m_inKeyOrder.size(); ++i)
        setTabOrder(m_inKeyOrder[i - 1], m_inKeyOrder[i]);
}

} // namespace calldeck
