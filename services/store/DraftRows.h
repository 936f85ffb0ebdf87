#pragma once

#include "database/Database.h"
#include "records/Call.h"

namespace calldeck
{

/** What somebody typed on a call and has not saved. */
struct DraftRow {
    QString record; ///< the call's name on the wire
    QString body;   ///< see draftText()
    TimeMs updated_at = 0;

    QString digest() const;
};

// All need a transaction.

/** In the place of one that was there. */
Verdict storeDraft(Database &database, CallKey call, const DraftRow &draft);
/** Gives drafts of the time before there were digests theirs. */
Verdict digestOlderDrafts(Database &database);
/** Among the dead letters as a note: its call is gone. */
Verdict buryDraft(Database &database, const DraftRow &draft);
/** One from a damaged file, until takeRescuedDraft(). */
Verdict storeRescuedDraft(Database &database, const DraftRow &draft);
/** The call came: gives it the draft that waits for it, if one does. */
Verdict takeRescuedDraft(Database &database, CallKey call, const QString &record);
/** All calls came: what still waits has none, but for one whose creation is on its way. */
Verdict buryRescuedDrafts(Database &database);

} // namespace calldeck
