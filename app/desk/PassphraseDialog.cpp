#include "PassphraseDialog.h"

#include "theme/DeskStyle.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>

namespace calldeck
{

namespace
{

constexpr qsizetype shortest = 8;

QLineEdit *secretField(QWidget *parent)
{
    auto *field = new QLineEdit(parent);
    field->setEchoMode(QLineEdit::Password);
    return field;
}

} // namespace

PassphraseDialog::PassphraseDialog(bool isNew) : m_isNew(isNew), m_typed(secretField(this)), m_again(isNew ? secretField(this) : nullptr), m_hint(new QLabel(this))
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
    const bool isShort = m_isNew && m_typed->text().size() < shortest;
    const bool differs = m_again && m_again->text() != m_typed->text();
    m_hint->setText(isShort ? QStringLiteral("At least %1 characters, better 15.").arg(shortest) : differs ? QStringLiteral("The two are not the same yet.") : QString());
    m_open->setEnabled(!m_typed->text().isEmpty() && !isShort && !differs);
}

} // namespace calldeck
