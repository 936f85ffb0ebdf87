#include "drawer/DispositionPanel.h"

#include "rules/FollowUp.h"

#include <QApplication>
#include <QGridLayout>
#include <QLoggingCategory>
#include <cmath>

namespace calldeck
{

namespace
{

Q_LOGGING_CATEGORY(savedLog, "calldeck.saved")

QString clockText(TimeMs at, const Workspace &workspace)
{
    return QDateTime::fromMSecsSinceEpoch(at, QTimeZone(workspace.zone)).toString(QStringLiteral("H:mm"));
}

} // namespace

DispositionPanel::DispositionPanel(DeskService &desk, const Theme &theme, QWidget *parent)
    : QWidget(parent), m_desk(desk), m_theme(theme), m_drafts(desk, this), m_notes(new QPlainTextEdit(this)), m_amountField(new QLineEdit(this)),
      m_transferField(new QLineEdit(this)), m_followUp(new FollowUpPicker(desk, theme, this)), m_followUpRow(new QWidget(this)),
      m_missing(new Text(theme, TypeRole::Small, Token::Warning)), m_state(new Text(theme, TypeRole::Small, Token::TextMuted)),
      m_save(new Button(theme, ButtonKind::Secondary, QStringLiteral("Save"), {}, this)),
      m_saveNext(new Button(theme, ButtonKind::Primary, QStringLiteral("Save && next"), {}, this))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(metrics::bigPad, metrics::pad, metrics::bigPad, metrics::pad);
    column->setSpacing(metrics::gap);
    buildPicker(column);
    buildInputs(column);
    buildFoot(column);
    connect(&m_drafts, &DraftSaver::written, this, [this] { sayState(QStringLiteral("Draft kept on this desk"), Token::TextMuted); });
    connect(&m_drafts, &DraftSaver::failed, this, [this](const Error &error) { sayState(QStringLiteral("Draft not kept: %1").arg(error.message), Token::Overdue); });
}

void DispositionPanel::buildPicker(QVBoxLayout *column)
{
    auto *grid = new QGridLayout;
    grid->setHorizontalSpacing(6);
    grid->setVerticalSpacing(6);
    int place = 0;
    for (const DispositionRule &rule : m_desk.workspace().dispositions) {
        auto *button = new Button(m_theme, ButtonKind::Chip, QStringLiteral("%1  %2").arg(rule.hotkey).arg(rule.label), {}, this);
        button->setCheckable(true);
        button->setAccessibleName(QStringLiteral("%1, key %2").arg(rule.label).arg(rule.hotkey));
        button->setProperty("leftAligned", true);
        button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
        button->setMinimumWidth(0);
        connect(button, &QPushButton::clicked, this, [this, key = rule.key] { choose(key); });
        grid->addWidget(button, place % 5, place / 5);
        m_buttons.insert(rule.key, button);
        ++place;
    }
    grid->setColumnStretch(0, 1);
    grid->setColumnStretch(1, 1);
    column->addLayout(grid);
}

void DispositionPanel::buildInputs(QVBoxLayout *column)
{
    m_amountField->setPlaceholderText(QStringLiteral("Amount, such as 350"));
    m_amountField->setAccessibleName(QStringLiteral("Amount"));
    m_transferField->setPlaceholderText(QStringLiteral("Transferred to"));
    m_transferField->setAccessibleName(QStringLiteral("Transferred to"));
    m_notes->setPlaceholderText(QStringLiteral("Notes. Kept as you type."));
    m_notes->setAccessibleName(QStringLiteral("Notes"));
    m_notes->setTabChangesFocus(true);
    m_notes->setProperty("field", true);
    m_notes->setFixedHeight(72);
    m_notes->viewport()->setAutoFillBackground(false);
    auto *row = new QVBoxLayout(m_followUpRow);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_followUp);
    column->addWidget(m_amountField);
    column->addWidget(m_transferField);
    column->addWidget(m_followUpRow);
    column->addWidget(m_notes);
    connect(m_notes, &QPlainTextEdit::textChanged, this, &DispositionPanel::edited);
    connect(m_transferField, &QLineEdit::textChanged, this, &DispositionPanel::edited);
    connect(m_amountField, &QLineEdit::textChanged, this, [this] {
        parseAmount();
        edited();
    });
    connect(m_followUp, &FollowUpPicker::picked, this, &DispositionPanel::edited);
    connect(m_followUp, &FollowUpPicker::finished, this, &DispositionPanel::doneTyping);
    connect(m_amountField, &QLineEdit::returnPressed, this, &DispositionPanel::doneTyping);
    connect(m_transferField, &QLineEdit::returnPressed, this, &DispositionPanel::doneTyping);
}

