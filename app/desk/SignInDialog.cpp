#include "SignInDialog.h"

#include "theme/DeskStyle.h"

#include <QComboBox>
#include <QDesktopServices>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPointer>
#include <QPushButton>

namespace calldeck
{

namespace
{

QLabel *wordsLabel(QWidget *parent)
{
    auto *label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    return label;
}

} // namespace

SignInDialog::SignInDialog(DeskAccount &account, const QString &server, const QString &email, Without without, QWidget *parent)
    : QDialog(parent), m_account(account), m_browser(account, &QDesktopServices::openUrl), m_form(new QFormLayout(this)), m_server(new QLineEdit(server, this)),
      m_email(new QLineEdit(email, this)), m_password(new QLineEdit(this)), m_workspace(new QComboBox(this)), m_notice(wordsLabel(this)), m_problem(wordsLabel(this)), m_waiting(wordsLabel(this)),
      m_browserButton(new QPushButton(QStringLiteral("Sign in with your &browser"), this))
{
    setWindowTitle(QStringLiteral("Sign in to Calldeck"));
    setMinimumWidth(420);
    m_form->setContentsMargins(24, 20, 24, 20);
    m_form->setSpacing(12);
    addFields();
    addButtons(without);
    (server.isEmpty() ? m_server : email.isEmpty() ? m_email : m_password)->setFocus();
    askServer();
}

void SignInDialog::addFields()
{
    m_server->setPlaceholderText(QStringLiteral("calls.example.com"));
    m_password->setEchoMode(QLineEdit::Password);
    m_form->addRow(m_notice);
    setNotice({});
    m_form->addRow(QStringLiteral("&Server"), m_server);
    m_form->addRow(QStringLiteral("&Email"), m_email);
    m_form->addRow(QStringLiteral("&Password"), m_password);
    m_form->addRow(QStringLiteral("&Workspace"), m_workspace);
    offer({});
    m_form->addRow(m_browserButton);
    m_form->setRowVisible(m_browserButton, false);
    m_waiting->setText(
        QStringLiteral("Sign in on the page that your browser shows now. Calldeck goes on by itself when you have, and stops waiting after five minutes."));
    m_form->addRow(m_waiting);
    m_form->setRowVisible(m_waiting, false);
    m_problem->hide();
    m_form->addRow(m_problem);
    m_browserButton->setAutoDefault(false);
    connect(m_server, &QLineEdit::editingFinished, this, &SignInDialog::askServer);
    // What may be chosen is of exactly this person and password.
    for (QLineEdit *field : {m_server, m_email, m_password})
        connect(field, &QLineEdit::textChanged, this, [this] { offer({}); });
    connect(m_browserButton, &QPushButton::clicked, this, &SignInDialog::signInByBrowser);
}

void SignInDialog::addButtons(Without without)
{
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_button = buttons->addButton(QStringLiteral("Sign in"), QDialogButtonBox::AcceptRole);
    m_button->setDefault(true);
    m_button->setProperty("kind", static_cast<int>(ButtonKind::Primary));
    if (without == Without::Offered)
        connect(buttons->addButton(QStringLiteral("Work without a server"), QDialogButtonBox::ActionRole), &QPushButton::clicked, this, [this] { done(withoutServer); });
    m_form->addRow(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &SignInDialog::signIn);
    connect(buttons, &QDialogButtonBox::rejected, this, &SignInDialog::reject);
}

void SignInDialog::askServer()
{
    const QString typed = m_server->text().trimmed();
    if (typed == m_asked)
        return;
    m_asked = typed;
    m_form->setRowVisible(m_browserButton, false);
    const auto server = serverFromText(typed);
    if (typed.isEmpty() || !server)
        return;
    m_browser.ask(*server, [this](bool offers) {
        if (m_browser.isWaiting())
            return;
        m_form->setRowVisible(m_browserButton, offers);
        adjustSize();
    });
}

void SignInDialog::say(const QString &problem)
{
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
    m_button->setEnabled(true);
    adjustSize();
}

void SignInDialog::setNotice(const QString &notice)
{
    m_notice->setText(notice);
    m_form->setRowVisible(m_notice, !notice.isEmpty());
}

void SignInDialog::offer(const QList<WorkspaceChoice> &workspaces)
{
    m_workspace->clear();
    for (const WorkspaceChoice &workspace : workspaces) {
        const bool twice = std::count_if(workspaces.cbegin(), workspaces.cend(), [&](const WorkspaceChoice &other) { return other.name == workspace.name; }) > 1;
        m_workspace->addItem(twice ? QStringLiteral("%1 (%2)").arg(workspace.name, workspace.id) : workspace.name, workspace.id);
    }
    m_form->setRowVisible(m_workspace, !workspaces.isEmpty());
    if (!workspaces.isEmpty())
        m_workspace->setFocus();
}

void SignInDialog::setWaiting(bool waiting)
{
    offer({});
    const QList<QWidget *> fields{m_server, m_email, m_password, m_browserButton};
    for (QWidget *row : fields)
        m_form->setRowVisible(row, !waiting);
    m_form->setRowVisible(m_waiting, waiting);
    m_button->setVisible(!waiting);
    adjustSize();
}

void SignInDialog::end(const Result<AccountRecord> &account)
{
    if (account)
        return accept();
    setWaiting(false);
    say(account.error().message);
    m_browserButton->setFocus();
    activateWindow();
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
    m_account.signIn(*server, m_email->text(), m_password->text(), m_workspace->currentData().toString(), [dialog = QPointer<SignInDialog>(this)](const Result<AccountRecord> &account) {
        if (!dialog)
            return;
        if (account)
            return dialog->accept();
        dialog->offer(dialog->m_account.choices());
        dialog->say(account.error().message);
    });
}

void SignInDialog::signInByBrowser()
{
    const auto server = serverFromText(m_server->text());
    if (!server)
        return say(server.error().message);
    say({});
    setWaiting(true);
    m_browser.start(*server, [this](const Result<AccountRecord> &account) { end(account); });
}

void SignInDialog::reject()
{
    if (m_browser.isWaiting()) {
        m_browser.cancel();
        setWaiting(false);
        return say({});
    }
    m_account.abandonSignIn();
    QDialog::reject();
}

} // namespace calldeck
