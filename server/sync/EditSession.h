#pragma once

#include "auth/Rights.h"
#include "store/CallWriter.h"
#include "sync/EditOutcome.h"
#include "sync/Settings.h"

namespace calldeck
{

/** One device's push on its way into the store. */
struct EditSession {
    WorkspaceTx &tx;
    Author author;
    UserRole role = UserRole::AGENT;
    SharedWorkspace workspace;
    TimeMs now = 0;

    /** The moment that is written down for an edit. */
    TimeMs momentOf(const Edit &edit) const { return std::min(edit.at, now); }
    EditContext contextOf(const Edit &edit) const { return {*workspace, author.name, momentOf(edit)}; }
    Change changeOf(const Edit &edit) const { return {edit.kind, edit.id, edit.op, edit.mid, author.device, edit.lseq, author.account, now}; }
};

/**
 * Merges an edit of a call and writes what comes of it. What the edit's data got wrong is a rejected outcome; an Error is the store's,
 * and the whole transaction must go back.
 */
Result<EditOutcome> takeCallEdit(EditSession &session, const Edit &edit);
/** The same for contacts. */
Result<EditOutcome> takeContactEdit(EditSession &session, const Edit &edit);
/** The same for saved views: create and set {name, filter}, del. Names are unique in the workspace, letter case aside. */
Result<EditOutcome> takeViewEdit(EditSession &session, const Edit &edit);

/**
 * The same for the do-not-contact list: create {reason}, set {reason}, del; the id is the number in E.164. Where there are calls of the number it is a
 * flag+ or flag- of one of them, with all that follows from it. A number that is listed already keeps its reason.
 */
Result<EditOutcome> takeNumberEdit(EditSession &session, const Edit &edit);

} // namespace calldeck
