#include "PassphraseDialog.h"

#include "rules/Passphrase.h"
#include "theme/DeskStyle.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>

namespace calldeck
{

namespace
{

QLineEdit *secretField(QWidget *parent)
{
    auto *field = new QLineEdit(parent);
    field->setEchoMode(QLineEdit::Password);
    return field;
}

} // namespace

PassphraseDialog::PassphraseDialog(bool isNew) : m_typed(secretField(this)), m_again(isNew ? secretField(this) : nullptr), m_hint(new QLabel(this))
{
    setWindowTitle(QStringLiteral("Calldeck"));
    auto *words = new QLabel(isNew ? QStringLiteral("There is no keyring in this session. Choose a passphrase that encrypts your calls.\nWithout it nobody can read them again, you included.")
                                   : QStringLiteral("Your calls are encrypted. Type their passphrase."),
                             this);
    words->setTextFormat(Qt::PlainText);
    m_hint->setTextFormat(Qt::PlainText);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_open = buttons->addButton(isNew ? QStringLiteral("Encrypt and open") : QStringLiteral("Open"), QDialogButtonBox::AcceptRole);
    m_open->setProperty("kind", static_cast<int>(ButtonKind::Primary));
    auto *form = new QFormLayout(this);
    form->setContentsMargins(24, 20, 24, 20);
    form->setSpacing(12);
    form->addRow(words);
    form->addRow(QStringLiteral("&Passphrase"), m_typed);
    if (m_again)
        form->addRow(QStringLiteral("Once &more"), m_again);
    form->addRow(m_hint);
    form->addRow(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    for (QLineEdit *field : {m_typed, m_again}) {
        if (field)
            connect(field, &QLineEdit::textChanged, this, &PassphraseDialog::check);
    }
    check();
}

void PassphraseDialog::check()
{
    const QString problem = m_again ? newPassphraseProblem(m_typed->text(), m_again->text()) : QString();
    m_hint->setText(problem);
    m_open->setEnabled(!m_typed->text().isEmpty() && problem.isEmpty());
}

} // namespace calldeck
