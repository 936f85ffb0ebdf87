#include "drawer/DetailsTab.h"

#include "desk/Answer.h"
#include "drawer/FieldEditor.h"
#include "table/CallColumns.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>

namespace calldeck
{

namespace
{

constexpr int labelWidth = 176;

bool isEditable(CallField field) { return infoOf(field).access == FieldAccess::Editable; }

std::optional<CallField> fieldOf(const QTreeWidgetItem &item)
{
    const QVariant field = item.data(0, Qt::UserRole);
    return field.isValid() ? std::optional(static_cast<CallField>(field.toInt())) : std::nullopt;
}

QString labelText(CallField field) { return QLatin1String(infoOf(field).label); }

} // namespace

DetailsTab::DetailsTab(DeskService &desk, const Theme &theme, QWidget *parent)
    : QWidget(parent), m_desk(desk), m_theme(theme), m_filter(new QLineEdit(this)), m_message(new Text(theme, TypeRole::Small, Token::TextMuted, {}, this)),
      m_tree(new QTreeWidget(this)), m_editor(new FieldEditor(m_call, this))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(metrics::bigPad, metrics::pad, metrics::bigPad, 0);
    column->setSpacing(metrics::gap);
    m_filter->setPlaceholderText(QStringLiteral("Find a field or a value"));
    m_filter->setAccessibleName(QStringLiteral("Find a field"));
    m_filter->setClearButtonEnabled(true);
    m_message->setWordWrap(true);
    m_message->hide();
    m_tree->setAccessibleName(QStringLiteral("Fields of the call"));
    m_tree->setColumnCount(2);
    m_tree->setHeaderHidden(true);
    m_tree->setRootIsDecorated(false);
    m_tree->setIndentation(0);
    m_tree->setFrameShape(QFrame::NoFrame);
    m_tree->setEditTriggers(QAbstractItemView::EditKeyPressed | QAbstractItemView::DoubleClicked);
    m_tree->setItemDelegate(m_editor);
    m_tree->header()->setStretchLastSection(true);
    m_tree->setColumnWidth(0, labelWidth);
    column->addWidget(m_filter);
    column->addWidget(m_message);
    column->addWidget(m_tree, 1);
    build();
    paintColours();
    connectTree();
}

void DetailsTab::connectTree()
{
    connect(m_filter, &QLineEdit::textChanged, this, &DetailsTab::filter);
    connect(m_editor, &FieldEditor::committed, this, &DetailsTab::change);
    connect(m_editor, &FieldEditor::refused, this, [this](const Error &error) { say(error.message, Token::Overdue); });
    connect(&m_theme, &Theme::changed, this, &DetailsTab::paintColours);
    connect(m_tree, &QTreeWidget::itemClicked, this, [this](const QTreeWidgetItem *item, int) { copy(*item); });
    connect(m_tree, &QTreeWidget::itemActivated, this, [this](QTreeWidgetItem *item, int) {
        const auto field = fieldOf(*item);
        if (field && isEditable(*field) && m_editor->edited() != field)
            m_tree->editItem(item, 1);
        else if (field && !isEditable(*field))
            copy(*item);
    });
}

void DetailsTab::build()
{
    m_items.resize(static_cast<qsizetype>(callFields().size()));
    QList<QTreeWidgetItem *> groups;
    for (int group = 0; group <= static_cast<int>(FieldGroup::Provider); ++group) {
        auto *item = new QTreeWidgetItem(m_tree, {groupLabel(static_cast<FieldGroup>(group))});
        item->setFont(0, m_theme.font(TypeRole::SmallStrong));
        item->setFlags(Qt::ItemIsEnabled);
        item->setExpanded(true);
        item->setFirstColumnSpanned(true);
        groups.append(item);
    }
    for (size_t i = 0; i < callFields().size(); ++i) {
        const auto field = static_cast<CallField>(i);
        auto *item = new QTreeWidgetItem(groups[static_cast<int>(infoOf(field).group)], {labelText(field)});
        item->setData(0, Qt::UserRole, static_cast<int>(i));
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | (isEditable(field) ? Qt::ItemIsEditable : Qt::NoItemFlags));
        item->setToolTip(1, isEditable(field) ? QStringLiteral("Click copies, Enter or a double click changes") : QStringLiteral("Click copies"));
        m_items[static_cast<qsizetype>(i)] = item;
    }
}

void DetailsTab::paintColours()
{
    for (int i = 0; i < m_tree->topLevelItemCount(); ++i)
        m_tree->topLevelItem(i)->setForeground(0, m_theme.color(Token::TextFaint));
    for (QTreeWidgetItem *item : std::as_const(m_items)) {
        item->setForeground(0, m_theme.color(Token::TextMuted));
        item->setForeground(1, m_theme.color(Token::Text));
    }
}

void DetailsTab::setCall(const CallDetail &detail)
{
    if (detail.call.key != m_call.key) {
        // One that is still open was about the call before.
        const auto open = m_editor->edited();
        m_editor->leave();
        open ? say(QStringLiteral("%1 was not changed: another call came before it was done.").arg(labelText(*open)), Token::Overdue) : say({}, Token::TextMuted);
    }
    m_call = detail.call;
    m_stale = true;
    if (isVisible())
        fill();
}

void DetailsTab::showEvent(QShowEvent *event)
{
    if (m_stale)
        fill();
    QWidget::showEvent(event);
}

void DetailsTab::fill()
{
    m_stale = false;
    const QTimeZone zone(m_desk.workspace().zone);
    const CellContext context{m_desk.workspace(), zone, m_desk.now()};
    for (size_t i = 0; i < callFields().size(); ++i) {
        const auto field = static_cast<CallField>(i);
        if (m_editor->edited() == field)
            continue;
        QTreeWidgetItem *item = m_items[static_cast<qsizetype>(i)];
        const QString value = displayText(m_call, field, context);
        item->setText(1, value.isEmpty() ? QStringLiteral("—") : value.simplified());
        item->setData(1, Qt::AccessibleTextRole, QStringLiteral("%1: %2").arg(labelText(field), value.isEmpty() ? QStringLiteral("not set") : value));
    }
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

void DetailsTab::copy(const QTreeWidgetItem &item)
{
    const auto field = fieldOf(item);
    const QString value = field ? fieldText(m_call, *field) : QString();
    if (value.isEmpty())
        return;
    QGuiApplication::clipboard()->setText(value);
    say(QStringLiteral("Copied: %1").arg(labelText(*field)), Token::TextMuted);
}

void DetailsTab::change(CallField field, const QString &text)
{
    if (!m_call.key)
        return;
    say({}, Token::TextMuted);
    onAnswer(m_desk.apply(SetFields{{m_call.key}, {{field, text}}}), this, [this, field](const Result<Receipt> &receipt) {
        if (receipt)
            Q_EMIT saved(*receipt, QStringLiteral("%1 changed").arg(labelText(field)));
        else
            say(QStringLiteral("%1 not changed: %2").arg(labelText(field), receipt.error().message), Token::Overdue);
    });
}

void DetailsTab::say(const QString &sentence, Token ink)
{
    m_message->setInk(ink);
    m_message->setText(sentence);
    m_message->setAccessibleName(sentence);
    m_message->setVisible(!sentence.isEmpty());
}

} // namespace calldeck
