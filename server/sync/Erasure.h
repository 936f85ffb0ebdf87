#pragma once

#include "sync/PersonRecords.h"

namespace calldeck
{

/**
 * Erases a person by law (GDPR 17) in one transaction: their calls with transcripts, notes, outcomes, follow-ups, conflicts, what providers
 * said and what could not be digested, and their contact. The feed tells the desks, which drop what they have, unsent edits included.
 * Of a do-not-contact entry a keyed hash stays. NotFound when nothing is known of the person, InvalidInput without the store's secret.
 */
Result<ErasureResult> erasePerson(SqlConnection &connection, const QString &ws, const Person &person, TimeMs now);

} // namespace calldeck
