#include "shell/SavedViewMenu.h"

#include "desk/Answer.h"

#include <QHBoxLayout>

namespace calldeck
{

SavedViewMenu::SavedViewMenu(DeskService &desk, const Theme &theme, QWidget *window)
    : Popover(theme, QStringLiteral("Saved views"), window), m_desk(desk), m_theme(theme), m_list(new QWidget(this)), m_keeper(new QWidget(this)),
      m_name(new QLineEdit(m_keeper))
{
    setMinimumWidth(320);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(10, 10, 10, 12);
    auto *list = new QVBoxLayout(m_list);
    list->setContentsMargins(0, 0, 0, 0);
    list->setSpacing(2);
    column->addWidget(m_list);
    auto *row = new QHBoxLayout(m_keeper);
    row->setContentsMargins(6, 4, 0, 0);
    m_name->setPlaceholderText(QStringLiteral("Name for the present filter"));
    m_name->setAccessibleName(QStringLiteral("Name of the new view"));
    auto *keep = new Button(theme, ButtonKind::Primary, QStringLiteral("Save view"), {}, m_keeper);
    row->addWidget(m_name, 1);
    row->addWidget(keep);
    column->addWidget(m_keeper);
    connect(keep, &QPushButton::clicked, this, &SavedViewMenu::keep);
    connect(m_name, &QLineEdit::returnPressed, this, &SavedViewMenu::keep);
}

void SavedViewMenu::open(QWidget *anchor, const QString &expression)
{
    m_anchor = anchor;
    m_expression = expression;
    onAnswer(m_desk.savedViews(), this, [this](const Result<QList<SavedView>> &views) {
        if (views)
            show(*views);
        else
            Q_EMIT failed(views.error());
    });
}

void SavedViewMenu::show(const QList<SavedView> &views)
{
    for (QWidget *row : m_list->findChildren<QWidget *>(QString(), Qt::FindDirectChildrenOnly)) {
        row->hide();
        row->deleteLater();
    }
    for (const SavedView &view : views)
        addRow(view);
    if (views.isEmpty()) {
        auto *none = new Text(m_theme, TypeRole::Body, Token::TextMuted, QStringLiteral("No view is saved yet. Filter the calls, then save the filter here."), m_list);
        none->setWordWrap(true);
        none->setMargin(6);
        m_list->layout()->addWidget(none);
    }
    m_keeper->setVisible(!m_expression.isEmpty());
    m_name->clear();
    if (m_anchor)
        openUnder(m_anchor);
    if (auto *first = m_list->findChild<Button *>())
        first->setFocus();
    else if (m_keeper->isVisible())
        m_name->setFocus();
}

void SavedViewMenu::addRow(const SavedView &view)
{
    auto *row = new QWidget(m_list);
    auto *line = new QHBoxLayout(row);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(0);
    auto *choose = new Button(m_theme, ButtonKind::Ghost, view.name, QStringLiteral("bookmark"), row);
    choose->setProperty("leftAligned", true);
    choose->setToolTip(view.filter);
    auto *removeButton = Button::iconOnly(m_theme, QStringLiteral("x"), QStringLiteral("Remove the view %1").arg(view.name), row);
    line->addWidget(choose, 1);
    line->addWidget(removeButton);
    m_list->layout()->addWidget(row);
    connect(choose, &QPushButton::clicked, this, [this, view] {
        hide();
        Q_EMIT chosen(view.name, view.filter);
    });
    connect(removeButton, &QPushButton::clicked, this, [this, id = view.id] { remove(id); });
}

void SavedViewMenu::keep()
{
    const QString name = m_name->text().simplified();
    if (name.isEmpty()) {
        m_name->setFocus();
        return;
    }
    onAnswer(m_desk.saveView({0, name, m_expression}), this, [this](const Result<Receipt> &receipt) {
        if (receipt)
            hide();
        else
            Q_EMIT failed(receipt.error());
    });
}

void SavedViewMenu::remove(qint64 id)
{
    onAnswer(m_desk.deleteView(id), this, [this](const Result<Receipt> &receipt) {
        if (!receipt)
            Q_EMIT failed(receipt.error());
        else if (m_anchor)
            open(m_anchor, m_expression);
    });
}

} // namespace calldeck
