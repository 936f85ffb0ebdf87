#include "drawer/HistoryTab.h"

#include "desk/Answer.h"

#include <QDateTime>
#include <QHeaderView>
#include <QLocale>
#include <QScrollBar>
#include <QStyledItemDelegate>

namespace calldeck
{

namespace
{

QString iconOf(TimelineEntry::Kind kind)
{
    switch (kind) {
    case TimelineEntry::Kind::Call: return QStringLiteral("phone");
    case TimelineEntry::Kind::Outcome: return QStringLiteral("check");
    case TimelineEntry::Kind::FollowUp: return QStringLiteral("calendar-clock");
    case TimelineEntry::Kind::Audit: return QStringLiteral("history");
    }
    Q_UNREACHABLE();
}

/** Air between the entries, and the icon beside the first line of a long one. */
class RoomyRows : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        return QStyledItemDelegate::sizeHint(option, index) + QSize(metrics::gap + edge, metrics::pad);
    }
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        QStyleOptionViewItem inset = option;
        if (index.column() == 0)
            inset.rect.setLeft(inset.rect.left() + edge);
        inset.rect.setTop(inset.rect.top() + metrics::smallGap);
        QStyledItemDelegate::paint(painter, inset, index);
    }

private:
    static constexpr int edge = metrics::bigPad - metrics::smallGap;

protected:
    void initStyleOption(QStyleOptionViewItem *option, const QModelIndex &index) const override
    {
        QStyledItemDelegate::initStyleOption(option, index);
        option->decorationAlignment = Qt::AlignLeft | Qt::AlignTop;
        option->displayAlignment = Qt::AlignLeft | Qt::AlignTop;
    }
};

} // namespace

HistoryTab::HistoryTab(DeskService &desk, const Theme &theme, QWidget *parent) : QTreeWidget(parent), m_desk(desk), m_theme(theme)
{
    setAccessibleName(QStringLiteral("History of this number"));
    setColumnCount(2);
    setHeaderHidden(true);
    setRootIsDecorated(false);
    setIndentation(0);
    setItemDelegate(new RoomyRows(this));
    setFrameShape(NoFrame);
    setWordWrap(true);
    setUniformRowHeights(false);
    header()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    connect(this, &QTreeWidget::itemActivated, this, [this](const QTreeWidgetItem *item, int) {
        const CallKey call = item->data(0, Qt::UserRole).toLongLong();
        if (call && call != m_call)
            Q_EMIT callAsked(call);
    });
}

void HistoryTab::setCall(CallKey call)
{
    if (call != m_call)
        clear();
    m_call = call;
    onAnswer(m_desk.timeline(call), this, [this, call](const Result<QList<TimelineEntry>> &entries) {
        if (call != m_call)
            return;
        if (entries)
            fill(*entries);
        else
            Q_EMIT failed(entries.error());
    });
}

void HistoryTab::fill(const QList<TimelineEntry> &entries)
{
    const int scrolledTo = verticalScrollBar()->value();
    clear();
    const QTimeZone zone(m_desk.workspace().zone);
    QDate day;
    QTreeWidgetItem *heading = nullptr;
    for (const TimelineEntry &entry : entries) {
        const QDateTime at = QDateTime::fromMSecsSinceEpoch(entry.at, zone);
        if (!heading || at.date() != day) {
            day = at.date();
            heading = new QTreeWidgetItem(this, {QLocale::c().toString(day, QStringLiteral("dddd, d MMMM yyyy"))});
            heading->setFirstColumnSpanned(true);
            heading->setFont(0, m_theme.font(TypeRole::SmallStrong));
            heading->setForeground(0, m_theme.color(Token::TextMuted));
            heading->setFlags(Qt::ItemIsEnabled);
            heading->setExpanded(true);
        }
        const QString here = entry.call == m_call && entry.kind == TimelineEntry::Kind::Call ? QStringLiteral(" (this call)") : QString();
        const QString text = entry.detail.isEmpty() ? QString(entry.title + here) : QString(entry.title + here + u'\n' + entry.detail.left(400));
        auto *item = new QTreeWidgetItem(heading, {at.toString(QStringLiteral("HH:mm")), text});
        item->setIcon(0, m_theme.icon(iconOf(entry.kind), Token::TextMuted));
        item->setData(0, Qt::UserRole, entry.call);
        item->setTextAlignment(0, Qt::AlignLeft | Qt::AlignTop);
    }
    verticalScrollBar()->setValue(scrolledTo);
}

} // namespace calldeck
