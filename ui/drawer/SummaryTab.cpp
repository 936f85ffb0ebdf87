#include "drawer/SummaryTab.h"

#include "drawer/ContactCard.h"
#include "rules/FollowUp.h"
#include "table/CallColumns.h"

#include <QHBoxLayout>
#include <cmath>

namespace calldeck
{

namespace
{

constexpr qint64 quickAmounts[] = {15000, 35000, 75000, 250000};

QString moneyInput(const OptionalInt &cents) { return cents ? QString::number(static_cast<double>(*cents) / 100, 'f', *cents % 100 ? 2 : 0) : QString(); }

} // namespace

SummaryTab::SummaryTab(DeskService &desk, const Theme &theme, QWidget *parent)
    : QScrollArea(parent), m_desk(desk), m_theme(theme), m_reason(new Text(theme, TypeRole::Heading, Token::Text)), m_summary(new Text(theme, TypeRole::Body, Token::Text)),
      m_notes(new Text(theme, TypeRole::Body, Token::TextMuted)), m_transcript(new Text(theme, TypeRole::Body, Token::TextMuted)),
      m_transcriptLabel(new Text(theme, TypeRole::SmallStrong, Token::TextMuted, QStringLiteral("What was said first"))), m_value(new QLineEdit), m_tags(new TagEditor(desk, theme)),
      m_contact(new ContactCard(desk, theme)), m_followUps(new QWidget)
{
    setWidgetResizable(true);
    setFrameShape(NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto *body = new calldeck::Panel(theme, Token::Surface);
    auto *column = new QVBoxLayout(body);
    column->setContentsMargins(metrics::bigPad, metrics::pad, metrics::bigPad, metrics::pad);
    column->setSpacing(6);
    const auto section = [&](const QString &label) {
        column->addSpacing(6);
        column->addWidget(new Text(theme, TypeRole::SmallStrong, Token::TextMuted, label));
    };
    for (Text *text : {m_reason, m_summary, m_notes, m_transcript}) {
        text->setWordWrap(true);
        text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    }
    column->addWidget(m_reason);
    column->addWidget(m_summary);
    column->addWidget(m_notes);
    section(QStringLiteral("Value estimate"));
    column->addLayout(buildValue());
    section(QStringLiteral("Tags"));
    column->addWidget(m_tags);
    section(QStringLiteral("Contact"));
    column->addWidget(m_contact);
    section(QStringLiteral("Open follow-ups"));
    new QVBoxLayout(m_followUps);
    m_followUps->layout()->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_followUps);
    column->addSpacing(6);
    column->addWidget(m_transcriptLabel);
    column->addWidget(m_transcript);
    column->addStretch();
    setWidget(body);
    connect(m_tags, &TagEditor::saved, this, &SummaryTab::saved);
    connect(m_tags, &TagEditor::failed, this, &SummaryTab::failed);
    connect(m_contact, &ContactCard::commandAsked, this, [this](const LinkContact &command, const QString &sentence) { apply(command, sentence); });
}

QLayout *SummaryTab::buildValue()
{
    auto *row = new QHBoxLayout;
    row->setSpacing(6);
    for (qint64 cents : quickAmounts) {
        auto *button = new Button(m_theme, ButtonKind::Chip, moneyText(cents));
        button->setCheckable(true);
        button->setAccessibleName(QStringLiteral("Value %1").arg(moneyText(cents)));
        connect(button, &QPushButton::clicked, this, [this, cents] { setValue(cents); });
        row->addWidget(button);
        m_amounts.append({cents, button});
    }
    m_value->setPlaceholderText(QStringLiteral("Other"));
    m_value->setAccessibleName(QStringLiteral("Value estimate"));
    m_value->setMinimumWidth(64);
    connect(m_value, &QLineEdit::returnPressed, this, &SummaryTab::parseValue);
    row->addWidget(m_value, 1);
    return row;
}

void SummaryTab::editValue()
{
    ensureWidgetVisible(m_value);
    m_value->setFocus();
    m_value->selectAll();
}

void SummaryTab::parseValue()
{
    bool ok = false;
    const double amount = m_value->text().remove(u'$').remove(u',').trimmed().toDouble(&ok);
    if (ok && std::isfinite(amount) && amount >= 0 && amount < 1e10)
        setValue(std::llround(amount * 100));
    else
        Q_EMIT failed({Error::Code::InvalidInput, QStringLiteral("\"%1\" is not an amount such as 350 or 1,250.50.").arg(m_value->text().left(30)), {}, false});
}

void SummaryTab::setValue(qint64 cents)
{
    apply(SetFields{{m_call}, {{CallField::value_cents, QString::number(cents)}}}, QStringLiteral("Value set to %1").arg(moneyText(cents)));
}

void SummaryTab::apply(const Command &command, const QString &sentence)
{
    m_desk.apply(command).then(this, [this, sentence](const Result<Receipt> &receipt) {
        if (receipt)
            Q_EMIT saved(*receipt, sentence);
        else
            Q_EMIT failed(receipt.error());
    });
}

void SummaryTab::showFollowUps(const QList<FollowUpTask> &tasks)
{
    qDeleteAll(m_followUps->findChildren<QWidget *>(QString(), Qt::FindDirectChildrenOnly));
    auto *column = static_cast<QVBoxLayout *>(m_followUps->layout());
    const QTimeZone zone(m_desk.workspace().zone);
    for (const FollowUpTask &task : tasks) {
        auto *row = new QWidget;
        auto *line = new QHBoxLayout(row);
        line->setContentsMargins(0, 0, 0, 0);
        const bool late = task.due_at <= m_desk.now();
        const QString when = followUpTimeText(task.due_at, m_desk.now(), zone);
        auto *text = new Text(m_theme, TypeRole::Body, late ? Token::Overdue : Token::Text, QString((late ? QStringLiteral("Overdue, ") : QString()) + when + QStringLiteral("  ") + task.note));
        text->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
        auto *done = new Button(m_theme, ButtonKind::Ghost, QStringLiteral("Done"), QStringLiteral("check"));
        done->setAccessibleName(QStringLiteral("Follow-up done, %1").arg(when));
        connect(done, &QPushButton::clicked, this, [this, id = task.id] { apply(CloseFollowUp{id, FollowUpState::DONE}, QStringLiteral("Follow-up done")); });
        line->addWidget(text, 1);
        line->addWidget(done);
        column->addWidget(row);
    }
    if (tasks.isEmpty())
        column->addWidget(new Text(m_theme, TypeRole::Body, Token::TextFaint, QStringLiteral("None")));
}

void SummaryTab::setCall(const CallDetail &detail)
{
    const Call &call = detail.call;
    m_call = call.key;
    QString reason = call.call_purpose;
    if (!reason.isEmpty())
        reason[0] = reason[0].toUpper();
    m_reason->setText(reason);
    m_reason->setVisible(!reason.isEmpty());
    m_summary->setText(call.transcript_summary.isEmpty() ? QStringLiteral("No summary of this call.") : call.transcript_summary);
    QStringList notes{call.last_outcome_notes, call.call_notes};
    notes.removeAll(QString());
    if (!call.outcome_owed_reason.isEmpty())
        notes.prepend(QStringLiteral("Skipped: %1").arg(call.outcome_owed_reason));
    m_notes->setText(notes.join(u'\n'));
    m_notes->setVisible(!notes.isEmpty());
    if (!m_value->hasFocus())
        m_value->setText(moneyInput(call.value_cents));
    for (const auto &[cents, button] : std::as_const(m_amounts))
        button->setChecked(call.value_cents == cents);
    m_tags->setCall(call.key, call.tags);
    m_contact->setCall(detail);
    showFollowUps(detail.follow_ups);
    m_transcript->setText(detail.transcript_excerpt);
    m_transcript->setVisible(!detail.transcript_excerpt.isEmpty());
    m_transcriptLabel->setVisible(!detail.transcript_excerpt.isEmpty());
}

} // namespace calldeck
