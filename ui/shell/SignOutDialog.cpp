#include "shell/SignOutDialog.h"

#include "desk/Answer.h"
#include "rules/FollowUp.h"
#include "shell/SyncWords.h"
#include "theme/DeskStyle.h"

#include <QDateTime>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QTimeZone>
#include <QVBoxLayout>

namespace calldeck
{

namespace
{

constexpr int dialogWidth = 480;
constexpr int indent = 26;

QLabel *wrapped(QWidget *parent)
{
    auto *label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    return label;
}

QString workText(const UnsentWork &work)
{
    QStringList parts;
    if (work.waiting > 0)
        parts.append(QStringLiteral("%1 not sent yet").arg(changesText(work.waiting)));
    if (work.dead > 0)
        parts.append(QStringLiteral("%1 that the server refused").arg(changesText(work.dead)));
    if (work.drafts > 0)
        parts.append(work.drafts == 1 ? QStringLiteral("1 call with something typed and not saved") : QStringLiteral("%1 calls with something typed and not saved").arg(work.drafts));
    QString text = QStringLiteral("On this desk alone: ") + parts.join(QStringLiteral(", "));
    if (work.oldest)
        text += QStringLiteral(". The oldest is from %1").arg(followUpTimeText(*work.oldest, QDateTime::currentMSecsSinceEpoch(), QTimeZone::systemTimeZone()));
    return text + u'.';
}

} // namespace

SignOutDialog::SignOutDialog(SyncService &sync, const UnsentWork &work, QWidget *parent)
    : QDialog(parent), m_sync(sync), m_headline(wrapped(this)), m_notice(wrapped(this)), m_choices(new QWidget(this))
{
    setWindowTitle(QStringLiteral("Sign out"));
    setFixedWidth(dialogWidth);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(24, 20, 24, 20);
    column->setSpacing(12);
    column->addWidget(m_headline);
    new QVBoxLayout(m_choices);
    m_choices->layout()->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_choices);
    column->addWidget(m_notice);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_button = buttons->addButton(QStringLiteral("Sign out"), QDialogButtonBox::AcceptRole);
    m_button->setDefault(true);
    m_button->setProperty("kind", static_cast<int>(ButtonKind::Primary));
    column->addWidget(buttons);
    addChoices();
    connect(buttons, &QDialogButtonBox::accepted, this, &SignOutDialog::signOut);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(&m_sync, &SyncService::statusChanged, this, &SignOutDialog::sent);
    m_keep->setChecked(true);
    showWork(work);
}

QRadioButton *SignOutDialog::addChoice(const QString &text, const QString &explanation)
{
    auto *button = new QRadioButton(text, m_choices);
    button->setAccessibleDescription(explanation);
    auto *label = wrapped(m_choices);
    label->setText(explanation);
    label->setContentsMargins(indent, 0, 0, 4);
    label->setEnabled(false);
    m_choices->layout()->addWidget(button);
    m_choices->layout()->addWidget(label);
    connect(button, &QRadioButton::toggled, this, &SignOutDialog::showChoice);
    return button;
}

void SignOutDialog::addChoices()
{
    m_keep = addChoice(QStringLiteral("&Keep it on this machine for me"), QStringLiteral("It is sent when you sign in here again. Nobody else sees it."));
    m_send = addChoice(QStringLiteral("&Send it now"), QStringLiteral("Then the account's calls are removed from this machine."));
    m_file = addChoice(QStringLiteral("Save it to a &file\u2026"), QStringLiteral("For a person to read: Calldeck does not send it any more."));
    m_discard = addChoice(QStringLiteral("&Discard it"), QStringLiteral("It is gone for good; the server notes that it was discarded, if it can be reached."));
    m_count = new QLineEdit(m_choices);
    m_count->hide();
    m_choices->layout()->addWidget(m_count);
    connect(m_count, &QLineEdit::textChanged, this, &SignOutDialog::showChoice);
}

void SignOutDialog::showWork(const UnsentWork &work)
{
    m_work = work;
    const bool some = work.all() > 0;
    m_headline->setText(some ? workText(work) : QStringLiteral("Everything is sent. The account's calls are removed from this machine; they come back when you sign in again."));
    m_choices->setVisible(some);
    m_send->setEnabled(work.waiting > 0);
    m_count->setPlaceholderText(QStringLiteral("Type %1 to discard").arg(work.all()));
    m_count->setAccessibleName(m_count->placeholderText());
    if (!m_send->isEnabled() && m_send->isChecked())
        m_keep->setChecked(true);
    showChoice();
    say({}, false);
}

void SignOutDialog::showChoice()
{
    m_count->setVisible(m_discard->isChecked());
    const bool mayDiscard = m_count->text().trimmed() == QString::number(m_work.all());
    m_button->setEnabled(!m_sending && (!m_discard->isChecked() || mayDiscard || m_work.all() == 0));
    adjustSize();
}

void SignOutDialog::say(const QString &sentence, bool busy)
{
    m_sending = busy;
    m_notice->setText(sentence);
    m_notice->setVisible(!sentence.isEmpty());
    m_choices->setEnabled(!busy);
    showChoice();
}

bool SignOutDialog::keepsData() const { return m_work.all() > 0 && m_keep->isChecked(); }

int SignOutDialog::discarded() const { return m_discard->isChecked() ? m_work.all() : 0; }

void SignOutDialog::signOut()
{
    if (m_work.all() > 0 && m_send->isChecked())
        return send();
    if (m_work.all() > 0 && m_file->isChecked())
        return saveToFile();
    accept();
}

void SignOutDialog::send()
{
    if (m_sync.status().link != SyncStatus::Link::Online)
        return say(QStringLiteral("There is no connection to the server now. Keep it on this machine, or try again later."), false);
    say(QStringLiteral("Sending\u2026"), true);
    m_sync.syncNow();
    sent(m_sync.status());
}

void SignOutDialog::sent(const SyncStatus &status)
{
    if (!m_sending)
        return;
    if (status.waiting > 0 && status.link == SyncStatus::Link::Online)
        return;
    onAnswer(m_sync.unsent(), this, [this](const Result<UnsentWork> &left) {
        if (!m_sending)
            return;
        if (!left)
            return say(left.error().message, false);
        if (left->all() == 0) {
            m_work = *left;
            m_sending = false;
            return accept();
        }
        const bool stuck = left->waiting > 0;
        if (stuck && m_sync.status().link == SyncStatus::Link::Online)
            return; // made in between: the next word of the sync tells
        showWork(*left);
        say(stuck ? QStringLiteral("The connection was lost on the way. What was sent is safe.") : QStringLiteral("This is what could not be sent."), false);
    });
}

void SignOutDialog::saveToFile()
{
    auto *chooser = new QFileDialog(this, QStringLiteral("Save what was not sent"));
    chooser->setAttribute(Qt::WA_DeleteOnClose);
    chooser->setAcceptMode(QFileDialog::AcceptSave);
    chooser->setDefaultSuffix(QStringLiteral("json"));
    chooser->selectFile(QStringLiteral("calldeck-unsent.json"));
    connect(chooser, &QFileDialog::fileSelected, this, [this](const QString &file) {
        say(QStringLiteral("Saving\u2026"), true);
        onAnswer(m_sync.saveUnsent(file), this, [this](const Result<Done> &saved) {
            if (saved)
                accept();
            else
                say(saved.error().message, false);
        });
    });
    chooser->open();
}

} // namespace calldeck
