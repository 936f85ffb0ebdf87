#include "SignInDialog.h"

#include "theme/DeskStyle.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPointer>
#include <QPushButton>

namespace calldeck
{

SignInDialog::SignInDialog(DeskAccount &account, const QString &server, const QString &email, Without without, QWidget *parent)
    : QDialog(parent), m_account(account), m_server(new QLineEdit(server, this)), m_email(new QLineEdit(email, this)), m_password(new QLineEdit(this)), m_problem(new QLabel(this))
{
    setWindowTitle(QStringLiteral("Sign in to Calldeck"));
    setMinimumWidth(420);
    auto *form = new QFormLayout(this);
    form->setContentsMargins(24, 20, 24, 20);
    form->setSpacing(12);
    m_server->setPlaceholderText(QStringLiteral("calls.example.com"));
    m_password->setEchoMode(QLineEdit::Password);
    form->addRow(QStringLiteral("&Server"), m_server);
    form->addRow(QStringLiteral("&Email"), m_email);
    form->addRow(QStringLiteral("&Password"), m_password);
    m_problem->setTextFormat(Qt::PlainText);
    m_problem->setWordWrap(true);
    m_problem->hide();
    form->addRow(m_problem);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_button = buttons->addButton(QStringLiteral("Sign in"), QDialogButtonBox::AcceptRole);
    m_button->setDefault(true);
    m_button->setProperty("kind", static_cast<int>(ButtonKind::Primary));
    if (without == Without::Offered)
        connect(buttons->addButton(QStringLiteral("Work without a server"), QDialogButtonBox::ActionRole), &QPushButton::clicked, this, [this] { done(withoutServer); });
    form->addRow(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &SignInDialog::signIn);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    (server.isEmpty() ? m_server : email.isEmpty() ? m_email : m_password)->setFocus();
}

void SignInDialog::say(const QString &problem)
{
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
    m_button->setEnabled(true);
}

void SignInDialog::signIn()
{
    const auto server = serverFromText(m_server->text());
    if (!server)
        return say(server.error().message);
    if (m_email->text().trimmed().isEmpty() || m_password->text().isEmpty())
        return say(QStringLiteral("Type your email and your password."));
    say({});
    m_button->setEnabled(false);
    m_account.signIn(*server, m_email->text(), m_password->text(), [dialog = QPointer<SignInDialog>(this)](const Result<AccountRecord> &account) {
        if (!dialog)
            return;
        if (account)
            dialog->accept();
        else
            dialog->say(account.error().message);
    });
}

} // namespace calldeck
