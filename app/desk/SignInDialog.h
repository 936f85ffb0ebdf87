#pragma once

#include "backend/DeskAccount.h"

#include <QDialog>

class QLabel;
class QLineEdit;
class QPushButton;

namespace calldeck
{

/** Asks for server, email and password before the window opens, and says in words why a sign-in did not work. */
class SignInDialog : public QDialog
{
    Q_OBJECT
public:
    /** Whether the person may go on without a server instead: the dialog then ends with `withoutServer`. */
    enum class Without { No, Offered };
    static constexpr int withoutServer = 2;
    SignInDialog(DeskAccount &account, const QString &server, const QString &email, Without without, QWidget *parent = nullptr);

private:
    void signIn();
    void say(const QString &problem);

    DeskAccount &m_account;
    QLineEdit *m_server;
    QLineEdit *m_email;
    QLineEdit *m_password;
    QLabel *m_problem;
    QPushButton *m_button;
};

} // namespace calldeck
