#include "shell/BulkBar.h"

#include "desk/Answer.h"
#include "shell/BulkDisposition.h"
#include "triage/AskPopover.h"

#include <QCompleter>
#include <QHBoxLayout>
#include <QLocale>

namespace calldeck
{

BulkBar::BulkBar(DeskService &desk, const Theme &theme, std::function<QList<CallKey>()> calls, QWidget *window)
    : QWidget(window), m_desk(desk), m_theme(theme), m_calls(std::move(calls)), m_count(new Text(theme, TypeRole::BodyStrong, Token::AccentText, {}, this)),
      m_window(window)
{
    setAccessibleName(QStringLiteral("Selected calls"));
    auto *outer = new QVBoxLayout(this);
    outer->setContentsMargins(14, 0, 14, 8);
    auto *ground = new Panel(theme, Token::AccentSoft, this);
    outer->addWidget(ground);
    m_row = new QHBoxLayout(ground);
    m_row->setContentsMargins(10, 4, 6, 4);
    m_row->setSpacing(2);
    m_row->addWidget(m_count);
    m_row->addSpacing(metrics::pad);
    buildAsking(window);
    addAction(QStringLiteral("check"), QStringLiteral("Disposition"), [this] { dispose(); });
    addAction(QStringLiteral("tag"), QStringLiteral("Tag"), [this] { m_tag->clear(); m_askTag->ask(); });
    addAction(QStringLiteral("user"), QStringLiteral("Assign"), [this] { m_agent->clear(); m_askAgent->ask(); });
    addAction(QStringLiteral("siren"), QStringLiteral("Emergency"),
              [this] { apply(SetFields{m_calls(), {{CallField::emergency, QStringLiteral("true")}}}, QStringLiteral("marked as emergencies")); });
    addAction(QStringLiteral("ban"), QStringLiteral("Spam"), [this] { m_spam->clear(); m_askSpam->ask(); });
    addAction(QStringLiteral("shield"), QStringLiteral("Do not contact"), [this] {
        apply(SetDoNotContact{m_calls(), true, QStringLiteral("Set by %1").arg(m_desk.agentName())}, QStringLiteral("on the do-not-contact list"));
    });
    m_row->addStretch();
    addAction(QStringLiteral("x"), QStringLiteral("Clear"), [this] { Q_EMIT clearAsked(); });
    setCount(0);
}

void BulkBar::buildAsking(QWidget *window)
{
    m_askTag = new AskPopover(m_theme, QStringLiteral("Tag the selected calls"), QStringLiteral("Several tags are separated by commas."), window);
    m_tag = m_askTag->addField(QStringLiteral("Tag"), QStringLiteral("Tags to add"));
    connect(m_askTag->addAnswer(ButtonKind::Primary, QStringLiteral("Add tag"), 0), &QPushButton::clicked, this, &BulkBar::tag);
    connect(m_askTag->addAnswer(ButtonKind::Ghost, QStringLiteral("Cancel  Esc"), 0), &QPushButton::clicked, m_askTag, &QWidget::hide);
    m_askSpam = new AskPopover(m_theme, QStringLiteral("Mark the selected calls as spam"), QStringLiteral("They leave triage without an outcome, so the reason is kept with them."), window);
    m_spam = m_askSpam->addField(QStringLiteral("Why? Robot, wrong business…"), QStringLiteral("Reason for spam"));
    connect(m_askSpam->addAnswer(ButtonKind::Primary, QStringLiteral("Mark as spam"), 0), &QPushButton::clicked, this, &BulkBar::markSpam);
    connect(m_askSpam->addAnswer(ButtonKind::Ghost, QStringLiteral("Cancel  Esc"), 0), &QPushButton::clicked, m_askSpam, &QWidget::hide);
    m_askAgent = new AskPopover(m_theme, QStringLiteral("Assign the selected calls"), QStringLiteral("The agent who works on them from now on."), window);
    m_agent = m_askAgent->addField(QStringLiteral("Agent"), QStringLiteral("Agent"));
    connect(m_askAgent->addAnswer(ButtonKind::Primary, QStringLiteral("Assign"), 0), &QPushButton::clicked, this, &BulkBar::assign);
    connect(m_askAgent->addAnswer(ButtonKind::Ghost, QStringLiteral("Cancel  Esc"), 0), &QPushButton::clicked, m_askAgent, &QWidget::hide);
    onAnswer(m_desk.valuesOf(CallField::agent_name), this, [this](const Result<QStringList> &agents) {
        if (!agents)
            return;
        auto *completer = new QCompleter(*agents, m_agent);
        completer->setCaseSensitivity(Qt::CaseInsensitive);
        m_agent->setCompleter(completer);
    });
}

void BulkBar::addAction(const QString &icon, const QString &text, std::function<void()> act)
{
    auto *button = new Button(m_theme, ButtonKind::Ghost, text, icon, this);
    m_row->addWidget(button);
    m_actions.append(button);
    connect(button, &QPushButton::clicked, this, std::move(act));
}

void BulkBar::setCount(qint64 selected)
{
    m_count->setText(QStringLiteral("%1 selected").arg(QLocale(QLocale::English).toString(selected)));
    setVisible(selected > 0);
}

void BulkBar::apply(const Command &command, const QString &sentence)
{
    for (QWidget *action : std::as_const(m_actions))
        action->setEnabled(false);
    onAnswer(m_desk.apply(command), this, [this, sentence](const Result<Receipt> &receipt) {
        for (QWidget *action : std::as_const(m_actions))
            action->setEnabled(true);
        if (receipt)
            Q_EMIT saved(*receipt, QStringLiteral("%1 %2 %3").arg(QLocale(QLocale::English).toString(receipt->calls), receipt->calls == 1 ? QStringLiteral("call") : QStringLiteral("calls"), sentence));
        else
            Q_EMIT failed(receipt.error());
    });
}

void BulkBar::dispose()
{
    if (!m_disposition) {
        m_disposition = new BulkDisposition(m_desk, m_theme, m_window);
        connect(m_disposition, &BulkDisposition::applied, this, &BulkBar::apply);
    }
    m_disposition->open(this, m_calls());
}

void BulkBar::tag()
{
    QStringList tags;
    for (const QString &tag : m_tag->text().split(u','))
        tags.append(tag.simplified());
    tags.removeAll(QString());
    if (tags.isEmpty()) {
        m_askTag->sayProblem(QStringLiteral("Type the tag to add."));
        return;
    }
    m_askTag->hide();
    apply(ChangeTags{m_calls(), tags, {}}, QStringLiteral("tagged %1").arg(tags.join(QStringLiteral(", "))));
}

void BulkBar::markSpam()
{
    const QString reason = m_spam->text().simplified();
    if (reason.isEmpty()) {
        m_askSpam->sayProblem(QStringLiteral("Say why, so that a customer who lands here can be found again."));
        return;
    }
    m_askSpam->hide();
    apply(SetFields{m_calls(), {{CallField::spam, QStringLiteral("true")}, {CallField::spam_reason, reason}}}, QStringLiteral("marked as spam"));
}

void BulkBar::assign()
{
    const QString agent = m_agent->text().simplified();
    if (agent.isEmpty()) {
        m_askAgent->sayProblem(QStringLiteral("Type the name of the agent."));
        return;
    }
    m_askAgent->hide();
    apply(SetFields{m_calls(), {{CallField::agent_name, agent}}}, QStringLiteral("assigned to %1").arg(agent));
}

} // namespace calldeck
