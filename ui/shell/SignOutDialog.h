#pragma once

#include "desk/SyncService.h"

#include <QDialog>

class QFileDialog;
class QLabel;
class QLineEdit;
class QPushButton;
class QRadioButton;

namespace calldeck
{

/**
 * Asks before a person signs out what is to become of what exists on this desk alone: sent first, kept for the next sign-in, saved to a
 * file, or thrown away. Accepted when that is done and the desk may close.
 */
class SignOutDialog : public QDialog
{
    Q_OBJECT
public:
    SignOutDialog(SyncService &sync, const UnsentWork &work, QWidget *parent);

    /** The account's data stays on this machine. */
    bool keepsData() const;
    /** How many things the person threw away. */
    int discarded() const;

private:
    void addChoices();
    QRadioButton *addChoice(const QString &text, const QString &explanation);
    void showWork(const UnsentWork &work);
    void showChoice();
    void signOut();
    void send();
    void sent(const SyncStatus &status);
    void saveToFile();
    void say(const QString &sentence, bool busy);

    SyncService &m_sync;
    UnsentWork m_work;
    QLabel *m_headline;
    QLabel *m_notice;
    QWidget *m_choices;
    QRadioButton *m_keep = nullptr;
    QRadioButton *m_send = nullptr;
    QRadioButton *m_file = nullptr;
    QRadioButton *m_discard = nullptr;
    QLineEdit *m_count = nullptr;
    QPushButton *m_button;
    bool m_sending = false;
};

} // namespace calldeck
