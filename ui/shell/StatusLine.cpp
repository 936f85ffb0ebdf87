#include "shell/StatusLine.h"

#include "shell/SyncWords.h"

#include <QDateTime>
#include <QHBoxLayout>
#include <QLocale>

namespace calldeck
{

namespace
{

QString grouped(qint64 number) { return QLocale(QLocale::English).toString(number); }

} // namespace

StatusLine::StatusLine(const Theme &theme, QWidget *parent)
    : QWidget(parent), m_shownText(new Text(theme, TypeRole::Small, Token::TextMuted, {}, this)), m_state(new Pill(theme, this)),
      m_encryption(new Pill(theme, this)), m_waitingText(new Text(theme, TypeRole::Small, Token::TextMuted, {}, this)),
      m_syncButton(new Button(theme, ButtonKind::Ghost, {}, QStringLiteral("cloud"), this))
{
    setAccessibleName(QStringLiteral("Status"));
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(20, 5, 14, 5);
    row->setSpacing(metrics::pad);
    row->addWidget(m_shownText);
    row->addStretch();
    row->addWidget(m_waitingText);
    row->addWidget(m_syncButton);
    row->addWidget(m_encryption);
    row->addWidget(m_state);
    m_encryption->hide();
    m_syncButton->setRole(TypeRole::Small);
    m_syncButton->setToolTip(QStringLiteral("What waits for the server, and what it refused"));
    connect(m_syncButton, &QPushButton::clicked, this, &StatusLine::syncAsked);
    show();
}

void StatusLine::setShown(qint64 calls, qint64 selected, bool complete)
{
    m_calls = calls;
    m_selected = selected;
    m_complete = complete;
    show();
}

void StatusLine::setCounts(const DeskCounts &counts)
{
    m_waiting = counts.outbox_waiting;
    show();
}

void StatusLine::setNoun(const QString &one, const QString &many)
{
    m_one = one;
    m_many = many;
    show();
}

void StatusLine::setBroken(const QString &reason)
{
    m_broken = reason;
    show();
}

void StatusLine::setSync(const SyncStatus &status)
{
    m_sync = status;
    show();
}

QWidget *StatusLine::syncButton() const { return m_syncButton; }

void StatusLine::showSync()
{
    using Link = SyncStatus::Link;
    const bool shown = isWorthAWord(m_sync, QDateTime::currentMSecsSinceEpoch() + m_sync.clock_offset_ms);
    m_syncButton->setVisible(shown);
    if (!shown)
        return;
    const QString headline = syncHeadline(m_sync);
    m_syncButton->setText(headline);
    m_syncButton->setAccessibleName(headline);
    const bool trouble = m_sync.link == Link::Refused || m_sync.link == Link::SignedOut || m_sync.link == Link::UpgradeNeeded || (m_sync.link == Link::Online && m_sync.dead + m_sync.conflicts > 0);
    m_syncButton->setIconName(trouble ? QStringLiteral("alert") : m_sync.link == Link::Offline ? QStringLiteral("cloud-off") : QStringLiteral("cloud"));
}

void StatusLine::setEncryptionNotice(const QString &notice)
{
    m_encryption->setVisible(!notice.isEmpty());
    m_encryption->show(notice, Token::Warning, Token::WarningSoft, QStringLiteral("shield"));
    m_encryption->setToolTip(QStringLiteral("Whoever has this machine's disk can read the calls on it. docs/security.md tells how to encrypt them."));
}

void StatusLine::show()
{
    showSync();
    QString shown = m_complete ? QString(grouped(m_calls) + u' ' + (m_calls == 1 ? m_one : m_many)) : QStringLiteral("Counting…");
    if (m_selected > 0)
        shown += QStringLiteral(", %1 selected").arg(grouped(m_selected));
    m_shownText->setText(shown);
    m_waitingText->setText(m_waiting == 0 || m_sync.link != SyncStatus::Link::Off ? QString() : QStringLiteral("%1 %2 not synced: no server is set up").arg(grouped(m_waiting), m_waiting == 1 ? QStringLiteral("change") : QStringLiteral("changes")));
    if (m_broken.isEmpty())
        m_state->show(QStringLiteral("All saved on this desk"), Token::Ok, Token::OkSoft, QStringLiteral("check"));
    else
        m_state->show(m_broken, Token::Overdue, Token::OverdueSoft, QStringLiteral("alert"));
}

} // namespace calldeck
