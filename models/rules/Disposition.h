#pragma once

#include "records/Records.h"

namespace calldeck
{

/** What an agent may record, and what recording it demands. */
struct DispositionRule {
    QString key;   ///< stable name: "booked"
    QString label; ///< "Booked"
    Outcome outcome = Outcome::OTHER;
    QChar hotkey;  ///< '1'..'9', '0'
    QString group; ///< "Booked", "Reached", "Not reached", "Not a customer"
    bool notes_required = false;
    bool follow_up_required = false;
    bool amount_required = false;
    bool transfer_required = false;
    bool contact_required = false;
    /** A time offered, not demanded: minutes from now, or -1 for the next business morning; 0 for none. */
    int suggested_follow_up_minutes = 0;
};

/** The ten of domain.md in hotkey order. */
QList<DispositionRule> standardDispositions();
const DispositionRule *dispositionNamed(const QList<DispositionRule> &rules, const QString &key);

/** What a person wants to save: the draft of one call. */
using DispositionEntry = Draft;

enum class Missing { Disposition, UnknownDisposition, Notes, FollowUp, FollowUpInPast, Amount, NegativeAmount, TransferTarget, Contact };
struct MissingPart {
    Missing part;
    QString sentence; ///< "Callback requested needs a follow-up time."
};
/** The one rule that decides whether a disposition is complete: empty when it may be saved. Used by drawer, bulk and backend. */
QList<MissingPart> missingParts(const QList<DispositionRule> &rules, const DispositionEntry &entry, bool hasContact, TimeMs now);

/** Should this call have an outcome recorded at all? By direction and status: a call that ended, was missed or left a voicemail. */
bool outcomeRequiredByDefault(const Call &call);
/** Does the call wait in triage: it ended, an outcome is required and none is recorded. */
bool needsTriage(const Call &call);

/** Sets outcome, notes, agent, time and the flags that the disposition implies; takes the call out of triage. */
void applyDisposition(Call &call, const DispositionRule &rule, const DispositionEntry &entry, const QString &agentId, TimeMs now);

} // namespace calldeck
