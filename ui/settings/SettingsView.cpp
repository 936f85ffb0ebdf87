#include "settings/SettingsView.h"

#include "settings/LockSection.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QLocale>
#include <QScrollArea>

namespace calldeck
{

namespace
{

constexpr int bodyWidth = 720;

QString periodsText(const QList<OpenPeriod> &periods)
{
    QStringList texts;
    for (const OpenPeriod &period : periods)
        texts.append(QString(period.from.toString(QStringLiteral("H:mm")) + QStringLiteral(" to ") + (period.to.isValid() ? period.to.toString(QStringLiteral("H:mm")) : QStringLiteral("24:00"))));
    return texts.isEmpty() ? QStringLiteral("Closed") : texts.join(QStringLiteral(", "));
}

QString targetText(const SlaRule &rule)
{
    const QString unit = rule.business_time ? QStringLiteral("business minutes") : QStringLiteral("minutes");
    QString text = QStringLiteral("within %1 %2").arg(rule.target_minutes).arg(unit);
    if (rule.warning_minutes > 0 && rule.critical_minutes > 0)
        text += QStringLiteral("; due soon at %1, critical at %2").arg(rule.warning_minutes).arg(rule.critical_minutes);
    return text;
}

QString conditionText(const SlaRule &rule)
{
    QStringList parts{labelOf(rule.trigger)};
    if (!rule.queue.isEmpty())
        parts.append(rule.queue);
    if (rule.call_type)
        parts.append(labelOf(*rule.call_type));
    if (rule.minimum_priority)
        parts.append(QStringLiteral("priority %1 or better").arg(*rule.minimum_priority));
    if (rule.after_hours)
        parts.append(*rule.after_hours ? QStringLiteral("after hours") : QStringLiteral("in hours"));
    return parts.join(QStringLiteral(", "));
}

QString demandsText(const DispositionRule &rule)
{
    QStringList parts;
    if (rule.notes_required)
        parts.append(QStringLiteral("notes"));
    if (rule.follow_up_required)
        parts.append(QStringLiteral("a follow-up time"));
    if (rule.amount_required)
        parts.append(QStringLiteral("an amount"));
    if (rule.transfer_required)
        parts.append(QStringLiteral("who it went to"));
    if (rule.contact_required)
        parts.append(QStringLiteral("a contact"));
    return parts.isEmpty() ? QStringLiteral("Needs nothing more") : QString(QStringLiteral("Needs ") + parts.join(QStringLiteral(", ")));
}

} // namespace

SettingsView::SettingsView(DeskService &desk, AccountService *account, LockService *lock, Theme &theme, QWidget *window) : QWidget(window), m_desk(desk), m_account(account), m_theme(theme)
{
    auto *outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    auto *scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setAccessibleName(QStringLiteral("Settings"));
    m_body = new Panel(theme, Token::Window);
    scroll->setWidget(m_body);
    outer->addWidget(scroll);
    auto *side = new QHBoxLayout(m_body);
    side->setContentsMargins(24, 8, 24, 32);
    auto *inner = new QWidget(m_body);
    inner->setMaximumWidth(bodyWidth);
    m_column = new QVBoxLayout(inner);
    m_column->setContentsMargins(0, 0, 0, 0);
    m_column->setSpacing(28);
    side->addWidget(inner, 10);
    side->addStretch(1);
    addAppearance();
    if (m_account)
        addAccount();
    if (lock)
        addLock(*lock, window);
    addWorkspace();
    addTargets();
    addDispositions();
    m_column->addStretch();
    connect(&theme, &Theme::changed, this, &SettingsView::showTheme);
    showTheme();
}

QBoxLayout *SettingsView::addSection(const QString &heading, const QString &explanation)
{
    auto *section = new QVBoxLayout;
    section->setSpacing(metrics::gap);
    section->addWidget(new Text(m_theme, TypeRole::Heading, Token::Text, heading, m_body));
    if (!explanation.isEmpty()) {
        auto *text = new Text(m_theme, TypeRole::Small, Token::TextMuted, explanation, m_body);
        text->setWordWrap(true);
        section->addWidget(text);
    }
    section->addWidget(new Rule(m_theme, Qt::Horizontal, m_body));
    m_column->addLayout(section);
    return section;
}

void SettingsView::addLine(QBoxLayout *section, const QString &name, const QString &value)
{
    auto *row = new QHBoxLayout;
    auto *label = new Text(m_theme, TypeRole::Body, Token::TextMuted, name, m_body);
    label->setFixedWidth(metrics::settingName);
    label->setWordWrap(true);
    auto *text = new Text(m_theme, TypeRole::Body, Token::Text, value, m_body);
    text->setWordWrap(true);
    text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    text->setAccessibleName(QString(name + QStringLiteral(": ") + value));
    row->addWidget(label, 0, Qt::AlignTop);
    row->addWidget(text, 1);
    section->addLayout(row);
}

void SettingsView::addAppearance()
{
    QBoxLayout *section = addSection(QStringLiteral("Appearance"), {});
    const auto choices = [&](const QString &name, const QStringList &labels, QList<Button *> &buttons) {
        auto *row = new QHBoxLayout;
        auto *label = new Text(m_theme, TypeRole::Body, Token::TextMuted, name, m_body);
        label->setFixedWidth(metrics::settingName);
        row->addWidget(label);
        auto *group = new QButtonGroup(m_body);
        for (const QString &text : labels) {
            auto *button = new Button(m_theme, ButtonKind::Chip, text, {}, m_body);
            button->setAccessibleName(QString(name + QStringLiteral(": ") + text));
            button->setCheckable(true);
            group->addButton(button);
            row->addWidget(button);
            buttons.append(button);
        }
        row->addStretch();
        section->addLayout(row);
    };
    choices(QStringLiteral("Theme"), {QStringLiteral("As the system"), QStringLiteral("Light"), QStringLiteral("Dark")}, m_themes);
    choices(QStringLiteral("Rows of the table"), {QStringLiteral("Comfortable"), QStringLiteral("Compact")}, m_densities);
    for (int i = 0; i < m_themes.size(); ++i)
        connect(m_themes[i], &QPushButton::clicked, this, [this, i] { Q_EMIT themeChosen(static_cast<ThemeChoice>(i)); });
    for (int i = 0; i < m_densities.size(); ++i)
        connect(m_densities[i], &QPushButton::clicked, this, [this, i] { Q_EMIT densityChosen(static_cast<Density>(i)); });
    auto *keys = new Button(m_theme, ButtonKind::Secondary, QStringLiteral("All keys"), QStringLiteral("keyboard"), m_body);
    section->addWidget(keys, 0, Qt::AlignLeft);
    connect(keys, &QPushButton::clicked, this, &SettingsView::keysAsked);
}

void SettingsView::addAccount()
{
    const auto who = m_account->signedIn();
    QBoxLayout *section = addSection(QStringLiteral("Account"), who ? QString() : QStringLiteral("This desk works by itself: its calls are on this machine only. With an account of a team it shares the team's calls."));
    auto *button = new Button(m_theme, ButtonKind::Secondary, who ? QStringLiteral("Sign out\u2026") : QStringLiteral("Sign in to a team\u2026"), QStringLiteral("user"), m_body);
    if (who) {
        addLine(section, QStringLiteral("Signed in as"), QStringLiteral("%1 (%2)").arg(who->name, who->email));
        addLine(section, QStringLiteral("Server"), who->server);
    }
    section->addWidget(button, 0, Qt::AlignLeft);
    connect(button, &QPushButton::clicked, m_account, who ? &AccountService::signOut : &AccountService::signIn);
}

void SettingsView::addLock(LockService &lock, QWidget *window)
{
    QBoxLayout *section = addSection(QStringLiteral("Lock"), QStringLiteral("A desk that nobody touches hides everything until its passphrase is typed. It keeps out who passes by, not who can use this account of the machine."));
    auto *parts = new LockSection(lock, m_theme, window);
    section->addWidget(parts);
    connect(parts, &LockSection::said, this, &SettingsView::said);
}

void SettingsView::addWorkspace()
{
    const Workspace &workspace = m_desk.workspace();
    QBoxLayout *section = addSection(QStringLiteral("Workspace"), {});
    addLine(section, QStringLiteral("Business"), workspace.name);
    addLine(section, QStringLiteral("At this desk"), m_desk.agentName());
    addLine(section, QStringLiteral("Time zone"), QString::fromLatin1(workspace.zone));
    for (int day = 0; day < 7; ++day)
        addLine(section, QLocale(QLocale::English).dayName(day + 1), periodsText(workspace.calendar.periods[static_cast<size_t>(day)]));
    QStringList holidays;
    for (const QDate &date : workspace.calendar.holidays)
        holidays.append(QLocale(QLocale::English).toString(date, QStringLiteral("d MMM yyyy")));
    addLine(section, QStringLiteral("Holidays"), holidays.isEmpty() ? QStringLiteral("None") : holidays.join(QStringLiteral(", ")));
}

void SettingsView::addTargets()
{
    QBoxLayout *section = addSection(QStringLiteral("Service targets"), QStringLiteral("The first line that fits a call sets its deadline. Business minutes count only while the business is open."));
    for (const SlaRule &rule : m_desk.workspace().sla.rules)
        addLine(section, conditionText(rule), targetText(rule));
}

void SettingsView::addDispositions()
{
    QBoxLayout *section = addSection(QStringLiteral("Dispositions"), QStringLiteral("What an agent may record, with its key and what it demands."));
    for (const DispositionRule &rule : m_desk.workspace().dispositions)
        addLine(section, QString(rule.hotkey + QStringLiteral("   ") + rule.label), demandsText(rule));
}

void SettingsView::setDensity(Density density) { m_densities[static_cast<int>(density)]->setChecked(true); }

void SettingsView::showTheme() { m_themes[static_cast<int>(m_theme.choice())]->setChecked(true); }

} // namespace calldeck
