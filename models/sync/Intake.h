#pragma once

#include "records/Records.h"
#include "rules/Workspace.h"
#include "sync/CallState.h"

#include <QSet>

namespace calldeck
{

/** A call as it comes from outside: a provider's news, an import, the generator. */
struct IncomingCall {
    Call call;                     ///< `provider` and `provider_call_id` name it; the same pair again is an update of the same call
    QList<ConversationTurn> turns; ///< empty: nothing is said of them
    QString raw;                   ///< the provider's own words, kept for later backfill
};

/** What an incoming call did to what is stored. */
enum class Applied { Added, Updated, Unchanged };

/** Where incoming calls go. Everything between begin and commit is there whole or not at all. Synchronous, confined to a thread. */
class CallSink
{
public:
    virtual ~CallSink() = default;
    /** Of the business that the calls are for. */
    virtual const Workspace &workspace() const = 0;
    virtual Verdict setWorkspace(const Workspace &workspace) = 0;
    virtual Result<bool> hasCalls() = 0;

    virtual Verdict begin() = 0;
    /** Adds or updates by (provider, provider_call_id); triage, deadlines and the missed-call rules follow for what is new at `now`. InvalidInput says what is wrong with the call. */
    virtual Result<Applied> put(const IncomingCall &incoming, TimeMs now) = 0;
    virtual Verdict commit() = 0;
    virtual Verdict rollback() = 0;
};

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
