#pragma once

#include "sync/PersonRecords.h"

#include <QJsonObject>

namespace calldeck
{

struct Disclosure {
    QJsonObject document; ///< a list for each of personParts(), and "workspace", "at", "number"
    int calls = 0;
    int contacts = 0;
};

/**
 * All that a workspace holds about a person (GDPR 15), as it is at one moment: exactly what erasePerson() would remove from the store. In the audit trail
 * stands how much it was, not whom it was about. InvalidInput for what is no number and without the store's secret, NotFound when nothing is known of the person.
 */
Result<Disclosure> disclosePerson(SqlConnection &connection, const QString &ws, const Person &person, TimeMs now);

} // namespace calldeck
