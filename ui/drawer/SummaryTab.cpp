#include "drawer/SummaryTab.h"

#include "desk/Answer.h"
#include "drawer/AmountPicker.h"
#include "drawer/ContactCard.h"
#include "drawer/FollowUpList.h"
#include "table/CallColumns.h"

#include <QScrollBar>

namespace calldeck
{

SummaryTab::SummaryTab(DeskService &desk, const Theme &theme, QWidget *parent)
    : QScrollArea(parent), m_desk(desk), m_reason(new Text(theme, TypeRole::Heading, Token::Text)), m_summary(new Text(theme, TypeRole::Body, Token::Text)),
      m_notes(new Text(theme, TypeRole::Body, Token::Text)), m_transcript(new Text(theme, TypeRole::Body, Token::TextMuted)),
      m_value(new AmountPicker(theme, QStringLiteral("Value estimate"))), m_tags(new TagEditor(desk, theme)), m_contact(new ContactCard(desk, theme)),
      m_followUps(new FollowUpList(desk, theme))
{
    setWidgetResizable(true);
    setFrameShape(NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::NoFocus);
    for (Text *text : {m_reason, m_summary, m_notes, m_transcript}) {
        text->setWordWrap(true);
        text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    }
    auto *body = new calldeck::Panel(theme, Token::Surface);
    auto *column = new QVBoxLayout(body);
    column->setContentsMargins(metrics::bigPad, metrics::pad, metrics::bigPad, metrics::pad);
    column->setSpacing(6);
    column->addWidget(m_reason);
    column->addWidget(m_summary);
    addSection(column, theme, QStringLiteral("Notes"), m_notes);
    addSection(column, theme, QStringLiteral("Open follow-ups"), m_followUps);
    addSection(column, theme, QStringLiteral("Value estimate"), m_value);
    addSection(column, theme, QStringLiteral("Tags"), m_tags);
    addSection(column, theme, QStringLiteral("Contact"), m_contact);
    addSection(column, theme, QStringLiteral("What was said first"), m_transcript);
    column->addStretch();
    setWidget(body);
    connect(m_value, &AmountPicker::entered, this, &SummaryTab::setValue);
    connect(m_value, &AmountPicker::finished, this, &SummaryTab::doneTyping);
    connect(m_tags, &TagEditor::saved, this, &SummaryTab::saved);
    connect(m_tags, &TagEditor::failed, this, &SummaryTab::failed);
    connect(m_contact, &ContactCard::commandAsked, this, [this](const LinkContact &command, const QString &sentence) { apply(command, sentence); });
    connect(m_followUps, &FollowUpList::commandAsked, this, &SummaryTab::apply);
}

void SummaryTab::addSection(QVBoxLayout *column, const Theme &theme, const QString &label, QWidget *part)
{
    auto *heading = new Text(theme, TypeRole::SmallStrong, Token::TextMuted, label);
    heading->setContentsMargins(0, metrics::gap, 0, 0);
    heading->setBuddy(part);
    column->addWidget(heading);
    column->addWidget(part);
    m_headings.insert(part, heading);
}

void SummaryTab::showSection(QWidget *part, bool on)
{
    m_headings.value(part)->setVisible(on);
    part->setVisible(on);
}

void SummaryTab::editTags()
{
    ensureWidgetVisible(m_tags);
    m_tags->focusField();
}

void SummaryTab::editValue()
{
    ensureWidgetVisible(m_value);
    m_value->focusField();
}

void SummaryTab::setValue()
{
    const OptionalInt cents = m_value->cents();
    if (!m_call || cents == m_savedValue)
        return;
    apply(SetFields{{m_call}, {{CallField::value_cents, cents ? QString::number(*cents) : QString()}}},
          cents ? QStringLiteral("Value set to %1").arg(moneyText(*cents)) : QStringLiteral("Value cleared"));
}

void SummaryTab::apply(const Command &command, const QString &sentence)
{
    onAnswer(m_desk.apply(command), this, [this, sentence](const Result<Receipt> &receipt) {
        if (receipt)
            Q_EMIT saved(*receipt, sentence);
        else
            Q_EMIT failed(receipt.error());
    });
}

void SummaryTab::setCall(const CallDetail &detail)
{
    const Call &call = detail.call;
    const bool another = call.key != m_call;
    m_call = call.key;
    QString reason = call.call_purpose;
    if (!reason.isEmpty())
        reason[0] = reason[0].toUpper();
    m_reason->setText(reason);
    m_reason->setVisible(!reason.isEmpty());
    m_summary->setText(call.transcript_summary.isEmpty() && call.key ? QStringLiteral("No summary of this call.") : call.transcript_summary);
    m_summary->setInk(call.transcript_summary.isEmpty() ? Token::TextFaint : Token::Text);
    QStringList notes{call.last_outcome_notes, call.call_notes};
    notes.removeAll(QString());
    if (!call.outcome_owed_reason.isEmpty())
        notes.prepend(QStringLiteral("Skipped: %1").arg(call.outcome_owed_reason));
    m_notes->setText(notes.join(u'\n'));
    showSection(m_notes, !notes.isEmpty());
    if (another || (!m_value->isBeingTyped() && call.value_cents != m_savedValue))
        m_value->setCents(call.value_cents);
    m_savedValue = call.value_cents;
    m_tags->setCall(call.key, call.tags);
    m_contact->setCall(detail);
    m_followUps->setTasks(detail.follow_ups);
    showSection(m_followUps, !detail.follow_ups.isEmpty());
    m_transcript->setText(detail.transcript_excerpt);
    showSection(m_transcript, !detail.transcript_excerpt.isEmpty());
    widget()->setEnabled(call.key != 0);
    if (another)
        verticalScrollBar()->setValue(0);
}

} // namespace calldeck