void DispositionPanel::buildFoot(QVBoxLayout *column)
{
    m_missing->setWordWrap(true);
    m_save->setToolTip(QStringLiteral("Ctrl+S"));
    m_saveNext->setToolTip(QStringLiteral("Ctrl+Return"));
    m_save->setAccessibleName(QStringLiteral("Save"));
    m_saveNext->setAccessibleName(QStringLiteral("Save and next"));
    auto *row = new QHBoxLayout;
    row->setSpacing(metrics::gap);
    row->addWidget(m_state, 1);
    row->addWidget(m_save);
    row->addWidget(m_saveNext);
    column->addWidget(m_missing);
    column->addLayout(row);
    connect(m_save, &QPushButton::clicked, this, [this] { save(false); });
    connect(m_saveNext, &QPushButton::clicked, this, [this] { save(true); });
}

void DispositionPanel::setCall(const CallDetail &detail)
{
    m_drafts.flush();
    m_filling = true;
    m_call = detail.call.key;
    m_callId = detail.call.call_id;
    m_hasContact = detail.call.contact_id.has_value();
    m_recorded = detail.call.disposition;
    const Draft draft = detail.draft.value_or(Draft{});
    m_chosen = draft.disposition;
    m_notes->setPlainText(draft.notes);
    m_amount = draft.amount_cents;
    m_amountField->setText(draft.amount_cents ? QString::number(static_cast<double>(*draft.amount_cents) / 100, 'f', *draft.amount_cents % 100 ? 2 : 0) : QString());
    m_transferField->setText(draft.transferred_to);
    m_followUp->setTime(draft.follow_up_at);
    m_filling = false;
    showInputs();
    showMissing();
    const DispositionRule *recorded = dispositionNamed(m_desk.workspace().dispositions, m_recorded);
    if (detail.draft && !detail.draft->isEmpty())
        sayState(QStringLiteral("Draft from %1").arg(clockText(detail.draft->updated_at, m_desk.workspace())), Token::TextMuted);
    else if (recorded)
        sayState(QStringLiteral("Recorded: %1").arg(recorded->label), Token::Ok);
    else
        sayState(QString(), Token::TextMuted);
}

DispositionEntry DispositionPanel::entry() const
{
    DispositionEntry entry;
    entry.disposition = m_chosen;
    entry.notes = m_notes->toPlainText();
    entry.follow_up_at = m_followUp->time();
    entry.amount_cents = m_amount;
    entry.transferred_to = m_transferField->text();
    return entry;
}

bool DispositionPanel::isTouched() const { return m_call && !entry().isEmpty(); }

bool DispositionPanel::isTyping() const
{
    const QWidget *focus = QApplication::focusWidget();
    return focus && isAncestorOf(focus) && (qobject_cast<const QLineEdit *>(focus) || qobject_cast<const QPlainTextEdit *>(focus));
}

void DispositionPanel::choose(QChar hotkey)
{
    for (const DispositionRule &rule : m_desk.workspace().dispositions) {
        if (rule.hotkey == hotkey)
            choose(rule.key);
    }
}

void DispositionPanel::choose(const QString &key)
{
    if (!m_call)
        return;
    m_chosen = key;
    const DispositionRule *rule = dispositionNamed(m_desk.workspace().dispositions, key);
    if (rule && !m_followUp->time() && rule->suggested_follow_up_minutes != 0)
        m_followUp->setTime(suggestedFollowUp(rule->suggested_follow_up_minutes, m_desk.now(), m_desk.workspace().calendar));
    showInputs();
    edited();
}

void DispositionPanel::focusNotes() { m_notes->setFocus(); }

void DispositionPanel::focusFollowUp()
{
    m_followUpRow->show();
    m_followUp->focusField();
}

