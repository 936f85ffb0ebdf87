#include "shell/BulkDisposition.h"

#include "drawer/AmountPicker.h"
#include "drawer/DispositionPicker.h"
#include "drawer/FollowUpPicker.h"

#include <QHBoxLayout>

namespace calldeck
{

BulkDisposition::BulkDisposition(DeskService &desk, const Theme &theme, QWidget *window)
    : Popover(theme, QStringLiteral("Disposition of the selected calls"), window), m_desk(desk),
      m_picker(new DispositionPicker(theme, desk.workspace().dispositions, this)), m_notes(new QLineEdit(this)), m_followUp(new FollowUpPicker(desk, theme, this)),
      m_amount(new AmountPicker(theme, QStringLiteral("Amount"), this)), m_transfer(new QLineEdit(this)), m_missing(new Text(theme, TypeRole::Small, Token::Overdue, {}, this))
{
    setFixedWidth(480);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(18, 16, 18, 16);
    column->setSpacing(metrics::gap);
    column->addWidget(new Text(theme, TypeRole::Heading, Token::Text, QStringLiteral("Disposition of the selected calls"), this));
    column->addWidget(m_picker);
    m_notes->setPlaceholderText(QStringLiteral("Notes, added to each call"));
    m_notes->setAccessibleName(QStringLiteral("Notes"));
    m_transfer->setPlaceholderText(QStringLiteral("Transferred to"));
    m_transfer->setAccessibleName(QStringLiteral("Transferred to"));
    for (QWidget *input : {static_cast<QWidget *>(m_notes), static_cast<QWidget *>(m_followUp), static_cast<QWidget *>(m_amount), static_cast<QWidget *>(m_transfer)})
        column->addWidget(input);
    m_missing->setWordWrap(true);
    column->addWidget(m_missing);
    auto *row = new QHBoxLayout;
    auto *save = new Button(theme, ButtonKind::Primary, QStringLiteral("Save"), {}, this);
    auto *cancel = new Button(theme, ButtonKind::Ghost, QStringLiteral("Cancel  Esc"), {}, this);
    row->addWidget(save);
    row->addWidget(cancel);
    row->addStretch();
    column->addLayout(row);
    connect(m_picker, &DispositionPicker::picked, this, &BulkDisposition::choose);
    connect(save, &QPushButton::clicked, this, &BulkDisposition::apply);
    connect(m_notes, &QLineEdit::returnPressed, this, &BulkDisposition::apply);
    connect(cancel, &QPushButton::clicked, this, &QWidget::hide);
}

void BulkDisposition::open(QWidget *anchor, const QList<CallKey> &calls)
{
    m_anchor = anchor;
    m_calls = calls;
    m_notes->clear();
    m_transfer->clear();
    m_followUp->setTime({});
    m_amount->setCents({});
    choose({});
}

void BulkDisposition::choose(const QString &key)
{
    m_chosen = key;
    m_picker->show(key);
    const DispositionRule *rule = dispositionNamed(m_desk.workspace().dispositions, key);
    m_followUp->setVisible(rule && (rule->follow_up_required || rule->suggested_follow_up_minutes != 0));
    m_amount->setVisible(rule && rule->amount_required);
    m_transfer->setVisible(rule && rule->transfer_required);
    m_missing->hide();
    if (m_anchor)
        openUnder(m_anchor);
}

DispositionEntry BulkDisposition::entry() const
{
    DispositionEntry entry;
    entry.disposition = m_chosen;
    entry.notes = m_notes->text().simplified();
    if (!m_followUp->isHidden())
        entry.follow_up_at = m_followUp->time();
    if (!m_amount->isHidden())
        entry.amount_cents = m_amount->cents();
    if (!m_transfer->isHidden())
        entry.transferred_to = m_transfer->text().simplified();
    return entry;
}

void BulkDisposition::apply()
{
    const auto &rules = m_desk.workspace().dispositions;
    // Whether every call has a contact is known to the store alone; it says so when one has none.
    const QList<MissingPart> missing = missingParts(rules, entry(), true, m_desk.now());
    const QString unclear = m_followUp->isHidden() ? QString() : m_followUp->problem();
    if (!missing.isEmpty() || !unclear.isEmpty()) {
        m_missing->setText(unclear.isEmpty() ? missing.first().sentence : unclear);
        m_missing->show();
        return;
    }
    hide();
    Q_EMIT applied(RecordDisposition{m_calls, entry()}, QStringLiteral("saved: %1").arg(dispositionNamed(rules, m_chosen)->label));
}

} // namespace calldeck
