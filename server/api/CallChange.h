#pragma once

#include "api/RestRun.h"

namespace calldeck
{

/**
 * The edits that the body of PATCH /api/calls/{id} means, in the order in which they are made; the error names the key. Keys: every field that a person may
 * set; disposition with notes, outcome, follow_up_at, amount_cents, transferred_to; tags_add, tags_remove; emergency; do_not_contact with
 * do_not_contact_reason; note; note_edit {id, text}; contact_id; skip_reason; resolve {conflict, replace}; base_ver.
 */
Result<QList<RestEdit>> callEditsOf(const QString &id, const QJsonObject &body, const Workspace &workspace);

/** base_ver of a body, 0 or more; nothing when it is missing. */
Result<OptionalInt> baseVerOf(const QJsonObject &body);

} // namespace calldeck