void DispositionPanel::showInputs()
{
    const DispositionRule *rule = dispositionNamed(m_desk.workspace().dispositions, m_chosen);
    for (auto it = m_buttons.cbegin(); it != m_buttons.cend(); ++it)
        it.value()->setChecked(it.key() == m_chosen);
    m_amountField->setVisible(rule && rule->amount_required);
    m_transferField->setVisible(rule && rule->transfer_required);
    m_followUpRow->setVisible((rule && (rule->follow_up_required || rule->suggested_follow_up_minutes != 0)) || m_followUp->time());
}

void DispositionPanel::parseAmount()
{
    QString text = m_amountField->text().trimmed();
    text.remove(u'$').remove(u',');
    bool ok = false;
    const double amount = text.toDouble(&ok);
    m_amount = ok && std::isfinite(amount) && std::abs(amount) < 1e10 ? OptionalInt(std::llround(amount * 100)) : std::nullopt;
}

void DispositionPanel::edited()
{
    if (m_filling || !m_call)
        return;
    showMissing();
    sayState(QStringLiteral("Keeping draft…"), Token::TextMuted);
    m_drafts.keep(m_call, entry());
    Q_EMIT touched();
}

void DispositionPanel::showMissing()
{
    const auto missing = m_call ? missingParts(m_desk.workspace().dispositions, entry(), m_hasContact, m_desk.now()) : QList<MissingPart>();
    QStringList sentences;
    for (const MissingPart &part : missing) {
        if (part.part != Missing::Disposition || isTouched())
            sentences.append(part.sentence);
    }
    m_missing->setInk(Token::Warning);
    m_missing->setText(sentences.join(u' '));
    m_missing->setVisible(!sentences.isEmpty());
    const bool complete = m_call && missing.isEmpty() && !m_saving;
    m_save->setEnabled(complete);
    m_saveNext->setEnabled(complete);
}

void DispositionPanel::sayState(const QString &text, Token ink)
{
    m_state->setInk(ink);
    m_state->setText(text);
    m_state->setToolTip(text);
    m_state->setAccessibleName(text);
}

void DispositionPanel::save(bool thenNext)
{
    if (!m_call || m_saving)
        return;
    const DispositionEntry recorded = entry();
    const auto missing = missingParts(m_desk.workspace().dispositions, recorded, m_hasContact, m_desk.now());
    if (!missing.isEmpty()) {
        m_missing->setInk(Token::Overdue);
        m_missing->setText(missing.first().sentence);
        m_missing->show();
        return;
    }
    m_saving = true;
    m_drafts.forget();
    m_save->setEnabled(false);
    m_saveNext->setEnabled(false);
    sayState(QStringLiteral("Saving…"), Token::TextMuted);
    const QString label = dispositionNamed(m_desk.workspace().dispositions, recorded.disposition)->label;
    m_desk.apply(RecordDisposition{{m_call}, recorded}).then(this, [this, call = m_call, callId = m_callId, recorded, label, thenNext](const Result<Receipt> &receipt) {
        m_saving = false;
        if (receipt)
            qCInfo(savedLog).noquote() << "saved" << callId << recorded.disposition << receipt->mutation_id;
        finishSave(receipt, call, recorded, label);
        if (receipt && thenNext)
            Q_EMIT savedAndNext(call);
    });
}

void DispositionPanel::finishSave(const Result<Receipt> &receipt, CallKey call, const DispositionEntry &recorded, const QString &label)
{
    if (!receipt) {
        // What was typed stays in the form and goes back to the draft: nothing was saved.
        sayState(QStringLiteral("Not saved: %1").arg(receipt.error().message), Token::Overdue);
        if (call == m_call)
            m_drafts.keep(m_call, entry());
        showMissing();
        return;
    }
    if (call == m_call && entry() != recorded) {
        // Typed while the save was under way: that text is newer than what was saved and stays a draft.
        edited();
    } else if (call == m_call) {
        CallDetail saved;
        saved.call.key = call;
        saved.call.call_id = m_callId;
        if (m_hasContact)
            saved.call.contact_id = 0;
        saved.call.disposition = m_chosen;
        setCall(saved);
        sayState(QStringLiteral("Saved %1").arg(clockText(receipt->saved_at, m_desk.workspace())), Token::Ok);
    }
    Q_EMIT saved(*receipt, QStringLiteral("%1 saved").arg(label));
}

} // namespace calldeck
