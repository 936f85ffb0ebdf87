#pragma once

#include "rules/Workspace.h"
#include "sync/CallState.h"

#include <QSet>

namespace calldeck
{

/** What people have decided about a call and not taken back: news from outside leave it alone. */
struct Handwork {
    QSet<CallField> fields;
    QSet<QString> removed_tags;
};

/** The wire id that a provider's call always gets: the same pair gives the same id everywhere. */
QString callIdFor(const QString &provider, const QString &providerCallId);

/** A call from outside with its identity, its number in E.164 and its first times; fails when provider or its id is missing. */
Result<Call> preparedCall(const Call &incoming, const Workspace &workspace, TimeMs now);

/**
 * The call as the news leave it: a new one, or the known one with what the provider knows better. What people decided stays, its
 * status only moves on, triage and deadline follow, a missed call makes the number's one automatic task and an answered one closes it.
 * `before` has an empty call_id when the call is new; `listed` and the open tasks of the number are filled in either way.
 */
Result<CallState> takeIncoming(const CallState &before, const Call &fresh, const Handwork &byPeople, const Workspace &workspace, TimeMs now);

} // namespace calldeck
