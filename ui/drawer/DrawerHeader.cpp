#include "drawer/DrawerHeader.h"

#include "theme/FlowLayout.h"
#include "rules/CallerText.h"
#include "rules/Contactability.h"
#include "rules/Phone.h"
#include "table/CallColumns.h"
#include "table/CallDelegate.h"

#include <QHBoxLayout>

namespace calldeck
{

namespace
{

constexpr qsizetype copyAction = 1;

} // namespace

DrawerHeader::DrawerHeader(DeskService &desk, const Theme &theme, QWidget *parent)
    : QWidget(parent), m_desk(desk), m_theme(theme), m_name(new Text(theme, TypeRole::Title, Token::Text)), m_second(new Text(theme, TypeRole::Body, Token::TextMuted)),
      m_status(new Pill(theme, this)), m_emergency(new Pill(theme, this)), m_dnc(new Pill(theme, this)), m_afterHours(new Pill(theme, this)), m_repeat(new Pill(theme, this)),
      m_sla(new Pill(theme, this)), m_why(new Text(theme, TypeRole::Small, Token::TextMuted)), m_refusal(new Text(theme, TypeRole::Small, Token::Overdue)),
      m_emergencyButton(new Button(theme, ButtonKind::Secondary, QStringLiteral("Emergency"), QStringLiteral("siren"), this)),
      m_dncButton(new Button(theme, ButtonKind::Secondary, QStringLiteral("Do not contact"), QStringLiteral("ban"), this))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(metrics::bigPad, 14, metrics::pad, metrics::gap);
    column->setSpacing(6);
    buildTop(column);
    buildActions(column);
    auto *ticker = new QTimer(this);
    connect(ticker, &QTimer::timeout, this, &DrawerHeader::tick);
    ticker->start(1000);
}

void DrawerHeader::buildTop(QVBoxLayout *column)
{
    auto *top = new QHBoxLayout;
    top->setSpacing(2);
    m_name->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    m_second->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    m_second->setTextInteractionFlags(Qt::TextSelectableByMouse);
    top->addWidget(m_name, 1);
    const auto add = [&](const QString &icon, const QString &name, auto signal) {
        Button *button = Button::iconOnly(m_theme, icon, name, this);
        connect(button, &QPushButton::clicked, this, signal);
        top->addWidget(button);
    };
    add(QStringLiteral("chevron-up"), QStringLiteral("Previous call"), &DrawerHeader::previousAsked);
    add(QStringLiteral("chevron-down"), QStringLiteral("Next call"), &DrawerHeader::nextAsked);
    add(QStringLiteral("x"), QStringLiteral("Close the drawer"), &DrawerHeader::closeAsked);
    column->addLayout(top);
    column->addWidget(m_second);
    auto *pills = new QWidget(this);
    auto *row = new FlowLayout(pills, 6);
    for (Pill *pill : {m_sla, m_emergency, m_dnc, m_status, m_afterHours, m_repeat})
        row->addWidget(pill);
    column->addWidget(pills);
    for (Text *line : {m_why, m_refusal}) {
        line->setWordWrap(true);
        line->hide();
        column->addWidget(line);
    }
}

void DrawerHeader::buildActions(QVBoxLayout *column)
{
    auto *actions = new QWidget(this);
    auto *row = new FlowLayout(actions, 6);
    auto *followUp = new Button(m_theme, ButtonKind::Secondary, QStringLiteral("Follow-up"), QStringLiteral("calendar-clock"), this);
    Button *copy = Button::iconOnly(m_theme, QStringLiteral("copy"), QStringLiteral("Copy number"), this);
    m_emergencyButton->setCheckable(true);
    m_dncButton->setCheckable(true);
    for (Button *button : {followUp, m_emergencyButton, m_dncButton, copy})
        row->addWidget(button);
    column->addWidget(actions);
    m_actions = {followUp, copy, m_emergencyButton, m_dncButton};
    connect(followUp, &QPushButton::clicked, this, &DrawerHeader::followUpAsked);
    connect(m_emergencyButton, &QPushButton::clicked, this, &DrawerHeader::emergencyAsked);
    connect(m_dncButton, &QPushButton::clicked, this, &DrawerHeader::doNotContactAsked);
    connect(copy, &QPushButton::clicked, this, &DrawerHeader::copyAsked);
}

void DrawerHeader::setCall(const CallDetail &detail)
{
    m_call = detail.call;
    const QString region = m_desk.workspace().region;
    m_name->setText(m_call.key ? callerText(m_call, region) : QString());
    m_name->setAccessibleName(m_name->text());
    m_name->setToolTip(m_name->text());
    QStringList second;
    if (!m_call.business_name.isEmpty() && m_call.business_name != m_name->text())
        second.append(m_call.business_name);
    const QString number = m_call.customer_number.isEmpty() ? m_call.customer_number_raw : formatPhone(m_call.customer_number, region);
    if (!number.isEmpty() && number != m_name->text())
        second.append(number);
    if (m_call.started_at)
        second.append(momentText(*m_call.started_at, m_desk.now(), QTimeZone(m_desk.workspace().zone)));
    if (!m_call.queue.isEmpty())
        second.append(m_call.queue);
    m_second->setText(second.join(QStringLiteral(" · ")));
    if (m_call.status) {
        const PillLook look = lookOf(*m_call.status);
        m_status->show(labelOf(*m_call.status), look.ink, look.ground, directionIcon(m_call));
    } else {
        m_status->show({}, Token::Neutral, Token::NeutralSoft);
    }
    m_emergency->show(m_call.emergency ? QStringLiteral("Emergency") : QString(), Token::Overdue, Token::OverdueSoft, QStringLiteral("siren"));
    const ContactPermission permission = contactPermission(m_call, detail.contact ? &*detail.contact : nullptr, false);
    m_dnc->show(m_call.do_not_contact ? QStringLiteral("Do not contact") : QString(), Token::Overdue, Token::OverdueSoft, QStringLiteral("ban"));
    m_refusal->setText(permission.reason);
    m_refusal->setVisible(m_call.key && !permission.allowed);
    for (Button *action : std::as_const(m_actions))
        action->setEnabled(m_call.key != 0);
    m_actions[copyAction]->setEnabled(!m_call.customer_number.isEmpty() || !m_call.customer_number_raw.isEmpty());
    m_afterHours->show(m_call.after_hours ? QStringLiteral("After hours") : QString(), Token::Violet, Token::VioletSoft);
    m_repeat->show(detail.calls_of_number > 1 ? QStringLiteral("%1 calls").arg(detail.calls_of_number) : QString(), Token::Neutral, Token::NeutralSoft);
    m_emergencyButton->setChecked(m_call.emergency);
    m_dncButton->setChecked(m_call.do_not_contact);
    tick();
}

void DrawerHeader::tick()
{
    const auto clock = slaClockOf(m_call);
    if (!m_call.key || !clock) {
        m_sla->show({}, Token::Neutral, Token::NeutralSoft);
        m_why->hide();
        return;
    }
    const SlaState state = slaState(*clock, m_desk.now());
    const SlaLook look = lookOf(state);
    m_sla->show(QString(labelOf(state) + u' ' + slaRemainingText(*clock, m_desk.now())), look.ink, look.ground, look.icon);
    m_why->setText(explainSla(m_desk.workspace().sla, m_call, *clock, m_desk.now()));
    m_sla->setAccessibleDescription(m_why->text());
    m_sla->setToolTip(m_why->text());
    m_why->show();
}

} // namespace calldeck
