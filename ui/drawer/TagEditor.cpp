#include "drawer/TagEditor.h"

#include "desk/Answer.h"
#include "theme/FlowLayout.h"

#include <QCompleter>
#include <QStringListModel>

namespace calldeck
{

TagEditor::TagEditor(DeskService &desk, const Theme &theme, QWidget *parent)
    : QWidget(parent), m_desk(desk), m_theme(theme), m_chips(new QWidget(this)), m_field(new QLineEdit(this)), m_known(new QStringListModel(desk.workspace().common_tags, this))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(6);
    new FlowLayout(m_chips, 6);
    column->addWidget(m_chips);
    column->addWidget(m_field);
    m_field->setPlaceholderText(QStringLiteral("Add a tag, Enter"));
    m_field->setAccessibleName(QStringLiteral("Add a tag"));
    auto *completer = new QCompleter(m_known, this);
    completer->setCaseSensitivity(Qt::CaseInsensitive);
    m_field->setCompleter(completer);
    connect(m_field, &QLineEdit::returnPressed, this, [this] {
        const QString tag = m_field->text().simplified();
        m_field->clear();
        if (!tag.isEmpty() && !m_tags.contains(tag))
            change({tag}, {}, QStringLiteral("Tag \"%1\" added").arg(tag));
    });
    onAnswer(desk.tags(), this, [this](const Result<QList<TagCount>> &counts) {
        QStringList known = m_desk.workspace().common_tags;
        if (counts) {
            for (const TagCount &count : *counts)
                known.append(count.tag);
        }
        known.removeDuplicates();
        m_known->setStringList(known);
    });
}

void TagEditor::setCall(CallKey call, const QStringList &tags)
{
    if (call != m_call)
        m_field->clear();
    const bool same = call == m_call && tags == m_tags;
    m_call = call;
    m_tags = tags;
    if (!same)
        rebuild();
}

void TagEditor::rebuild()
{
    qDeleteAll(m_chips->findChildren<QWidget *>(QString(), Qt::FindDirectChildrenOnly));
    while (QLayoutItem *item = m_chips->layout()->takeAt(0))
        delete item;
    for (const QString &tag : std::as_const(m_tags)) {
        auto *chip = new Button(m_theme, ButtonKind::Chip, QString(tag).replace(u'&', QStringLiteral("&&")) + QStringLiteral("  ×"), {}, m_chips);
        chip->setAccessibleName(QStringLiteral("Remove tag %1").arg(tag));
        chip->setToolTip(chip->accessibleName());
        connect(chip, &QPushButton::clicked, this, [this, tag] { change({}, {tag}, QStringLiteral("Tag \"%1\" removed").arg(tag)); });
        m_chips->layout()->addWidget(chip);
        chip->show();
    }
    m_chips->setVisible(!m_tags.isEmpty());
    m_chips->layout()->invalidate();
    updateGeometry();
}

void TagEditor::change(const QStringList &added, const QStringList &removed, const QString &sentence)
{
    onAnswer(m_desk.apply(ChangeTags{{m_call}, added, removed}), this, [this, sentence](const Result<Receipt> &receipt) {
        if (receipt)
            Q_EMIT saved(*receipt, sentence);
        else
            Q_EMIT failed(receipt.error());
    });
}

} // namespace calldeck
