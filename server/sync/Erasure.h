#pragma once

#include "store/WorkspaceTx.h"

#include <QStringList>

namespace calldeck
{

/** Who is to be erased: by number, or by contact, whose number counts then as well. */
struct ErasedPerson {
    QString number; ///< E.164
    QString contact;
};

struct ErasureResult {
    int calls = 0;
    int contacts = 0;
    QStringList blobs;       ///< names of the bytes of attachments, which the caller removes: they lie outside the store
    bool was_listed = false; ///< had asked not to be contacted: goes on to be observed
};

/**
 * Erases a person by law (GDPR 17) in one transaction: their calls with transcripts, notes, outcomes, follow-ups, conflicts, what providers
 * said and what could not be digested, and their contact. The feed tells the desks, which drop what they have, unsent edits included.
 * Of a do-not-contact entry a keyed hash stays. NotFound when nothing is known of the person, InvalidInput without the store's secret.
 */
Result<ErasureResult> erasePerson(SqlConnection &connection, const QString &ws, const ErasedPerson &person, TimeMs now);

} // namespace calldeck
