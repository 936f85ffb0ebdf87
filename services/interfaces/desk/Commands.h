#pragma once

#include "rules/Disposition.h"

#include <variant>

namespace calldeck
{

// Intentions of a person. Each is one transaction: call rows, history, follow-ups, audit and outbox move together or not at all.

struct RecordDisposition {
    QList<CallKey> calls; ///< several for a bulk disposition
    DispositionEntry entry;
};
/** Leave a call in triage with its outcome owed; the reason is kept in the audit trail and on the call. */
struct SkipTriage {
    CallKey call = 0;
    QString reason;
};
struct FieldValue {
    CallField field;
    QString text; ///< as setFieldText() reads it
};
/** Editable fields by a person; also emergency, spam and spam_reason, which have their own buttons. */
struct SetFields {
    QList<CallKey> calls;
    QList<FieldValue> values;
};
struct ChangeTags {
    QList<CallKey> calls;
    QStringList added;
    QStringList removed;
};
struct ScheduleFollowUp {
    CallKey call = 0;
    TimeMs due_at = 0;
    QString note;
};
struct CloseFollowUp {
    QString follow_up;
    FollowUpState state = FollowUpState::DONE;
};
struct MoveFollowUp {
    QString follow_up;
    TimeMs due_at = 0;
};
/** Sets or clears do-not-contact on the number of these calls; setting closes its open follow-ups. */
struct SetDoNotContact {
    QList<CallKey> calls;
    bool on = true;
    QString reason;
};
/** Links the call to a contact; "" unlinks. Or makes a contact from the call's caller, number and email. */
struct LinkContact {
    CallKey call = 0;
    QString contact;
    bool make_contact = false;
};
/** Leaves a note on the call, beside those of others. */
struct AddNote {
    CallKey call = 0;
    QString text;
};
/** Takes back everything that one earlier command did, where it still stands. */
struct Undo {
    QString mutation_id;
};

using Command =
    std::variant<RecordDisposition, SkipTriage, SetFields, ChangeTags, ScheduleFollowUp, CloseFollowUp, MoveFollowUp, SetDoNotContact, LinkContact, AddNote, Undo>;

/** Proof that a command is on disk (fsynced). */
struct Receipt {
    QString mutation_id; ///< for Undo
    int calls = 0;       ///< how many it changed
    TimeMs saved_at = 0;
};

} // namespace calldeck
