#include "drawer/DetailsTab.h"

#include "table/CallColumns.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>

namespace calldeck
{

namespace
{

bool isEditable(CallField field) { return infoOf(field).access == FieldAccess::Editable; }

/** What an editor starts with: money in currency units, the rest as it is written to files. */
QString editText(const Call &call, CallField field)
{
    const QString text = fieldText(call, field);
    if (infoOf(field).kind != FieldKind::Cents || text.isEmpty())
        return text;
    return QString::number(text.toDouble() / 100, 'f', 2);
}

QString storedText(CallField field, const QString &typed)
{
    if (infoOf(field).kind != FieldKind::Cents || typed.isEmpty())
        return typed;
    bool ok = false;
    const double amount = QString(typed).remove(u'$').remove(u',').toDouble(&ok);
    return ok ? QString::number(static_cast<qint64>(amount * 100 + 0.5)) : typed;
}

} // namespace

DetailsTab::DetailsTab(DeskService &desk, const Theme &theme, QWidget *parent)
    : QWidget(parent), m_desk(desk), m_theme(theme), m_filter(new QLineEdit(this)), m_tree(new QTreeWidget(this))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(metrics::bigPad, metrics::pad, metrics::gap, 0);
    column->setSpacing(metrics::gap);
    m_filter->setPlaceholderText(QStringLiteral("Find a field"));
    m_filter->setAccessibleName(QStringLiteral("Find a field"));
    m_filter->setClearButtonEnabled(true);
    m_tree->setAccessibleName(QStringLiteral("Fields of the call"));
    m_tree->setColumnCount(2);
    m_tree->setHeaderHidden(true);
    m_tree->setRootIsDecorated(false);
    m_tree->setIndentation(0);
    m_tree->setFrameShape(QFrame::NoFrame);
    m_tree->setEditTriggers(QAbstractItemView::EditKeyPressed | QAbstractItemView::DoubleClicked);
    m_tree->header()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    column->addWidget(m_filter);
    column->addWidget(m_tree, 1);
    build();
    connect(m_filter, &QLineEdit::textChanged, this, &DetailsTab::filter);
    connect(m_tree, &QTreeWidget::itemChanged, this, &DetailsTab::edited);
    connect(m_tree, &QTreeWidget::itemClicked, this, [this](QTreeWidgetItem *item, int) {
        const QVariant field = item->data(0, Qt::UserRole);
        if (field.isValid() && !isEditable(static_cast<CallField>(field.toInt())) && !item->text(1).isEmpty())
            QGuiApplication::clipboard()->setText(fieldText(m_call, static_cast<CallField>(field.toInt())));
    });
}

void DetailsTab::build()
{
    m_items.resize(static_cast<qsizetype>(callFields().size()));
    QHash<int, QTreeWidgetItem *> groups;
    for (int group = 0; group <= static_cast<int>(FieldGroup::Provider); ++group) {
        auto *item = new QTreeWidgetItem(m_tree, {groupLabel(static_cast<FieldGroup>(group))});
        item->setFont(0, m_theme.font(TypeRole::SmallStrong));
        item->setFlags(Qt::ItemIsEnabled);
        item->setExpanded(true);
        item->setFirstColumnSpanned(true);
        groups.insert(group, item);
    }
    for (size_t i = 0; i < callFields().size(); ++i) {
        const auto field = static_cast<CallField>(i);
        auto *item = new QTreeWidgetItem(groups.value(static_cast<int>(infoOf(field).group)), {QLatin1String(infoOf(field).label)});
        item->setData(0, Qt::UserRole, static_cast<int>(i));
        item->setToolTip(1, isEditable(field) ? QStringLiteral("Double click or F2 to change") : QStringLiteral("Click to copy"));
        m_items[static_cast<qsizetype>(i)] = item;
    }
}

void DetailsTab::setCall(const CallDetail &detail)
{
    m_call = detail.call;
    m_filling = true;
    const QTimeZone zone(m_desk.workspace().zone);
    const CellContext context{m_desk.workspace(), zone, m_desk.now()};
    for (size_t i = 0; i < callFields().size(); ++i) {
        const auto field = static_cast<CallField>(i);
        QTreeWidgetItem *item = m_items[static_cast<qsizetype>(i)];
        const bool editable = isEditable(field);
        item->setFlags(editable ? Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsEditable : Qt::ItemIsEnabled | Qt::ItemIsSelectable);
        item->setText(1, displayText(m_call, field, context));
        item->setForeground(0, m_theme.color(Token::TextMuted));
        item->setForeground(1, m_theme.color(Token::Text));
        if (editable && infoOf(field).kind != FieldKind::Boolean)
            item->setText(1, editText(m_call, field));
        item->setData(1, Qt::AccessibleTextRole, QString(QLatin1String(infoOf(field).label) + QStringLiteral(": ") + item->text(1)));
    }
    m_filling = false;
}

void DetailsTab::filter(const QString &text)
{
    for (QTreeWidgetItem *item : std::as_const(m_items))
        item->setHidden(!item->text(0).contains(text, Qt::CaseInsensitive) && !item->text(1).contains(text, Qt::CaseInsensitive));
    for (int i = 0; i < m_tree->topLevelItemCount(); ++i) {
        QTreeWidgetItem *group = m_tree->topLevelItem(i);
        bool any = false;
        for (int child = 0; child < group->childCount(); ++child)
            any = any || !group->child(child)->isHidden();
        group->setHidden(!any);
    }
}

void DetailsTab::edited(QTreeWidgetItem *item)
{
    const QVariant index = item->data(0, Qt::UserRole);
    if (m_filling || !index.isValid() || !m_call.key)
        return;
    const auto field = static_cast<CallField>(index.toInt());
    const QString typed = storedText(field, item->text(1).trimmed());
    if (typed == fieldText(m_call, field))
        return;
    m_desk.apply(SetFields{{m_call.key}, {{field, typed}}}).then(this, [this, field](const Result<Receipt> &receipt) {
        if (receipt) {
            Q_EMIT saved(*receipt, QStringLiteral("%1 changed").arg(QLatin1String(infoOf(field).label)));
            return;
        }
        CallDetail unchanged;
        unchanged.call = m_call;
        setCall(unchanged);
        Q_EMIT failed(receipt.error());
    });
}

} // namespace calldeck
