#include "shell/FilterPopover.h"

#include "desk/Answer.h"
#include "theme/FlowLayout.h"

#include <QHBoxLayout>
#include <QScrollArea>

namespace calldeck
{

namespace
{

constexpr int popoverWidth = 560;
constexpr qsizetype mostValues = 24; ///< the rest is reached through the search field

template <class Enum> QList<QuickFilter> allOf(QList<Enum> CallFilter::*list)
{
    QList<QuickFilter> filters;
    for (size_t i = 0; i < enumWords<Enum>().size(); ++i) {
        const auto value = static_cast<Enum>(i);
        filters.append(valueFilter(labelOf(value), list, value));
    }
    return filters;
}

} // namespace

FilterPopover::FilterPopover(DeskService &desk, const Theme &theme, QWidget *window)
    : Popover(theme, QStringLiteral("All filters"), window), m_desk(desk), m_theme(theme), m_column(new QVBoxLayout)
{
    auto *outer = new QVBoxLayout(this);
    outer->setContentsMargins(1, 1, 1, 1);
    auto *scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->viewport()->setAutoFillBackground(false);
    auto *body = new QWidget;
    body->setAutoFillBackground(false);
    m_column = new QVBoxLayout(body);
    m_column->setContentsMargins(18, 16, 18, 16);
    m_column->setSpacing(metrics::gap);
    scroll->setWidget(body);
    outer->addWidget(scroll);
    auto *head = new QHBoxLayout;
    head->addWidget(new Text(theme, TypeRole::Heading, Token::Text, QStringLiteral("All filters"), body), 1);
    auto *clear = new Button(theme, ButtonKind::Ghost, QStringLiteral("Clear all"), {}, body);
    head->addWidget(clear);
    m_column->addLayout(head);
    connect(clear, &QPushButton::clicked, this, [this] {
        m_filter = {};
        refresh();
        Q_EMIT changed(m_filter);
    });
    buildFixed();
}

void FilterPopover::buildFixed()
{
    const QTimeZone zone(m_desk.workspace().zone);
    const TimeMs now = m_desk.now();
    addGroup(QStringLiteral("Started"), {startedFilter(QStringLiteral("Today"), QStringLiteral("today"), now, zone), startedFilter(QStringLiteral("Yesterday"), QStringLiteral("yesterday"), now, zone),
                                         startedFilter(QStringLiteral("This week"), QStringLiteral("week"), now, zone), startedFilter(QStringLiteral("This month"), QStringLiteral("month"), now, zone)});
    addGroup(QStringLiteral("Status"), allOf(&CallFilter::statuses));
    addGroup(QStringLiteral("Direction"), allOf(&CallFilter::types));
    addGroup(QStringLiteral("Outcome"), allOf(&CallFilter::outcomes));
    addGroup(QStringLiteral("SLA"), allOf(&CallFilter::sla_states));
    addGroup(QStringLiteral("Marks"), {flagFilter(QStringLiteral("Emergency"), &CallFilter::emergency), flagFilter(QStringLiteral("After hours"), &CallFilter::after_hours),
                                       flagFilter(QStringLiteral("Do not contact"), &CallFilter::do_not_contact), flagFilter(QStringLiteral("Spam"), &CallFilter::spam),
                                       flagFilter(QStringLiteral("Outcome owed"), &CallFilter::outcome_owed), flagFilter(QStringLiteral("Transcript"), &CallFilter::has_transcript),
                                       flagFilter(QStringLiteral("Recording"), &CallFilter::has_recording)});
}

QWidget *FilterPopover::addGroup(const QString &name, const QList<QuickFilter> &filters)
{
    auto *group = new QWidget(this);
    auto *column = new QVBoxLayout(group);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(metrics::smallGap);
    column->addWidget(new Text(m_theme, TypeRole::SmallStrong, Token::TextMuted, name, group));
    auto *chips = new QWidget(group);
    new FlowLayout(chips, 6);
    column->addWidget(chips);
    for (const QuickFilter &filter : filters) {
        auto *chip = new Button(m_theme, ButtonKind::Chip, filter.label, {}, chips);
        chip->setAccessibleName(QStringLiteral("%1: %2").arg(name, filter.label));
        chip->setCheckable(true);
        chips->layout()->addWidget(chip);
        m_chips.append({chip, filter});
        connect(chip, &QPushButton::clicked, this, [this, filter](bool on) {
            filter.set(m_filter, on);
            refresh();
            Q_EMIT changed(m_filter);
        });
    }
    m_column->addWidget(group);
    return group;
}

void FilterPopover::addValues(const QString &name, QStringList CallFilter::*list, const QStringList &values)
{
    QList<QuickFilter> filters;
    for (const QString &value : values.mid(0, mostValues)) {
        filters.append({value, {}, [=](const CallFilter &filter) { return (filter.*list).contains(value, Qt::CaseInsensitive); },
                        [=](CallFilter &filter, bool on) {
                            (filter.*list).removeAll(value);
                            if (on)
                                (filter.*list).append(value);
                        }, true});
    }
    if (!filters.isEmpty())
        m_found.append(addGroup(name, filters));
    refresh();
}

void FilterPopover::open(QWidget *anchor, const CallFilter &filter)
{
    m_anchor = anchor;
    m_filter = filter;
    refresh();
    place();
    askForValues();
}

void FilterPopover::askForValues()
{
    qDeleteAll(m_found);
    m_found.clear();
    const quint64 request = ++m_request;
    const auto add = [this, request](const QString &name, QStringList CallFilter::*list) {
        return [this, request, name, list](const Result<QStringList> &values) {
            if (values && request == m_request)
                addValues(name, list, *values);
        };
    };
    onAnswer(m_desk.valuesOf(CallField::agent_name), this, add(QStringLiteral("Agent"), &CallFilter::agents));
    onAnswer(m_desk.valuesOf(CallField::queue), this, add(QStringLiteral("Queue"), &CallFilter::queues));
    onAnswer(m_desk.tags(), this, [this, request](const Result<QList<TagCount>> &tags) {
        if (!tags || request != m_request)
            return;
        QStringList names;
        for (const TagCount &tag : *tags)
            names.append(tag.tag);
        addValues(QStringLiteral("Tag"), &CallFilter::tags, names);
    });
}

void FilterPopover::refresh()
{
    for (const auto &[chip, filter] : std::as_const(m_chips)) {
        if (chip)
            chip->setChecked(filter.isOn(m_filter));
    }
}

void FilterPopover::place()
{
    const int room = parentWidget()->height() - 120;
    setFixedSize(std::min(popoverWidth, parentWidget()->width() - 120), std::min(room, 620));
    if (m_anchor)
        openUnder(m_anchor);
}

} // namespace calldeck
