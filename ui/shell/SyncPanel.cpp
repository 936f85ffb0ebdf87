#include "shell/SyncPanel.h"

#include "desk/Answer.h"
#include "rules/FollowUp.h"
#include "shell/SyncWords.h"

#include <QApplication>
#include <QClipboard>
#include <QDateTime>
#include <QElapsedTimer>
#include <QHBoxLayout>
#include <QScrollArea>
#include <QVBoxLayout>

namespace calldeck
{

namespace
{

constexpr int panelWidth = 440;
constexpr int tallestList = 420;
constexpr int shortestList = 120;
constexpr int roomAround = 90; ///< of the panel in its window: the status line below it, and some ground above
constexpr int mostShownWaiting = 10;
constexpr int cardTextWidth = 360; ///< of a line in a card

QFuture<Result<Done>> copied(const QString &text)
{
    QGuiApplication::clipboard()->setText(text);
    return QtFuture::makeReadyFuture(Result<Done>(Done{}));
}

} // namespace

SyncPanel::SyncPanel(SyncService &sync, const Theme &theme, const QTimeZone &zone, QWidget *window)
    : Popover(theme, QStringLiteral("Sync"), window), m_sync(sync), m_theme(theme), m_zone(zone), m_headline(new Text(theme, TypeRole::Heading, Token::Text, {}, this)),
      m_detail(new Text(theme, TypeRole::Body, Token::TextMuted, {}, this)), m_list(new QWidget), m_cards(new QVBoxLayout(m_list)),
      m_now(new Button(theme, ButtonKind::Secondary, QStringLiteral("Sync now"), QStringLiteral("refresh"), this)),
      m_signIn(new Button(theme, ButtonKind::Primary, QStringLiteral("Sign in again"), QStringLiteral("user"), this))
{
    setFixedWidth(panelWidth);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(18, 16, 18, 16);
    column->setSpacing(metrics::gap);
    column->addWidget(m_headline);
    m_detail->setWordWrap(true);
    column->addWidget(m_detail);
    m_cards->setContentsMargins(0, 0, 0, 0);
    m_cards->setSpacing(metrics::gap);
    auto *scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(m_list);
    scroll->viewport()->setAutoFillBackground(false);
    m_list->setAutoFillBackground(false);
    column->addWidget(scroll);
    auto *answers = new QHBoxLayout;
    answers->addWidget(m_signIn);
    answers->addWidget(m_now);
    answers->addStretch();
    column->addLayout(answers);
    connect(m_signIn, &QPushButton::clicked, this, [this] {
        hide();
        m_sync.signInAgain();
    });
    connect(m_now, &QPushButton::clicked, &m_sync, &SyncService::syncNow);
    connect(&m_sync, &SyncService::statusChanged, this, [this](const SyncStatus &status) {
        if (!isVisible())
            return;
        showStatus(status);
        place();
        refresh();
    });
}

void SyncPanel::open(QWidget *anchor)
{
    m_anchor = anchor;
    showStatus(m_sync.status());
    m_filled = false;
    fill({});
    refresh();
    openUnder(anchor);
}

QString SyncPanel::timeText(TimeMs at) const { return followUpTimeText(at, QDateTime::currentMSecsSinceEpoch() + m_sync.status().clock_offset_ms, m_zone); }

void SyncPanel::showStatus(const SyncStatus &status)
{
    m_headline->setText(syncHeadline(status));
    m_signIn->setVisible(status.link == SyncStatus::Link::SignedOut);
    m_now->setVisible(status.link != SyncStatus::Link::SignedOut);
    QStringList lines;
    if (!status.problem.isEmpty())
        lines.append(status.problem);
    else if (!status.failure.isEmpty())
        lines.append(QStringLiteral("The server fails on a change, which is tried again and again: %1").arg(status.failure));
    if (status.waiting > 0 && status.oldest_waiting)
        lines.append(QStringLiteral("%1 on the way, the oldest from %2. All of it is saved on this desk.").arg(changesText(status.waiting), timeText(*status.oldest_waiting)));
    if (const QString clock = clockText(status); !clock.isEmpty())
        lines.append(QStringLiteral("This machine's clock is %1 of the server's. Deadlines go by the server's; set this one right.").arg(clock));
    if (status.last_sync)
        lines.append(QStringLiteral("Last in step with %1 %2.").arg(status.server, timeText(*status.last_sync)));
    m_detail->setText(lines.join(u'\n'));
    m_detail->setVisible(!lines.isEmpty());
}

void SyncPanel::refresh()
{
    const quint64 request = ++m_request;
    onAnswer(m_sync.refused(), this, [this, request](const Result<QList<RefusedEdit>> &refused) {
        onAnswer(m_sync.conflicts(), this, [this, request, refused](const Result<QList<OpenConflict>> &conflicts) {
            onAnswer(m_sync.waiting(mostShownWaiting), this, [this, request, refused, conflicts](const Result<QList<WaitingEdit>> &waiting) {
                if (request == m_request && refused && conflicts && waiting)
                    fill({*conflicts, *refused, *waiting});
            });
        });
    });
}

QStringList SyncPanel::Content::pressable() const
{
    QStringList ids;
    for (const OpenConflict &conflict : conflicts)
        ids.append(conflict.id);
    for (const RefusedEdit &edit : refused)
        ids.append(QString::number(edit.id));
    return ids;
}

void SyncPanel::fill(const Content &content)
{
    const int more = std::max(0, m_sync.status().waiting - static_cast<int>(content.waiting.size()));
    const bool waitsTheSame = m_filled && content.waiting == m_waiting && more == m_more;
    // Somebody may be on a button of the list: it is made again only when it says something else.
    const bool asksTheSame = m_filled && content.pressable() == m_pressable;
    if (waitsTheSame && asksTheSame)
        return;
    m_pressable = content.pressable();
    m_waiting = content.waiting;
    m_more = more;
    m_filled = true;
    if (!asksTheSame)
        fillCards(content);
    if (m_waitingCard) {
        m_waitingCard->hide(); // else the layout counts it until it is gone
        m_waitingCard->deleteLater();
    }
    m_waitingCard = content.waiting.isEmpty() ? nullptr : waitingCard();
    if (m_waitingCard)
        addCard(m_cards->count() - 1, m_waitingCard);
    findChild<QScrollArea *>()->setVisible(!content.isEmpty());
    m_list->adjustSize();
    place();
}

void SyncPanel::place()
{
    auto *scroll = findChild<QScrollArea *>();
    scroll->setFixedHeight(0);
    fit();
    const int room = parentWidget()->height() - height() - roomAround;
    scroll->setFixedHeight(std::min({tallestList, std::max(room, shortestList), m_list->sizeHint().height()}));
    fit();
    if (m_anchor && isVisible())
        openUnder(m_anchor);
}

void SyncPanel::fillCards(const Content &content)
{
    while (QLayoutItem *item = m_cards->takeAt(0)) {
        if (item->widget())
            item->widget()->deleteLater();
        delete item;
    }
    for (const OpenConflict &conflict : content.conflicts)
        addCard(m_cards->count(), conflictCard(conflict));
    for (const RefusedEdit &edit : content.refused)
        addCard(m_cards->count(), refusedCard(edit));
    m_cards->addStretch();
}

void SyncPanel::addCard(int place, QWidget *card)
{
    m_cards->insertWidget(place, card);
    card->show(); // a layout counts no child that is still to be shown
}

QWidget *SyncPanel::card(const QString &title, const QString &text, const QList<Answer> &answers, const QString &callId)
{
    auto *ground = new calldeck::Panel(m_theme, Token::SurfaceSunken, m_list);
    auto *column = new QVBoxLayout(ground);
    column->setContentsMargins(metrics::pad, metrics::gap, metrics::pad, metrics::gap);
    column->setSpacing(metrics::smallGap);
    auto *heading = new Text(m_theme, TypeRole::BodyStrong, Token::Text, title, ground);
    heading->setWordWrap(true);
    column->addWidget(heading);
    if (!text.isEmpty()) {
        auto *body = new Text(m_theme, TypeRole::Small, Token::TextMuted, text, ground);
        body->setWordWrap(true);
        column->addWidget(body);
    }
    auto *row = new QHBoxLayout;
    row->setSpacing(metrics::gap);
    for (const Answer &answer : answers) {
        auto *button = new Button(m_theme, ButtonKind::Secondary, answer.label, {}, ground);
        button->setAccessibleName(QStringLiteral("%1: %2").arg(answer.label, title));
        connect(button, &QPushButton::clicked, this, [this, button, answer, title, armed = QElapsedTimer()]() mutable {
            // A double click is one that slipped.
            if (armed.isValid() && !armed.hasExpired(QApplication::doubleClickInterval()))
                return;
            if (answer.sure.isEmpty() || armed.isValid())
                return act(answer);
            armed.start();
            button->setText(answer.sure);
            button->setAccessibleName(QStringLiteral("%1: %2").arg(answer.sure, title));
        });
        row->addWidget(button);
    }
    row->addStretch();
    if (!callId.isEmpty()) {
        auto *show = new Button(m_theme, ButtonKind::Ghost, QStringLiteral("Show call"), {}, ground);
        connect(show, &QPushButton::clicked, this, [this, callId] {
            hide();
            Q_EMIT callWanted(callId);
        });
        row->addWidget(show);
    }
    column->addLayout(row);
    return ground;
}

void SyncPanel::act(const Answer &answer)
{
    onAnswer(answer.act(), this, [this](const Result<Done> &done) {
        if (!done)
            Q_EMIT failed(done.error());
        refresh();
    });
}

QWidget *SyncPanel::waitingCard()
{
    QWidget *ground = card(QStringLiteral("On the way"), {}, {}, {});
    auto *column = static_cast<QVBoxLayout *>(ground->layout());
    const auto line = [&](const QString &text, Token ink) {
        auto *label = new Text(m_theme, TypeRole::Small, ink, {}, ground);
        label->setText(label->fontMetrics().elidedText(text, Qt::ElideRight, cardTextWidth));
        label->setToolTip(text == label->text() ? QString() : text.toHtmlEscaped());
        label->setAccessibleName(text);
        column->addWidget(label);
    };
    for (const WaitingEdit &edit : std::as_const(m_waiting)) {
        const QString what = edit.what.simplified();
        line(QStringLiteral("%1, %2").arg(timeText(edit.made_at), edit.caller.isEmpty() ? what : QStringLiteral("%1: %2").arg(edit.caller, what)), Token::Text);
        if (!edit.failure.isEmpty())
            line(QStringLiteral("Last try: %1").arg(edit.failure), Token::Overdue);
    }
    if (m_more > 0)
        line(QStringLiteral("and %1 more").arg(m_more), Token::TextMuted);
    return ground;
}

QWidget *SyncPanel::refusedCard(const RefusedEdit &edit)
{
    return card(edit.what, QStringLiteral("Made %1. The server refused it: %2").arg(timeText(edit.made_at), edit.reason),
                {{QStringLiteral("Try again"), [this, id = edit.id] { return m_sync.retry(id); }, {}},
                 {QStringLiteral("Copy text"), [text = edit.what] { return copied(text); }, {}},
                 {QStringLiteral("Discard"), [this, id = edit.id] { return m_sync.discard(id); }, QStringLiteral("Discard for good")}},
                edit.call_id);
}

QWidget *SyncPanel::conflictCard(const OpenConflict &conflict)
{
    const bool flag = conflict.part.startsWith(QStringLiteral("flag:"));
    const QString what = flag ? QStringLiteral("do not contact or emergency") : QStringLiteral("the outcome");
    return card(QStringLiteral("%1: two people decided on %2").arg(conflict.caller.isEmpty() ? QStringLiteral("A call") : conflict.caller, what),
                QStringLiteral("%1 chose \"%2\" and it stands. %3 chose \"%4\" without knowing, %5.")
                    .arg(conflict.kept_by.isEmpty() ? QStringLiteral("Somebody") : conflict.kept_by, conflict.kept, conflict.losing_by, conflict.losing, timeText(conflict.at)),
                {{QStringLiteral("Keep %1").arg(conflict.kept), [this, id = conflict.id] { return m_sync.resolve(id, false); }, {}},
                 {QStringLiteral("Use %1").arg(conflict.losing), [this, id = conflict.id] { return m_sync.resolve(id, true); }, {}}},
                conflict.call_id);
}

} // namespace calldeck
