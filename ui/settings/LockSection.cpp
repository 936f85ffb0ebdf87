#include "settings/LockSection.h"

#include "desk/Answer.h"

#include <QButtonGroup>
#include <QHBoxLayout>

namespace calldeck
{

LockSection::LockSection(LockService &lock, const Theme &theme, QWidget *window)
    : QWidget(window), m_lock(lock), m_theme(theme), m_form(new LockForm(lock, theme, window)), m_off(new QWidget(this)), m_on(new QWidget(this))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_off);
    column->addWidget(m_on);
    auto *offRow = new QHBoxLayout(m_off);
    offRow->setContentsMargins(0, 0, 0, 0);
    m_set = addWish(offRow, QStringLiteral("Set a passphrase\u2026"), LockForm::Wish::Set);
    m_set->setIconName(QStringLiteral("lock"));
    offRow->addStretch();
    new QVBoxLayout(m_on);
    m_on->layout()->setContentsMargins(0, 0, 0, 0);
    m_on->layout()->setSpacing(metrics::gap);
    addTimes();
    addButtons();
    connect(m_form, &LockForm::said, this, &LockSection::said);
    // The button that opened it may be gone by then.
    connect(m_form, &LockForm::closed, this, [this] { (m_lock.isSet() ? m_change : m_set)->setFocus(); });
    connect(&m_lock, &LockService::changed, this, &LockSection::refresh);
    refresh();
}

void LockSection::addTimes()
{
    auto *row = new QHBoxLayout;
    auto *label = new Text(m_theme, TypeRole::Body, Token::TextMuted, QStringLiteral("Locks by itself after"), m_on);
    label->setFixedWidth(metrics::settingName);
    row->addWidget(label);
    auto *group = new QButtonGroup(m_on);
    for (const int minutes : {5, 10, 30}) {
        auto *button = new Button(m_theme, ButtonKind::Chip, QStringLiteral("%1 minutes").arg(minutes), {}, m_on);
        button->setAccessibleName(QStringLiteral("Lock after %1 minutes").arg(minutes));
        button->setCheckable(true);
        group->addButton(button);
        row->addWidget(button);
        m_times.append({minutes, button});
        connect(button, &QPushButton::clicked, this, [this, minutes] { choose(minutes); });
    }
    row->addStretch();
    static_cast<QVBoxLayout *>(m_on->layout())->addLayout(row);
}

void LockSection::addButtons()
{
    auto *row = new QHBoxLayout;
    auto *now = new Button(m_theme, ButtonKind::Secondary, QStringLiteral("Lock now"), QStringLiteral("lock"), m_on);
    row->addWidget(now);
    m_change = addWish(row, QStringLiteral("Change passphrase\u2026"), LockForm::Wish::Change);
    addWish(row, QStringLiteral("Turn off\u2026"), LockForm::Wish::TurnOff);
    row->addStretch();
    static_cast<QVBoxLayout *>(m_on->layout())->addLayout(row);
    connect(now, &QPushButton::clicked, &m_lock, &LockService::lock);
}

Button *LockSection::addWish(QBoxLayout *row, const QString &words, LockForm::Wish wish)
{
    auto *button = new Button(m_theme, ButtonKind::Secondary, words, {}, this);
    row->addWidget(button);
    connect(button, &QPushButton::clicked, this, [this, wish] { m_form->ask(wish); });
    return button;
}

void LockSection::choose(int minutes)
{
    onAnswer(m_lock.setMinutes(minutes), this, [this](const Result<Done> &done) {
        refresh();
        if (!done)
            Q_EMIT said(done.error().message);
    });
}

void LockSection::refresh()
{
    m_off->setVisible(!m_lock.isSet());
    m_on->setVisible(m_lock.isSet());
    for (const auto &[minutes, button] : std::as_const(m_times)) {
        if (minutes == m_lock.minutes())
            button->setChecked(true);
    }
}

} // namespace calldeck
