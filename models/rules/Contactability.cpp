#include "rules/Contactability.h"

namespace calldeck
{

ContactPermission contactPermission(const Call &call, const Contact *contact, bool numberBlocked)
{
    if (call.do_not_contact || (contact && contact->do_not_contact)) {
        const QString why = contact && !contact->do_not_contact_reason.isEmpty() ? QString(QStringLiteral(": ") + contact->do_not_contact_reason) : QString();
        return {false, QString(QStringLiteral("On the do-not-contact list") + why + u'.')};
    }
    if (numberBlocked)
        return {false, QStringLiteral("This number is blocked in the workspace.")};
    if (call.customer_number.isEmpty())
        return {false, QStringLiteral("The caller's number is withheld or not valid.")};
    return {};
}

} // namespace calldeck
