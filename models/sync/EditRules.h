#pragma once

#include "rules/Workspace.h"
#include "sync/CallState.h"
#include "sync/Edit.h"

namespace calldeck
{

struct EditContext {
    const Workspace &workspace;
    QString actor; ///< name of the person who made the edit
    TimeMs at = 0; ///< the moment that is written down: when it was decided, at the latest when the backend got it
};

/**
 * The edits of a call (op: args):
 *   create: {field: value...}                        a call entered by hand
 *   set: {field: value...}                           fields that a person may type, and spam, spam_reason
 *   tag+ | tag-: {tag}
 *   disposition: {disposition, notes, follow_up_at, amount_cents, transferred_to}
 *   skip: {reason}
 *   follow_up: {due_at, note}                        the task's id is the edit's mid
 *   follow_up_close: {task, state} | follow_up_move: {task, due_at}
 *   flag+ | flag-: {flag: do_not_contact | emergency, reason}
 *   link: {contact}                                  "" unlinks
 *   note: {text} | note_edit: {note, text}
 *   undo: {fields: {name: [stands, back]}, tags_added, tags_removed, retract, cancel, reopen: [ids], moved: [{task, from, to}], unlist, relist}
 *   resolve: {conflict, replace}                     backend only; a desk waits for its answer
 *   del: {}
 * Applies one to the call. It fails on what is malformed or incomplete (InvalidInput, naming the field) and has no effect where others
 * have made it void meanwhile (a task that is closed already). The rule of both sides: the backend merges first (Merge.h).
 */
Verdict applyEdit(CallState &state, const Edit &edit, const EditContext &context);

/** The edits of a contact: create and set {name, business_name, number, email, address, preferred_channel, time_windows}, del. */
Verdict applyEdit(Contact &contact, const Edit &edit, const EditContext &context);

/** May a person set this field by a set edit? */
bool isSettable(CallField field);
/** The entry that a disposition edit carries; the error names the key. */
Result<DispositionEntry> dispositionEntryOf(const QJsonObject &args);
QJsonObject dispositionArgs(const DispositionEntry &entry);

} // namespace calldeck
