#include "drawer/ContactCard.h"

#include "desk/Answer.h"
#include "rules/Phone.h"

#include <QHBoxLayout>

namespace calldeck
{

ContactCard::ContactCard(DeskService &desk, const Theme &theme, QWidget *parent)
    : QWidget(parent), m_desk(desk), m_who(new Text(theme, TypeRole::Body, Token::Text)), m_unlink(new Button(theme, ButtonKind::Ghost, QStringLiteral("Unlink"), {}, this)),
      m_create(new Button(theme, ButtonKind::Secondary, QStringLiteral("New contact"), QStringLiteral("user-plus"), this)), m_search(new QLineEdit(this)),
      m_found(new QListWidget(this))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(6);
    auto *row = new QHBoxLayout;
    row->addWidget(m_who, 1);
    row->addWidget(m_unlink);
    row->addWidget(m_create);
    m_search->setPlaceholderText(QStringLiteral("Link a contact: name or number"));
    m_search->setAccessibleName(QStringLiteral("Search contacts"));
    m_found->setAccessibleName(QStringLiteral("Contacts found"));
    m_found->setMaximumHeight(120);
    m_who->setWordWrap(true);
    column->addLayout(row);
    column->addWidget(m_search);
    column->addWidget(m_found);
    m_found->hide();
    connect(m_search, &QLineEdit::textEdited, this, &ContactCard::search);
    connect(m_search, &QLineEdit::returnPressed, this, [this] {
        m_found->setFocus();
        m_found->setCurrentRow(0);
    });
    connect(m_found, &QListWidget::itemActivated, this, [this](const QListWidgetItem *item) {
        Q_EMIT commandAsked({m_call, item->data(Qt::UserRole).toString()}, QStringLiteral("Contact linked"));
    });
    connect(m_unlink, &QPushButton::clicked, this, [this] { Q_EMIT commandAsked({m_call, QString()}, QStringLiteral("Contact unlinked")); });
    connect(m_create, &QPushButton::clicked, this, [this] { Q_EMIT commandAsked({m_call, QString(), true}, QStringLiteral("Contact created")); });
}

void ContactCard::setCall(const CallDetail &detail)
{
    const bool linked = detail.contact.has_value();
    if (m_call != detail.call.key || linked) {
        ++m_request;
        m_search->clear();
        m_found->hide();
    }
    m_call = detail.call.key;
    m_unlink->setVisible(linked);
    m_create->setVisible(!linked && (!detail.call.caller_name.isEmpty() || !detail.call.customer_number.isEmpty()));
    m_search->setVisible(!linked);
    if (!linked) {
        m_who->setText(QStringLiteral("No contact linked"));
        return;
    }
    QStringList lines{detail.contact->name, detail.contact->business_name, formatPhone(detail.contact->number, m_desk.workspace().region), detail.contact->email,
                      detail.contact->address};
    lines.removeAll(QString());
    m_who->setText(lines.join(QStringLiteral(" · ")));
}

void ContactCard::search(const QString &text)
{
    const quint64 request = ++m_request;
    if (text.trimmed().size() < 2) {
        m_found->hide();
        return;
    }
    onAnswer(m_desk.searchContacts(text), this, [this, request](const Result<QList<Contact>> &contacts) {
        if (request != m_request || !contacts)
            return;
        m_found->clear();
        for (const Contact &contact : *contacts) {
            QStringList parts{contact.name, contact.business_name, formatPhone(contact.number, m_desk.workspace().region)};
            parts.removeAll(QString());
            auto *item = new QListWidgetItem(parts.join(QStringLiteral(" · ")), m_found);
            item->setData(Qt::UserRole, contact.id);
        }
        if (contacts->isEmpty())
            (new QListWidgetItem(QStringLiteral("No contact matches"), m_found))->setFlags(Qt::NoItemFlags);
        m_found->show();
    });
}

} // namespace calldeck
