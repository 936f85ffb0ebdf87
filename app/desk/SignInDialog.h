#pragma once

#include "backend/BrowserSignIn.h"
#include "backend/DeskAccount.h"

#include <QDialog>

class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPushButton;

namespace calldeck
{

/**
 * Asks for server, email and password before the window opens, and for the workspace where the password opens several, or has the person sign in with their
 * browser where the server offers it, and says in words why a sign-in did not work.
 */
class SignInDialog : public QDialog
{
    Q_OBJECT
public:
    /** Whether the person may go on without a server instead: the dialog then ends with `withoutServer`. */
    enum class Without { No, Offered };
    static constexpr int withoutServer = 2;
    SignInDialog(DeskAccount &account, const QString &server, const QString &email, Without without, QWidget *parent = nullptr);

    /** Something to know before signing in, above the fields; "" for nothing. */
    void setNotice(const QString &notice);
    /** Cancel: ends the waiting for the browser first, then the dialog. */
    void reject() override;

private:
    void addFields();
    void addButtons(Without without);
    void askServer();
    void signIn();
    void signInByBrowser();
    void setWaiting(bool waiting);
    void say(const QString &problem);
    /** Shows the workspaces that the password opens, or nothing to choose. */
    void offer(const QList<WorkspaceChoice> &workspaces);
    void end(const Result<AccountRecord> &account);

    DeskAccount &m_account;
    BrowserSignIn m_browser;
    QFormLayout *m_form;
    QLineEdit *m_server;
    QLineEdit *m_email;
    QLineEdit *m_password;
    QComboBox *m_workspace; ///< only of a password that opens several
    QLabel *m_notice;
    QLabel *m_problem;
    QLabel *m_waiting;
    QPushButton *m_button = nullptr;
    QPushButton *m_browserButton;
    QString m_asked; ///< the server that was asked last, as typed
};

} // namespace calldeck
