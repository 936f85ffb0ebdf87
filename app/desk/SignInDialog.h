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
    SignInDialog(DeskAccount &account, const QString &server, const QString &email, QWidget *parent = nullptr);

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
