#pragma once

#include <QDialog>
#include <QLineEdit>

class QLabel;
class QPushButton;

namespace calldeck
{

/** Asks for the passphrase of the data before the desk opens: once, or twice for a new one. */
class PassphraseDialog : public QDialog
{
    Q_OBJECT
public:
    explicit PassphraseDialog(bool isNew);
    QByteArray passphrase() const { return m_typed->text().toUtf8(); }

private:
    void check();

    QLineEdit *m_typed;
    QLineEdit *m_again; ///< null where the passphrase is not a new one
    QLabel *m_hint;
    QPushButton *m_open;
};

} // namespace calldeck
