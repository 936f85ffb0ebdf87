#include "drawer/DispositionPanel.h"

#include "desk/Answer.h"
#include "drawer/AmountPicker.h"
#include "drawer/DispositionPicker.h"
#include "drawer/FollowUpPicker.h"
#include "rules/FollowUp.h"
#include "table/CallColumns.h"

#include <QHBoxLayout>
#include <QLoggingCategory>

namespace calldeck
{

namespace
{

Q_LOGGING_CATEGORY(savedLog, "calldeck.saved")

constexpr int notesHeight = 60;

/** The draft with what was typed before it was known: nothing of either is dropped, and what was typed decides. */
Draft onTop(Draft draft, const DispositionEntry &typed)
{
    if (!typed.disposition.isEmpty())
        draft.disposition = typed.disposition;
    if (typed.notes.startsWith(draft.notes))
        draft.notes = typed.notes;
    else if (!typed.notes.isEmpty())
        draft.notes = draft.notes.isEmpty() ? typed.notes : QString(draft.notes + u'\n' + typed.notes);
    if (typed.follow_up_at) {
        draft.follow_up_at = typed.follow_up_at;
        draft.follow_up_suggested = typed.follow_up_suggested;
    }
    if (typed.amount_cents)
        draft.amount_cents = typed.amount_cents;
    if (!typed.transferred_to.isEmpty())
        draft.transferred_to = typed.transferred_to;
    draft.updated_at = 0;
    return draft;
}

} // namespace

DispositionPanel::DispositionPanel(DeskService &desk, const Theme &theme, QWidget *parent)
    : QWidget(parent), m_desk(desk), m_drafts(desk), m_picker(new DispositionPicker(theme, desk.workspace().dispositions, this)),
      m_notes(new QPlainTextEdit(this)), m_amount(new AmountPicker(theme, QStringLiteral("Amount"), this)), m_transfer(new QLineEdit(this)),
      m_followUp(new FollowUpPicker(desk, theme, this)), m_missing(new Text(theme, TypeRole::Small, Token::Warning, {}, this)),
      m_state(new Text(theme, TypeRole::Small, Token::TextMuted, {}, this)), m_save(new Button(theme, ButtonKind::Secondary, QStringLiteral("Save"), {}, this)),
      m_saveNext(new Button(theme, ButtonKind::Primary, QStringLiteral("Save && next"), {}, this))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(metrics::bigPad, 10, metrics::bigPad, metrics::pad);
    column->setSpacing(metrics::gap);
    column->addWidget(m_picker);
    buildInputs(column);
    buildFoot(column);
    connectDrafts();
    connect(m_picker, &DispositionPicker::picked, this, qOverload<const QString &>(&DispositionPanel::choose));
    begin(0);
}

void DispositionPanel::buildInputs(QVBoxLayout *column)
{
    m_transfer->setPlaceholderText(QStringLiteral("Transferred to whom"));
    m_transfer->setAccessibleName(QStringLiteral("Transferred to"));
    m_notes->setPlaceholderText(QStringLiteral("Notes. Kept as you type."));
    m_notes->setAccessibleName(QStringLiteral("Notes"));
    m_notes->setTabChangesFocus(true);
    m_notes->setProperty("field", true);
    m_notes->setFixedHeight(notesHeight);
    m_notes->viewport()->setAutoFillBackground(false);
    for (QWidget *input : {static_cast<QWidget *>(m_amount), static_cast<QWidget *>(m_transfer), static_cast<QWidget *>(m_followUp), static_cast<QWidget *>(m_notes)})
        column->addWidget(input);
    connect(m_notes, &QPlainTextEdit::textChanged, this, &DispositionPanel::edited);
    connect(m_transfer, &QLineEdit::textChanged, this, &DispositionPanel::edited);
    connect(m_transfer, &QLineEdit::returnPressed, this, &DispositionPanel::doneTyping);
    connect(m_amount, &AmountPicker::changed, this, &DispositionPanel::edited);
    connect(m_amount, &AmountPicker::finished, this, &DispositionPanel::doneTyping);
    connect(m_followUp, &FollowUpPicker::finished, this, &DispositionPanel::doneTyping);
    connect(m_followUp, &FollowUpPicker::picked, this, [this] {
        m_followUpSuggested = false;
        edited();
    });
}

