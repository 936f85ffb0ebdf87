#include "triage/TriageController.h"

#include "desk/Answer.h"
#include "triage/AskPopover.h"
#include "triage/TypeAhead.h"

#include <QHBoxLayout>
#include <algorithm>

namespace calldeck
{

namespace
{

constexpr int undoLevels = 50;

} // namespace

TriageController::TriageController(DeskService &desk, Theme &theme, CallTable &table, CallDrawer &drawer, QWidget *window)
    : QObject(window), m_desk(desk), m_theme(theme), m_table(table), m_drawer(drawer), m_ahead(new TypeAhead(window)), m_line(new QWidget(window)),
      m_progressText(new Text(theme, TypeRole::Body, Token::TextMuted, {}, m_line)), m_owed(new Pill(theme, m_line)),
      m_skip(new AskPopover(theme, QStringLiteral("Skip this call"), QStringLiteral("It stays in triage and its outcome stays owed."), window)),
      m_guard(new AskPopover(theme, QStringLiteral("This call's outcome is not saved"), QStringLiteral("What you typed is kept as a draft whatever you choose."), window))
{
    buildLine();
    buildSkip();
    buildGuard();
    connectParts();
}

void TriageController::buildLine()
{
    auto *row = new QHBoxLayout(m_line);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(metrics::gap);
    row->addWidget(m_progressText);
    row->addWidget(m_owed);
    row->addStretch();
    m_owed->setToolTip(QStringLiteral("Calls that were skipped with a reason and still need an outcome"));
    showProgress();
}

void TriageController::buildSkip()
{
    m_reason = m_skip->addField(QStringLiteral("Why? Kept with the call"), QStringLiteral("Reason for skipping"));
    connect(m_skip->addAnswer(ButtonKind::Primary, QStringLiteral("Skip  ↵"), 0), &QPushButton::clicked, this, &TriageController::skip);
    connect(m_skip->addAnswer(ButtonKind::Ghost, QStringLiteral("Stay  Esc"), 0), &QPushButton::clicked, m_skip, &QWidget::hide);
}

void TriageController::buildGuard()
{
    connect(m_guard->addAnswer(ButtonKind::Primary, QStringLiteral("Save & next  ↵"), 0), &QPushButton::clicked, this, [this] {
        m_guard->hide();
        saveAndGoOn();
    });
    connect(m_guard->addAnswer(ButtonKind::Secondary, QStringLiteral("Skip with a reason  S"), Qt::Key_S), &QPushButton::clicked, this, [this] {
        m_guard->hide();
        openSkip();
    });
    connect(m_guard->addAnswer(ButtonKind::Ghost, QStringLiteral("Stay  Esc"), 0), &QPushButton::clicked, m_guard, &QWidget::hide);
}

void TriageController::connectParts()
{
    connect(&m_drawer, &CallDrawer::saving, this, [this](CallKey call, bool thenNext) {
        m_nextAfter.insert(call, following(call));
        if (thenNext)
            leaving(call);
    });
    connect(&m_drawer, &CallDrawer::notSaved, this, [this](CallKey call) {
        m_undoWhenSaved = false;
        if (call == m_leaving)
            stay();
    });
    m_table.setGate([this] { return mayLeave(); });
    connect(&m_drawer, &CallDrawer::recorded, this, &TriageController::recorded);
    connect(&m_drawer, &CallDrawer::saved, this, &TriageController::remember);
    connect(&m_drawer, &CallDrawer::savedAndNext, this, &TriageController::goOn);
    connect(&m_drawer, &CallDrawer::doneTyping, this, [this] { m_table.focusList(); });
    connect(&m_drawer, &CallDrawer::previousAsked, this, [this] { move(false); });
    connect(&m_drawer, &CallDrawer::nextAsked, this, [this] { move(true); });
    connect(&m_drawer, &CallDrawer::begun, this, [this] {
        // Another call was chosen while one was being left: keys from before that choice were meant for neither.
        if (std::exchange(m_leaving, 0))
            m_ahead->drop();
        m_guard->hide();
        m_ahead->hold();
    });
    connect(&m_drawer, &CallDrawer::emptied, this, [this] {
        m_guard->hide();
        releaseKeys();
    });
    connect(&m_drawer, &CallDrawer::filled, this, [this] {
        m_onThisCall.start();
        releaseKeys();
    });
    connect(&m_table, &CallTable::currentChanged, this, &TriageController::noteFollower);
    connect(&m_table, &CallTable::countChanged, this, &TriageController::noteFollower);
    connect(&m_desk, &DeskService::countsChanged, this, &TriageController::counted);
}

void TriageController::setActive(bool active)
{
    m_active = active;
    m_line->setVisible(active);
    noteFollower();
    onAnswer(m_desk.counts(), this, [this](const Result<DeskCounts> &counts) {
        if (counts)
            counted(*counts);
    });
}

bool TriageController::handle(const QString &action)
{
    if (action == QStringLiteral("next"))
        move(true);
    else if (action == QStringLiteral("previous"))
        move(false);
    else if (action == QStringLiteral("notes"))
        m_drawer.focusNotes();
    else if (action == QStringLiteral("follow-up"))
        m_drawer.openFollowUp();
    else if (action == QStringLiteral("tags"))
        m_drawer.editTags();
    else if (action == QStringLiteral("value"))
        m_drawer.editValue();
    else if (action == QStringLiteral("emergency"))
        m_drawer.toggleEmergency();
    else if (action == QStringLiteral("skip"))
        openSkip();
    else if (action == QStringLiteral("save"))
        m_drawer.save(false);
    else if (action == QStringLiteral("save-next"))
        saveAndGoOn();
    else if (action == QStringLiteral("undo") && m_drawer.isSaving())
        m_undoWhenSaved = true; // what is on its way is what is meant
    else if (action == QStringLiteral("undo"))
        undo();
    else if (action.startsWith(QStringLiteral("disposition-")))
        m_drawer.choose(action.back());
    else
        return false;
    return true;
}

void TriageController::move(bool forward)
{
    m_forward = forward;
    if (mayLeave())
        moveNow(forward);
}

bool TriageController::mayLeave()
{
    if (!m_active || !m_drawer.hasUnsavedDecision())
        return true;
    m_drawer.flushDraft();
    if (m_drawer.isSaving())
        return true;
    m_guard->ask();
    return false;
}

void TriageController::moveNow(bool forward)
{
    if (m_table.currentCall()) {
        forward ? m_table.selectNext() : m_table.selectPrevious();
        return;
    }
    // The current call has left the list, saved or taken by somebody else: go on from where it stood.
    const bool there = m_follower && m_table.select(m_follower);
    if (!there)
        m_table.selectNext();
    else if (!forward)
        m_table.selectPrevious();
}

void TriageController::saveAndGoOn()
{
    // Before save(), which may find at once that something is missing.
    if (m_drawer.call())
        leaving(m_drawer.call());
    m_drawer.save(true);
    // Out of the fields of this call at once: the next key belongs to the next one.
    if (m_leaving)
        m_table.focusList();
}

void TriageController::goOn(CallKey from)
{
    const CallKey next = m_nextAfter.take(from);
    const bool waited = from == m_leaving;
    const bool stillThere = m_drawer.call() == from || m_drawer.call() == 0;
    if (waited)
        m_leaving = 0;
    // Shown, or would be if the desk were not locked.
    if (stillThere && m_table.isVisibleTo(qobject_cast<QWidget *>(parent())))
        turnFrom(from, next);
    else if (stillThere)
        Q_EMIT nextAsked();
    // With nothing to go on to, the keys have lost their call.
    if (waited && m_drawer.call() == from)
        m_ahead->drop();
    if (waited)
        releaseKeys();
}

void TriageController::turnFrom(CallKey from, CallKey next)
{
    m_table.focusList();
    const CallKey current = m_table.currentCall();
    if (current == from || current == 0)
        leave(from, next);
    // The next decision must never land on the call that was just decided.
    if (m_drawer.call() == from)
        m_drawer.showCall(m_table.currentCall() == from ? 0 : m_table.currentCall());
}

void TriageController::releaseKeys()
{
    // A key that is taken before the call is there would act on parts of the drawer that still show the one before.
    if (!m_leaving && m_drawer.isFilled())
        m_ahead->release();
}

void TriageController::leaving(CallKey call)
{
    m_leaving = call;
    m_ahead->hold();
}

void TriageController::stay()
{
    m_leaving = 0;
    m_ahead->drop();
    releaseKeys();
}

void TriageController::leave(CallKey from, CallKey next)
{
    // A call that came back by undo may not stand in the list yet: then nothing follows it there.
    for (CallKey candidate : {next, m_follower, firstUndecided(0, 1)}) {
        if (candidate && candidate != from && !m_decided.contains(candidate) && m_table.model().rowOf(candidate) >= 0) {
            m_table.select(candidate);
            return;
        }
    }
}

CallKey TriageController::following(CallKey call) const
{
    const int row = m_table.model().rowOf(call);
    const CallKey after = row < 0 ? 0 : firstUndecided(row + 1, 1);
    return after || row < 0 ? after : firstUndecided(row - 1, -1);
}

CallKey TriageController::firstUndecided(int row, int step) const
{
    // The list still shows for a moment what was just decided.
    while (m_decided.contains(m_table.model().keyAt(row)))
        row += step;
    return m_table.model().keyAt(row);
}

void TriageController::noteFollower()
{
    m_decided.removeIf([this](CallKey call) { return m_table.model().rowOf(call) < 0; });
    const CallKey current = m_active ? m_table.currentCall() : 0;
    if (current)
        m_follower = following(current);
}

void TriageController::openSkip()
{
    m_skipped = m_drawer.call();
    if (!m_skipped)
        return;
    m_reason->clear();
    m_skip->ask();
}

void TriageController::skip()
{
    const QString reason = m_reason->text().simplified();
    if (m_skipping)
        return;
    if (reason.isEmpty()) {
        m_skip->sayProblem(QStringLiteral("Say why, so that the next person knows what is owed."));
        m_reason->setFocus();
        return;
    }
    m_skipping = true;
    const CallKey call = m_skipped;
    onAnswer(m_desk.apply(SkipTriage{call, reason}), this, [this, call](const Result<Receipt> &receipt) {
        m_skipping = false;
        if (!receipt) {
            m_skip->sayProblem(QStringLiteral("Not skipped: %1").arg(receipt.error().message));
            return;
        }
        m_skip->hide();
        m_undoable.append({receipt->mutation_id, call, {}, false});
        Q_EMIT said(QStringLiteral("Skipped, the outcome is still owed"), true);
        m_table.focusList();
        if (m_drawer.call() == call)
            moveNow(m_forward);
    });
}

void TriageController::recorded(CallKey call, const DispositionEntry &entry, const Receipt &receipt)
{
    m_undoable.append({receipt.mutation_id, call, entry, m_active});
    if (m_active)
        count(call);
    // Afterwards: the drawer tells of this save a second time, for the toast.
    if (std::exchange(m_undoWhenSaved, false))
        QMetaObject::invokeMethod(this, &TriageController::undo, Qt::QueuedConnection);
}

void TriageController::count(CallKey call)
{
    m_decided.insert(call);
    ++m_progress.done;
    m_progress.seconds_per_call.append(m_onThisCall.isValid() ? m_onThisCall.elapsed() / 1000 : 0);
    showProgress();
}

void TriageController::remember(const Receipt &receipt)
{
    const bool known = std::any_of(m_undoable.cbegin(), m_undoable.cend(), [&](const Step &step) { return step.mutation_id == receipt.mutation_id; });
    if (receipt.mutation_id.isEmpty() || known)
        return;
    m_undoable.append({receipt.mutation_id, 0, {}, false});
    if (m_undoable.size() > undoLevels)
        m_undoable.removeFirst();
}

void TriageController::undo()
{
    if (m_undoable.isEmpty()) {
        Q_EMIT said(QStringLiteral("There is nothing to undo"), false);
        return;
    }
    const Step step = m_undoable.takeLast();
    onAnswer(m_desk.apply(Undo{step.mutation_id}), this, [this, step](const Result<Receipt> &receipt) {
        if (receipt) {
            tookBack(step);
            return;
        }
        if (receipt.error().retryable)
            m_undoable.append(step);
        Q_EMIT failed(receipt.error());
    });
}

void TriageController::tookBack(const Step &step)
{
    const DispositionRule *rule = dispositionNamed(m_desk.workspace().dispositions, step.entry.disposition);
    if (rule)
        m_drawer.restore(step.call, step.entry);
    m_decided.remove(step.call);
    if (step.counted) {
        --m_progress.done;
        m_progress.seconds_per_call.removeLast();
        showProgress();
    }
    if (step.call) {
        m_table.select(step.call);
        m_table.focusList();
    }
    Q_EMIT said(rule ? QStringLiteral("Taken back: %1").arg(rule->label) : QStringLiteral("Undone"), false);
}

void TriageController::counted(const DeskCounts &counts)
{
    m_progress.waiting = counts.triage;
    m_progress.overdue = counts.triage_overdue;
    m_outcomesOwed = counts.outcomes_owed;
    showProgress();
}

void TriageController::showProgress()
{
    m_progressText->setText(m_progress.sentence());
    m_progressText->setAccessibleName(m_progressText->text());
    m_owed->show(m_outcomesOwed == 0   ? QString()
                 : m_outcomesOwed == 1 ? QStringLiteral("1 outcome owed")
                                       : QStringLiteral("%1 outcomes owed").arg(m_outcomesOwed),
                 Token::Warning, Token::WarningSoft, QStringLiteral("skip"));
}

} // namespace calldeck
