#include "shell/LockPage.h"

#include "desk/Answer.h"
#include "rules/LocalTime.h"

#include <QHBoxLayout>
#include <QLineEdit>

namespace calldeck
{

namespace
{

constexpr int cardWidth = 340;
constexpr int wideCardWidth = 560; ///< with a sentence to read in place of the field
constexpr int iconSize = 36;
constexpr int tickMs = 200;

} // namespace

LockPage::LockPage(LockService &lock, const DeskService &desk, const Theme &theme, QWidget *window)
    : Panel(theme, Token::Window, window), m_lock(lock), m_desk(desk), m_theme(theme), m_icon(new QLabel(this)), m_since(new Text(theme, TypeRole::Body, Token::TextMuted, {}, this)),
      m_field(new QLineEdit(this)), m_problem(new Text(theme, TypeRole::Body, Token::Overdue, {}, this)), m_button(new Button(theme, ButtonKind::Primary, QStringLiteral("Unlock"), {}, this))
{
    setAccessibleName(QStringLiteral("This desk is locked"));
    m_field->setEchoMode(QLineEdit::Password);
    m_field->setPlaceholderText(QStringLiteral("Passphrase"));
    m_field->setAccessibleName(QStringLiteral("Passphrase"));
    m_problem->setWordWrap(true);
    m_timer.setInterval(tickMs);
    auto *column = new QVBoxLayout(this);
    column->addStretch(2);
    // Centred by stretches: what is aligned would be given the height of single lines.
    auto *middle = new QHBoxLayout;
    middle->addStretch();
    middle->addWidget(card());
    middle->addStretch();
    column->addLayout(middle);
    column->addStretch(3);
    connect(m_field, &QLineEdit::returnPressed, this, &LockPage::unlock);
    connect(m_button, &QPushButton::clicked, this, &LockPage::unlock);
    connect(&m_timer, &QTimer::timeout, this, &LockPage::showPause);
    connect(&theme, &Theme::changed, this, &LockPage::showLook);
    hide();
}

QWidget *LockPage::card()
{
    const bool opens = m_lock.problem().isEmpty();
    auto *card = new QWidget(this);
    card->setFixedWidth(opens ? cardWidth : wideCardWidth);
    auto *column = new QVBoxLayout(card);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(metrics::gap);
    column->addWidget(m_icon, 0, Qt::AlignHCenter);
    auto *workspace = new Text(m_theme, TypeRole::Title, Token::Text, m_desk.workspace().name, card);
    auto *agent = new Text(m_theme, TypeRole::Body, Token::Text, QStringLiteral("At this desk: %1").arg(m_desk.agentName()), card);
    for (Text *line : {workspace, agent, m_since}) {
        line->setAlignment(Qt::AlignHCenter);
        line->setWordWrap(true);
        column->addWidget(line);
    }
    column->addSpacing(metrics::pad);
    column->addWidget(m_field);
    column->addWidget(m_button);
    column->addWidget(m_problem);
    m_problem->setAlignment(Qt::AlignHCenter);
    m_problem->setInk(opens ? Token::Overdue : Token::Text);
    // Always room for a line, so that nothing moves when there is one.
    m_problem->setMinimumHeight(m_problem->fontMetrics().height());
    m_field->setVisible(opens);
    m_field->setEnabled(opens);
    m_button->setVisible(opens);
    return card;
}

void LockPage::open()
{
    m_since->setText(QStringLiteral("Locked since %1").arg(nearTimeText(m_lock.lockedAt(), m_desk.now(), QTimeZone(m_desk.workspace().zone))));
    m_refusal.clear();
    m_field->clear();
    showLook();
    show();
    showPause();
    m_field->setFocus();
}

void LockPage::showLook() { m_icon->setPixmap(m_theme.pixmap(QStringLiteral("lock"), Token::TextMuted, iconSize, devicePixelRatioF())); }

void LockPage::unlock()
{
    if (m_checking || m_lock.pauseMs() > 0 || m_field->text().isEmpty())
        return;
    m_checking = true;
    // Not disabled: it keeps the focus.
    m_field->setReadOnly(true);
    m_button->setEnabled(false);
    say({});
    onAnswer(m_lock.unlock(m_field->text()), this, [this](const Result<Done> &done) {
        m_checking = false;
        m_field->setReadOnly(false);
        m_button->setEnabled(true);
        if (done)
            m_field->clear();
        else
            refused(done.error());
    });
}

void LockPage::refused(const Error &error)
{
    m_refusal = error.message;
    if (error.code == Error::Code::WrongKey)
        m_field->clear();
    showPause();
}

void LockPage::showPause()
{
    const int seconds = (m_lock.pauseMs() + 999) / 1000;
    m_button->setEnabled(seconds == 0 && !m_checking);
    const QString words = m_lock.problem().isEmpty() ? m_refusal : m_lock.problem();
    say(seconds > 0 ? QStringLiteral("%1 Try again in %2 s.").arg(words).arg(seconds).trimmed() : words);
    seconds > 0 ? m_timer.start() : m_timer.stop();
}

void LockPage::say(const QString &sentence)
{
    if (sentence == m_problem->text())
        return;
    m_problem->setText(sentence);
    m_field->setAccessibleDescription(sentence);
}

} // namespace calldeck