void DispositionPanel::buildFoot(QVBoxLayout *column)
{
    m_missing->setWordWrap(true);
    m_state->setWordWrap(true);
    m_save->setToolTip(QStringLiteral("Save the outcome (Ctrl+S)"));
    m_saveNext->setToolTip(QStringLiteral("Save the outcome and go on to the next call (Ctrl+Return)"));
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

void DispositionPanel::connectDrafts()
{
    connect(&m_drafts, &DraftSaver::written, this, [this](CallKey call) {
        if (call == m_call && !m_saving.contains(call))
            sayState(isTouched() ? QStringLiteral("Draft saved") : QString(), Token::TextMuted);
    });
    connect(&m_drafts, &DraftSaver::failed, this, [this](CallKey call, const Error &error) {
        if (call == m_call)
            sayProblem(QStringLiteral("Draft not saved: %1").arg(error.message));
    });
}

void DispositionPanel::begin(CallKey call)
{
    m_drafts.flush();
    if (std::exchange(m_saveWhenFilled, {}))
        Q_EMIT notSaved(m_call);
    keepTypedEarly();
    CallDetail unknown;
    unknown.call.key = call;
    take(unknown);
    m_waiting = call != 0;
    m_followUpWanted = false;
    setEnabled(call != 0);
    fill(m_drafts.newest(call).value_or(Draft{}));
    sayState({}, Token::TextMuted);
}

void DispositionPanel::keepTypedEarly()
{
    if (!m_waiting || !isTouched() || m_drafts.newest(m_call))
        return;
    onAnswer(m_desk.detail(m_call), this, [this, call = m_call, typed = entry()](const Result<CallDetail> &detail) {
        const Draft kept = m_drafts.newest(call).value_or(detail && detail->draft ? *detail->draft : Draft{});
        m_drafts.keep(call, onTop(kept, typed));
    });
}

void DispositionPanel::setDetail(const CallDetail &detail)
{
    if (detail.call.key != m_call)
        return;
    if (m_waiting) {
        fillFirst(detail);
        return;
    }
    const bool newlyRecorded = m_recorded != detail.call.disposition;
    take(detail);
    if (m_problem.isEmpty())
        showMissing(Token::Warning);
    if (newlyRecorded && !isTouched() && !m_saving.contains(m_call))
        sayRecorded();
}

void DispositionPanel::fillFirst(const CallDetail &detail)
{
    const DispositionEntry typed = entry();
    const auto newest = m_drafts.newest(m_call);
    const Draft kept = newest.value_or(detail.draft.value_or(Draft{}));
    const bool typedEarly = !typed.isEmpty() && typed != newest.value_or(Draft{});
    m_waiting = false;
    take(detail);
    fill(typedEarly ? onTop(newest ? Draft{} : kept, typed) : kept);
    if (typedEarly)
        edited();
    else if (!isTouched())
        sayRecorded();
    else
        sayState(detail.draft && !newest ? QStringLiteral("Draft of %1").arg(clock(detail.draft->updated_at)) : QStringLiteral("Draft saved"), Token::TextMuted);
    if (const auto thenNext = std::exchange(m_saveWhenFilled, {}))
        save(*thenNext);
}

void DispositionPanel::take(const CallDetail &detail)
{
    m_call = detail.call.key;
    m_callId = detail.call.call_id;
    m_hasContact = !detail.call.contact_id.isEmpty();
    m_recorded = detail.call.disposition;
}

void DispositionPanel::fill(const Draft &draft)
{
    m_filling = true;
    m_chosen = draft.disposition;
    if (m_notes->toPlainText() != draft.notes) {
        m_notes->setPlainText(draft.notes);
        m_notes->moveCursor(QTextCursor::End);
    }
    m_amount->setCents(draft.amount_cents);
    m_transfer->setText(draft.transferred_to);
    m_followUp->setTime(draft.follow_up_at);
    m_followUpSuggested = draft.follow_up_suggested;
    m_filling = false;
    showInputs();
    showMissing(Token::Warning);
}

void DispositionPanel::restore(CallKey call, const DispositionEntry &entry)
{
    // What was typed since then is newer, and stays.
    const Draft newest = m_drafts.newest(call).value_or(Draft{});
    const Draft draft = newest.isEmpty() ? entry : onTop(entry, newest);
    m_drafts.keep(call, draft);
    m_drafts.flush();
    if (call == m_call && !m_waiting)
        fill(draft);
}

DispositionEntry DispositionPanel::entry() const
{
    DispositionEntry entry;
    entry.disposition = m_chosen;
    entry.notes = m_notes->toPlainText();
    entry.follow_up_at = m_followUp->time();
    entry.follow_up_suggested = m_followUpSuggested && entry.follow_up_at;
    entry.amount_cents = m_amount->cents();
    entry.transferred_to = m_transfer->text();
    return entry;
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
    suggestFollowUp(dispositionNamed(m_desk.workspace().dispositions, key));
    showInputs();
    edited();
}

void DispositionPanel::suggestFollowUp(const DispositionRule *rule)
{
    if (m_followUp->time() && !m_followUpSuggested)
        return;
    const auto suggested = rule ? suggestedFollowUp(rule->suggested_follow_up_minutes, m_desk.now(), m_desk.workspace().calendar) : std::nullopt;
    m_followUp->setTime(suggested);
    m_followUpSuggested = suggested.has_value();
}

void DispositionPanel::focusNotes() { m_notes->setFocus(); }

void DispositionPanel::focusFollowUp()
{
    m_followUpWanted = true;
    showInputs();
    m_followUp->focusField();
}

void DispositionPanel::showInputs()
{
    const DispositionRule *rule = dispositionNamed(m_desk.workspace().dispositions, m_chosen);
    m_picker->show(m_chosen);
    m_amount->setVisible((rule && rule->amount_required) || m_amount->cents());
    m_transfer->setVisible((rule && rule->transfer_required) || !m_transfer->text().isEmpty());
    m_followUp->setVisible(m_followUpWanted || m_followUp->time() || (rule && (rule->follow_up_required || rule->suggested_follow_up_minutes != 0)));
}

void DispositionPanel::edited()
{
    if (m_filling || !m_call)
        return;
    showMissing(Token::Warning);
    if (!m_saving.contains(m_call))
        sayState(QStringLiteral("Saving draft…"), Token::TextMuted);
    // Before the draft on the disk is known, a write would replace it.
    if (!m_waiting || m_drafts.newest(m_call))
        m_drafts.keep(m_call, entry());
    Q_EMIT touched();
}

QList<MissingPart> DispositionPanel::missing() const
{
    QList<MissingPart> parts = missingParts(m_desk.workspace().dispositions, entry(), m_hasContact, m_desk.now());
    if (!m_followUp->problem().isEmpty())
        parts.prepend({Missing::FollowUp, m_followUp->problem()});
    return parts;
}

void DispositionPanel::showMissing(Token ink)
{
    QStringList sentences;
    for (const MissingPart &part : m_call && (isTouched() || ink == Token::Overdue) ? missing() : QList<MissingPart>())
        sentences.append(part.sentence);
    say(sentences.join(u' '), ink);
    for (Button *button : {m_save, m_saveNext})
        button->setEnabled(m_call && !m_saving.contains(m_call));
}

void DispositionPanel::sayProblem(const QString &sentence)
{
    say(sentence, Token::Overdue);
    m_problem = sentence;
}

void DispositionPanel::say(const QString &sentence, Token ink)
{
    m_problem.clear();
    m_missing->setInk(ink);
    m_missing->setText(sentence);
    m_missing->setAccessibleName(sentence);
    m_missing->setVisible(!sentence.isEmpty());
}

void DispositionPanel::focusMissing(Missing part)
{
    switch (part) {
    case Missing::Notes: m_notes->setFocus(); break;
    case Missing::FollowUp:
    case Missing::FollowUpInPast: focusFollowUp(); break;
    case Missing::Amount:
    case Missing::NegativeAmount: m_amount->focusField(); break;
    case Missing::TransferTarget: m_transfer->setFocus(); break;
    case Missing::Disposition:
    case Missing::UnknownDisposition:
    case Missing::Contact: break;
    }
}

void DispositionPanel::sayState(const QString &text, Token ink)
{
    m_state->setInk(ink);
    m_state->setText(text);
    m_state->setAccessibleName(text);
}

void DispositionPanel::sayRecorded()
{
    const DispositionRule *recorded = dispositionNamed(m_desk.workspace().dispositions, m_recorded);
    sayState(recorded ? QStringLiteral("Recorded: %1").arg(recorded->label) : QString(), Token::Ok);
}

QString DispositionPanel::clock(TimeMs at) const { return momentText(at, m_desk.now(), QTimeZone(m_desk.workspace().zone)); }

void DispositionPanel::save(bool thenNext)
{
    if (!m_call)
        return;
    if (m_saving.contains(m_call)) {
        m_saving[m_call] |= thenNext;
        return;
    }
    if (m_waiting) {
        m_saveWhenFilled = thenNext;
        return;
    }
    const auto parts = missing();
    if (!parts.isEmpty()) {
        showMissing(Token::Overdue);
        focusMissing(parts.first().part);
        Q_EMIT notSaved(m_call);
        return;
    }
    const Shown shown{m_call, m_callId, entry(), thenNext};
    m_saving.insert(m_call, thenNext);
    m_drafts.forget(m_call);
    showMissing(Token::Warning);
    sayState(QStringLiteral("Saving…"), Token::TextMuted);
    Q_EMIT saving(m_call, thenNext);
    onAnswer(m_desk.apply(RecordDisposition{{shown.call}, shown.entry}), this, [this, shown](const Result<Receipt> &receipt) { finishSave(shown, receipt); });
}

void DispositionPanel::finishSave(const Shown &was, const Result<Receipt> &receipt)
{
    const bool thenNext = m_saving.take(was.call);
    const bool shown = was.call == m_call;
    if (!receipt) {
        // Nothing was saved: the form stays as it is, and the draft comes back unless newer text is already on its way.
        if (!m_drafts.newest(was.call))
            m_drafts.keep(was.call, was.entry);
        if (shown) {
            showMissing(Token::Warning);
            sayState({}, Token::TextMuted);
            sayProblem(QStringLiteral("Not saved: %1").arg(receipt.error().message));
        } else {
            Q_EMIT failed(receipt.error());
        }
        Q_EMIT notSaved(was.call);
        return;
    }
    const QString label = dispositionNamed(m_desk.workspace().dispositions, was.entry.disposition)->label;
    qCInfo(savedLog).noquote() << "saved" << was.call_id << was.entry.disposition << receipt->mutation_id;
    if (shown) {
        m_recorded = was.entry.disposition;
        // Text typed while the save was under way is newer than what was saved and stays a draft.
        if (entry() == was.entry) {
            m_followUpWanted = false;
            fill({});
            if (m_drafts.newest(was.call))
                m_drafts.keep(was.call, {});
        }
        showMissing(Token::Warning);
        sayState(QStringLiteral("Saved %1").arg(clock(receipt->saved_at)), Token::Ok);
    }
    Q_EMIT recorded(was.call, was.entry, *receipt);
    Q_EMIT saved(*receipt, QStringLiteral("%1 saved").arg(label));
    // Going on was asked for during the save, perhaps after another word: that one is saved as well.
    if (thenNext && !was.then_next && shown && isTouched())
        save(true);
    else if (thenNext)
        Q_EMIT savedAndNext(was.call);
}

} // namespace calldeck
