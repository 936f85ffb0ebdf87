#include "drawer/CallDrawer.h"

#include "desk/Answer.h"
#include "drawer/DetailsTab.h"
#include "drawer/DispositionPanel.h"
#include "drawer/DrawerHeader.h"
#include "drawer/HistoryTab.h"
#include "drawer/SummaryTab.h"

#include <QAbstractItemView>
#include <QClipboard>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QPlainTextEdit>
#include <QTabBar>

namespace calldeck
{

namespace
{

constexpr int tabIndent = 8; ///< so that the first tab's words stand under the name

} // namespace

CallDrawer::CallDrawer(DeskService &desk, const Theme &theme, QWidget *parent)
    : QWidget(parent), m_desk(desk), m_header(new DrawerHeader(desk, theme)), m_tabs(new QTabWidget), m_summary(new SummaryTab(desk, theme)),
      m_details(new DetailsTab(desk, theme)), m_history(new HistoryTab(desk, theme)), m_disposition(new DispositionPanel(desk, theme))
{
    setAccessibleName(QStringLiteral("Call"));
    auto *outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    auto *ground = new Panel(theme, Token::Surface);
    auto *column = new QVBoxLayout(ground);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_tabs->setDocumentMode(true);
    m_tabs->tabBar()->setDrawBase(false);
    m_tabs->tabBar()->setExpanding(false);
    m_tabs->setAccessibleName(QStringLiteral("Parts of the call"));
    m_tabs->addTab(m_summary, QStringLiteral("Summary"));
    m_tabs->addTab(m_details, QStringLiteral("Details"));
    m_tabs->addTab(m_history, QStringLiteral("History"));
    auto *indent = new QWidget(m_tabs);
    indent->setFixedSize(tabIndent, 1);
    m_tabs->setCornerWidget(indent, Qt::TopLeftCorner);
    column->addWidget(m_header);
    column->addWidget(m_tabs, 1);
    column->addWidget(new Rule(theme));
    column->addWidget(m_disposition);
    outer->addWidget(ground);
    connectHeader();
    connectParts();
    take({});
}

void CallDrawer::connectHeader()
{
    connect(m_header, &DrawerHeader::followUpAsked, this, &CallDrawer::openFollowUp);
    connect(m_header, &DrawerHeader::emergencyAsked, this, &CallDrawer::toggleEmergency);
    connect(m_header, &DrawerHeader::doNotContactAsked, this, &CallDrawer::toggleDoNotContact);
    connect(m_header, &DrawerHeader::previousAsked, this, &CallDrawer::previousAsked);
    connect(m_header, &DrawerHeader::nextAsked, this, &CallDrawer::nextAsked);
    connect(m_header, &DrawerHeader::closeAsked, this, &CallDrawer::closeAsked);
    connect(m_header, &DrawerHeader::copyAsked, this,
            [this] { QGuiApplication::clipboard()->setText(m_shown.customer_number.isEmpty() ? m_shown.customer_number_raw : m_shown.customer_number); });
}

void CallDrawer::connectParts()
{
    connect(m_summary, &SummaryTab::saved, this, &CallDrawer::saved);
    connect(m_summary, &SummaryTab::failed, this, &CallDrawer::failed);
    connect(m_summary, &SummaryTab::doneTyping, this, &CallDrawer::doneTyping);
    connect(m_details, &DetailsTab::saved, this, &CallDrawer::saved);
    connect(m_history, &HistoryTab::callAsked, this, &CallDrawer::callAsked);
    connect(m_history, &HistoryTab::failed, this, &CallDrawer::failed);
    connect(m_disposition, &DispositionPanel::saving, this, &CallDrawer::saving);
    connect(m_disposition, &DispositionPanel::notSaved, this, &CallDrawer::notSaved);
    connect(m_disposition, &DispositionPanel::recorded, this, &CallDrawer::recorded);
    connect(m_disposition, &DispositionPanel::saved, this, &CallDrawer::saved);
    connect(m_disposition, &DispositionPanel::savedAndNext, this, &CallDrawer::savedAndNext);
    connect(m_disposition, &DispositionPanel::failed, this, &CallDrawer::failed);
    connect(m_disposition, &DispositionPanel::doneTyping, this, &CallDrawer::doneTyping);
    connect(m_tabs, &QTabWidget::currentChanged, this, [this] {
        if (m_tabs->currentWidget() == m_history && m_call)
            m_history->setCall(m_call);
    });
    connect(&m_desk, &DeskService::changed, this, [this](const ChangeSet &changes) {
        if (m_call && (changes.everything || changes.changed.contains(m_call)))
            refill();
    });
}

void CallDrawer::showCall(CallKey call)
{
    if (call == m_call)
        return;
    if (!call) {
        showNone();
        return;
    }
    m_call = call;
    m_disposition->begin(call);
    Q_EMIT begun(call);
    refill();
}

void CallDrawer::showNone()
{
    // Of a call that cannot be read nothing is shown, least of all the one before it.
    ++m_request;
    m_call = 0;
    m_disposition->begin(0);
    take({});
    Q_EMIT emptied();
}

void CallDrawer::refill()
{
    onAnswer(m_desk.detail(m_call), this, [this, request = ++m_request](const Result<CallDetail> &detail) {
        if (request != m_request)
            return;
        const bool first = m_disposition->isWaiting();
        if (!detail) {
            if (first)
                showNone();
            Q_EMIT failed(detail.error());
            return;
        }
        take(*detail);
        m_disposition->setDetail(*detail);
        if (first)
            Q_EMIT filled(m_call);
    });
    if (m_tabs->currentWidget() == m_history)
        m_history->setCall(m_call);
}

void CallDrawer::take(const CallDetail &detail)
{
    m_shown = detail.call;
    m_header->setCall(detail);
    m_summary->setCall(detail);
    m_details->setCall(detail);
}

bool CallDrawer::event(QEvent *event)
{
    if (event->type() != QEvent::ShortcutOverride && event->type() != QEvent::KeyPress)
        return QWidget::event(event);
    const int key = static_cast<QKeyEvent *>(event)->key();
    const QWidget *focus = focusWidget();
    const bool inField = qobject_cast<const QLineEdit *>(focus) || qobject_cast<const QPlainTextEdit *>(focus);
    const bool inList = qobject_cast<const QAbstractItemView *>(focus);
    const bool leavesField = key == Qt::Key_Escape && inField;
    if (event->type() == QEvent::KeyPress && leavesField) {
        Q_EMIT doneTyping();
        return true;
    }
    // Lists in the drawer keep the keys that move in them, and a field the key that leaves it, whatever these mean elsewhere.
    if (event->type() == QEvent::ShortcutOverride && (leavesField || (inList && (key == Qt::Key_Up || key == Qt::Key_Down || key == Qt::Key_Return)))) {
        event->accept();
        return true;
    }
    return QWidget::event(event);
}

void CallDrawer::showTab(const QString &name)
{
    for (int i = 0; i < m_tabs->count(); ++i) {
        if (m_tabs->tabText(i).compare(name, Qt::CaseInsensitive) == 0)
            m_tabs->setCurrentIndex(i);
    }
}

bool CallDrawer::hasUnsavedDecision() const { return m_disposition->isTouched(); }
bool CallDrawer::isSaving() const { return m_disposition->isSaving(); }
void CallDrawer::choose(QChar hotkey) { m_disposition->choose(hotkey); }
void CallDrawer::focusNotes() { m_disposition->focusNotes(); }
void CallDrawer::openFollowUp() { m_disposition->focusFollowUp(); }
void CallDrawer::save(bool thenNext) { m_disposition->save(thenNext); }
void CallDrawer::flushDraft() { m_disposition->flushDraft(); }
void CallDrawer::restore(CallKey call, const DispositionEntry &entry) { m_disposition->restore(call, entry); }

void CallDrawer::editTags()
{
    m_tabs->setCurrentWidget(m_summary);
    m_summary->editTags();
}

void CallDrawer::editValue()
{
    m_tabs->setCurrentWidget(m_summary);
    m_summary->editValue();
}

void CallDrawer::apply(const Command &command, const QString &sentence)
{
    onAnswer(m_desk.apply(command), this, [this, sentence](const Result<Receipt> &receipt) {
        if (receipt)
            Q_EMIT saved(*receipt, sentence);
        else
            Q_EMIT failed(receipt.error());
    });
}

void CallDrawer::toggleEmergency()
{
    if (!isFilled())
        return;
    const bool on = !m_shown.emergency;
    apply(SetFields{{m_call}, {{CallField::emergency, on ? QStringLiteral("true") : QStringLiteral("false")}}},
          on ? QStringLiteral("Marked as an emergency") : QStringLiteral("No longer an emergency"));
}

void CallDrawer::toggleDoNotContact()
{
    if (!isFilled())
        return;
    const bool on = !m_shown.do_not_contact;
    apply(SetDoNotContact{{m_call}, on, QStringLiteral("Set by %1").arg(m_desk.agentName())},
          on ? QStringLiteral("Number put on the do-not-contact list") : QStringLiteral("Number taken off the do-not-contact list"));
}

} // namespace calldeck
